import Host
import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Synchronization
import Testing

@Suite("Selection of a model")
struct SelectionTests {
  private static let covariances = ["VVV", "VEI", "EII"]

  /// Three Gaussians of two columns, in blocks that three ranks share.
  private static func data(
    _ world: any Communicator, rows: Int = 2000, weights: [Double]? = nil, missing: Bool = false
  ) throws -> DataSet {
    var values = try threeGaussianRows(rows)
    // Every seventh cell but none of the first rows.
    if missing { for i in stride(from: 100, to: values.count, by: 7) { values[i] = .nan } }
    return try DataSet(
      values: values, columnCount: 2, weights: weights, missing: missing ? .allowed() : .error,
      blockRows: 256, world: world)
  }

  private static func mixture(
    _ covariance: String, _ components: Int, _ engine: Engine
  ) throws -> any Family {
    GaussianMixture(
      components: components, columns: 2,
      covariance: try #require(CovarianceModels.named(covariance)),
      units: try engine.columnVariances(), ranges: engine.data.ranges)
  }

  private static func candidates(_ components: ClosedRange<Int>) -> [Candidate] {
    components.flatMap { count in
      covariances.map { name in
        Candidate(name, components: count) { try mixture(name, count, $0) }
      }
    }
  }

  /// A fit of its own.
  private static func fit(
    _ mixture: some Family, _ engine: Engine, _ options: FitOptions
  ) throws -> Fit { try engine.fit(mixture, from: .kMeans, options: options) }

  // Plain iterations, each of one walk; two starts.
  private static let options = FitOptions(
    convergence: .logLikelihood(1e-5), acceleration: .none, restarts: 2, seed: 3)

  @Test(
    "Each candidate has the bits of a fit of its own, in as many walks as the slowest",
    arguments: [1, 2, 3])
  func bits(ranks: Int) throws {
    let engine = Engine(try Self.data(SoloCommunicator()), threads: 1, world: SoloCommunicator())
    let expected = try (1...4).flatMap { count in
      try Self.covariances.map { name in
        try Self.fit(Self.mixture(name, count, engine), engine, Self.options)
      }
    }
    let found = try onRanks(ranks) { rank in
      let world = CountingCommunicator(rank)
      let engine = Engine(try Self.data(world), threads: 2, world: world)
      let candidates = Self.candidates(1...4)
      // Variances of the columns are no part of a search.
      func walks(_ body: () throws -> Void) rethrows -> Int {
        let before = world.counts.totals.withLock { $0.walks }
        try body()
        return world.counts.totals.withLock { $0.walks } - before
      }
      var fits: [Fit] = []
      var told: [[Int]: Int] = [:]
      let together = try walks {
        let selection = try engine.select(
          candidates, from: .kMeans, options: Self.options
        ) {
          told[[$0.candidate, $1.restart], default: 0] += 1
          #expect($0.fold == nil && told[[$0.candidate, $1.restart]] == $1.iteration)
        }
        fits = try selection.outcomes.map { try $0.result.get().fit }
        #expect(selection.outcomes.allSatisfy { $0.seconds > 0 })
      }
      let longest = try candidates.indices.map { i in
        try walks {
          _ = try Self.fit(
            Self.mixture(Self.covariances[i % 3], 1 + i / 3, engine), engine, Self.options)
        }
      }.max()!
      // One of each count is that of the variances, which every candidate here asks for.
      #expect(together - candidates.count == longest - 1)
      #expect(told.count == 2 * candidates.count)
      return fits
    }
    for fits in found { #expect(fits == expected) }
  }

  private struct Stop: Error {}

  @Test("A selection that was stopped goes on to the same bits", arguments: [1, 3])
  func resumed(ranks: Int) throws {
    _ = try onRanks(ranks) { world in
      let engine = Engine(try Self.data(world, rows: 600), threads: 1, world: world)
      var kept: [SelectionFit: FitState] = [:]
      func outcomes(stoppingAfter limit: Int = .max) throws -> [String] {
        let states = kept
        var count = 0
        let selection = try engine.select(
          Self.candidates(2...3), by: .cv, from: .kMeans, options: Self.options, folds: 2,
          resuming: { fit, _ in states[fit] },
          keep: { fit, state in
            (kept[fit], count) = (state, count + 1)
            if count >= limit { throw Stop() }
          })
        return try selection.outcomes.map { "\(try $0.result.get().fit) \($0.value(of: .cv)!)" }
      }
      let whole = try outcomes()
      // Of fits that have all ended.
      #expect(try outcomes() == whole)
      for limit in [1, 50, 200] {
        kept = [:]
        #expect(throws: (any Error).self) { try outcomes(stoppingAfter: limit) }
        #expect(kept.values.contains { !$0.isSettled })
        #expect(try outcomes() == whole)
      }
    }
  }

  @Test("So it is with races, and what they find without a part of the rows", arguments: [1, 3])
  func races(ranks: Int) throws {
    let options = FitOptions(seed: 5)
    let rows = 600
    let found = try onRanks(ranks) { world in
      let engine = Engine(try Self.data(world, rows: rows), threads: 1, world: world)
      let candidates = Self.candidates(2...3)
      let selection = try engine.select(
        candidates, by: .cv, from: .race, options: options, folds: 2)
      return try selection.outcomes.map { "\(try $0.result.get().fit) \($0.value(of: .cv)!)" }
    }
    let world = SoloCommunicator()
    let whole = Engine(try Self.data(world, rows: rows), threads: 1, world: world)
    func fit(_ mixture: some Family, _ engine: Engine) throws -> Fit {
      try engine.fit(mixture, from: .race, options: options)
    }
    func score(_ mixture: some Family, _ engine: Engine, _ other: Engine) throws -> Score {
      try other.score(mixture, under: fit(mixture, engine).parameters)
    }
    // 15 rows a piece, of which there are 20 of each part.
    let engines = try [0, 1].map { part in
      let weights = (0..<rows).map { $0 / 15 % 2 == part ? 0.0 : 1 }
      return Engine(
        try Self.data(world, rows: rows, weights: weights), threads: 1, world: world)
    }
    let expected = try (2...3).flatMap { count in
      try Self.covariances.map { name in
        let scores = try [0, 1].map { part in
          try score(
            Self.mixture(name, count, engines[part]), engines[part], engines[1 - part])
        }
        let mean =
          scores.reduce(0) { $0 + $1.logLikelihood } / scores.reduce(0) { $0 + $1.weightSum }
        return "\(try fit(Self.mixture(name, count, whole), whole)) \(mean)"
      }
    }
    for texts in found { #expect(texts == expected) }
  }

  @Test("The smallest criterion decides, and three groups are found to be three")
  func best() throws {
    let engine = Engine(try Self.data(SoloCommunicator()), threads: 1, world: SoloCommunicator())
    for criterion in [Criterion.bic, .icl, .aic] {
      let selection = try engine.select(
        Self.candidates(1...5), by: criterion, from: .kMeans, options: FitOptions(seed: 1))
      let values = selection.outcomes.map { $0.value(of: criterion)! }
      let free = selection.outcomes.indices.filter { !selection.outcomes[$0].hasSpikes }
      let best = try #require(selection.best)
      #expect(values[best] == free.map { values[$0] }.min())
      // AIC may find more.
      if criterion != .aic { #expect(selection.outcomes[best].componentCount == 3) }
      let score = try selection.outcomes[best].result.get().score
      #expect([score.bic, score.icl, score.aic].contains(values[best]))
    }
  }

  @Test(
    "A candidate that fails has its reason, and does not disturb the others", arguments: [1, 3])
  func failing(ranks: Int) throws {
    // Two groups of four equal rows: three components with covariances of their own collapse.
    let rows = (0..<8).flatMap { [Double($0 / 4), 2 * Double($0 / 4)] }
    let outcomes = try onRanks(ranks) { world in
      let data = try DataSet(values: rows, columnCount: 2, blockRows: 2, world: world)
      let engine = Engine(data, threads: 1, world: world)
      func candidate(_ components: Int, _ regularization: Double) -> Candidate {
        Candidate("VVV", components: components) { _ in
          GaussianMixture(
            components: components, columns: 2, regularization: regularization,
            ranges: data.ranges)
        }
      }
      let candidates = [
        candidate(3, 0), candidate(1, 0.1), candidate(9, 0.1), candidate(2, 0.1),
        candidate(2, -1),
        Candidate("bernoulli", components: 2) { _ in
          try BernoulliMixture(FamilyOptions(), components: 2, columns: 2)
        },
      ]
      let selection = try engine.select(candidates, from: .kMeans)
      let texts = selection.outcomes.map { outcome in
        switch outcome.result {
        case .success(let fitted): "\(fitted.fit)"
        case .failure(let error): "\(error)"
        }
      }
      let own = GaussianMixture(
        components: 2, columns: 2, regularization: 0.1, ranges: data.ranges)
      #expect(
        try Self.fit(own, engine, FitOptions()) == selection.outcomes[3].result.get().fit)
      let failed = try engine.select([candidates[0], candidates[2]], from: .kMeans)
      #expect(failed.best == nil)
      return texts
    }
    for texts in outcomes { #expect(texts == outcomes[0]) }
    #expect(outcomes[0][0].contains("collapsed"))
    #expect(outcomes[0][2] == "9 components; expected at most 8, as many as there are rows")
    #expect(outcomes[0][4].contains("regularization -1"))
    #expect(outcomes[0][5].contains("shard 1"))
  }

  @Test(
    "Rows left out that a fit gives no density fail its cross-validation, and nothing else",
    arguments: [1, 3])
  func impossibleRows(ranks: Int) throws {
    // The second column is 1 in one row only: without it, and without smoothing, never.
    let rows = (0..<60).flatMap { n -> [Double] in [Double(n % 2), n == 7 ? 1 : 0] }
    let outcomes = try onRanks(ranks) { world in
      let data = try DataSet(values: rows, columnCount: 2, blockRows: 8, world: world)
      let candidates = [0.0, 1].map { smoothing in
        Candidate("\(smoothing)", components: 1) { _ in
          try BernoulliMixture(
            FamilyOptions(regularization: smoothing), components: 1, columns: 2)
        }
      }
      let selection = try Engine(data, threads: 1, world: world).select(
        candidates, by: .cv, from: .race)
      #expect(selection.best == 1)
      #expect(try #require(selection.outcomes[1].value(of: .cv)).isFinite)
      let fitted = try selection.outcomes[0].result.get()
      guard case .failure(let error)? = fitted.crossValidated else { return "none" }
      return "\(error)"
    }
    for text in outcomes {
      #expect(text.hasPrefix("a row that was left out has no density under the fit to the others"))
    }
  }

  @Test("An error of the caller's ends all", arguments: [1, 2])
  func hookFails(ranks: Int) throws {
    struct Stop: Error, CommonError {}
    let ended = try onRanks(ranks) { world in
      let engine = Engine(try Self.data(world), threads: 1, world: world)
      do {
        _ = try engine.select(Self.candidates(2...3), from: .kMeans) { fit, report in
          if fit.candidate == 2, report.iteration == 2, world.rank == 0 { throw Stop() }
        }
        return false
      } catch { return true }
    }
    #expect(ended.allSatisfy { $0 })
  }

  @Test("Unusable selections are refused")
  func refused() throws {
    let engine = Engine(
      try Self.data(SoloCommunicator(), rows: 100), threads: 1, world: SoloCommunicator())
    for folds in [-1, 0, 1, 101] {
      #expect(throws: FitError.self) {
        try engine.select(Self.candidates(1...1), by: .cv, from: .kMeans, folds: folds)
      }
    }
    #expect(throws: FitError.self) {
      try engine.select(Self.candidates(1...1), from: .parameters(threeCenters))
    }
  }

  /// What cross-validation is to be, by fits of data with weights of their own.
  private func reference(
    _ covariance: String, _ components: Int, rows: Int, folds: Int, weights: [Double], missing: Bool
  ) throws -> Double {
    let world = SoloCommunicator()
    // 20 pieces of each part, none longer than a block.
    let piece = max(1, min(256, rows / (20 * folds)))
    var (logLikelihood, weightSum) = (0.0, 0.0)
    for fold in 0..<folds {
      func data(leavingOut: Bool) throws -> DataSet {
        let own = weights.indices.map { n in
          (n / piece % folds == fold) == leavingOut ? 0 : weights[n]
        }
        return try Self.data(world, rows: rows, weights: own, missing: missing)
      }
      let engine = Engine(try data(leavingOut: true), threads: 1, world: world)
      let mixture = try Self.mixture(covariance, components, engine)
      func score(_ mixture: some Family) throws -> Score {
        let fit = try Self.fit(mixture, engine, Self.options)
        return try Engine(try data(leavingOut: false), threads: 1, world: world).score(
          mixture, under: fit.parameters)
      }
      let score = try score(mixture)
      logLikelihood += score.logLikelihood
      weightSum += score.weightSum
    }
    return logLikelihood / weightSum
  }

  @Test(
    "Cross-validation is fits without a part, scored on it, to the last bit", arguments: [1, 3],
    [false, true])
  func crossValidation(ranks: Int, missing: Bool) throws {
    let (rows, folds) = (1500, 3)
    let weights = (0..<rows).map { Double($0 % 4) }
    let expected = try (1...3).flatMap { count in
      try ["VVV", "EII"].map {
        try reference($0, count, rows: rows, folds: folds, weights: weights, missing: missing)
      }
    }
    let found = try onRanks(ranks) { world in
      let data = try Self.data(world, rows: rows, weights: weights, missing: missing)
      let engine = Engine(data, threads: 2, world: world)
      let candidates = (1...3).flatMap { count in
        ["VVV", "EII"].map { name in
          Candidate(name, components: count) { try Self.mixture(name, count, $0) }
        }
      }
      var folds: Set<Int?> = []
      let selection = try engine.select(
        candidates, by: .cv, from: .kMeans, options: Self.options, folds: 3
      ) { fit, _ in folds.insert(fit.fold) }
      #expect(folds == [nil, 0, 1, 2])
      #expect(
        selection.best.map { selection.outcomes[$0].value(of: .cv) }
          == selection.outcomes.compactMap { $0.value(of: .cv) }.max())
      return selection.outcomes.map { $0.value(of: .cv) }
    }
    for values in found { #expect(values == expected) }
  }

  @Test("Cross-validation finds the number of groups where the likelihood alone would not")
  func crossValidated() throws {
    let engine = Engine(try Self.data(SoloCommunicator()), threads: 1, world: SoloCommunicator())
    let selection = try engine.select(
      Self.candidates(1...4), by: .cv, from: .kMeans, options: FitOptions(seed: 1))
    let best = try #require(selection.best)
    #expect(selection.outcomes[best].componentCount >= 3)
    #expect(selection.outcomes[best].value(of: .cv)! > selection.outcomes[0].value(of: .cv)!)
  }
}
