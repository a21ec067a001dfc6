import Kernels
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// What holds for every family of the registry, with nothing said of any of them.
@Suite("Every family")
struct EveryFamilyTests {
  private let columns = 3

  private func fit(
    _ mixture: some Family, _ data: DataSet, from start: Initialization = .kMeans,
    options: FitOptions, onIteration: IterationHook = { _ in }
  ) throws -> Fit {
    try Engine(data, threads: 2, world: SoloCommunicator()).fit(
      mixture, from: start, options: options, onIteration: onIteration)
  }

  private func data(
    _ family: FamilyCase, rows: Int = 600, seed: UInt64, weights: [Double]? = nil
  ) throws -> DataSet {
    try DataSet(
      values: family.rows(rows, columns: columns, seed: seed), columnCount: columns,
      weights: weights, world: SoloCommunicator())
  }

  @Test(
    "The objective never falls, without regularization, with few columns and with many",
    arguments: FamilyCase.all)
  func monotone(family: FamilyCase) throws {
    // From 8 on tied covariances have other sums.
    for (seed, columns) in [(1, 3), (2, 3), (3, 9), (4, 9)] as [(UInt64, Int)] {
      var generator = SeededGenerator(seed: seed)
      let weights = seed % 2 == 0 ? (0..<600).map { _ in generator.uniform() } : nil
      let data = try DataSet(
        values: family.rows(600, columns: columns, seed: seed), columnCount: columns,
        weights: weights, world: SoloCommunicator())
      let mixture = try family.mixture(components: 3, columns: columns, ranges: data.ranges)
      var means: [Double] = []
      let options = FitOptions(maximumIterations: 100, convergence: .parameters(0), seed: seed)
      // K-means of bits is a maximum already, and of k-means.
      let isFound = [BernoulliMixture.name, KMeansMixture.name].contains(family.family)
      let start: Initialization = isFound ? .random : .kMeans
      let fit = try fit(mixture, data, from: start, options: options) {
        means.append($0.meanObjective)
      }
      means.append(fit.objective / fit.score.weightSum)
      // As in `GaussianMonotoneTests`: the difference of two means of densities that are off by 4u of up
      // to 4 times their size; of directions D/2 log 2 pi and more cancel in it.
      let size = family.family == VonMisesFisherMixture.name ? Double(columns) : abs(means.last!)
      let rounding = 2 * 16 * 0x1p-53 * size
      for (before, after) in zip(means, means.dropFirst()) { #expect(after >= before - rounding) }
      #expect(means.last! > means[0])
    }
  }

  @Test(
    "The bits are the same on any number of ranks and threads, from a start outside of the data",
    arguments: FamilyCase.all)
  func sameBits(family: FamilyCase) throws {
    let rows = family.rows(700, columns: columns, seed: 5)
    let solo = try DataSet(values: rows, columnCount: columns, world: SoloCommunicator())
    let mixture = try family.mixture(
      components: 3, columns: columns, ranges: solo.ranges, regularization: 1e-3)
    var start = try fit(mixture, solo, options: FitOptions(maximumIterations: 2)).parameters
    if mixture.layout.parts.contains(where: { $0.name == "means" }) {
      start.means = start.means.enumerated().map { $0.element + ($0.offset % 2 == 0 ? 40 : -30) }
    }
    func fitOn(ranks: Int, threads: Int) throws -> Fit {
      let start = start
      return try onRanks(ranks) { world in
        let data = try DataSet(
          values: rows, columnCount: columns, shardRows: [250, 450], blockRows: 64, world: world)
        func run(_ mixture: some Family) throws -> Fit {
          try Engine(data, threads: threads, world: world).fit(
            mixture, from: .parameters(start),
            options: FitOptions(maximumIterations: 20, convergence: .parameters(0)))
        }
        return try run(mixture)
      }[0]
    }
    let one = try fitOn(ranks: 1, threads: 1)
    for (ranks, threads) in [(1, 3), (2, 1), (3, 2), (7, 1)] {
      let other = try fitOn(ranks: ranks, threads: threads)
      // `==` of Double takes -0 for 0; the file would not.
      #expect(
        other.parameters.numbers.map(\.bitPattern) == one.parameters.numbers.map(\.bitPattern))
      #expect(other == one)
    }
  }

  /// A maximum has no neighbor that is more likely, in no direction that the model allows.
  @Test("Where EM ends, no parameter alone makes the objective larger", arguments: FamilyCase.all)
  func maximum(family: FamilyCase) throws {
    let data = try data(family, rows: 300, seed: 3)
    let mixture = try family.mixture(components: 2, columns: columns, ranges: data.ranges)
    let options = FitOptions(maximumIterations: 20_000, convergence: .parameters(1e-11))
    // Two components of three bits have as many parameters as there are frequencies of bits: from some starts
    // EM creeps along a ridge, where it ends short of the maximum.
    let start: Initialization = family.family == BernoulliMixture.name ? .random : .kMeans
    let fit = try fit(mixture, data, from: start, options: options)
    func objective(_ mixture: some Family, _ parameters: Parameters) throws -> Double {
      try Engine(data, threads: 1, world: SoloCommunicator()).score(mixture, under: parameters)
        .objective
    }
    let best = try objective(mixture, fit.parameters)
    // 300 rows, each off by 4u of up to 4 times 4 nats.
    let rounding = 300 * 16 * 4 * 0x1p-53 * 4
    // Degrees of freedom may grow without end, so slowly that EM does not get there.
    let freedoms = mixture.layout.parts.map(\.name).filter { $0.hasSuffix("degrees_of_freedom") }
    let isCreeping =
      !fit.converged || freedoms.contains { fit.parameters[$0].contains { $0 > 1e3 } }
    for changed in try neighbors(of: fit.parameters, mixture, hasVolumes: family.hasVolumes) {
      if isCreeping && freedoms.contains(where: { changed[$0] != fit.parameters[$0] }) { continue }
      #expect(try objective(mixture, changed) <= best + rounding)
    }
  }

  /// Parameters that differ in one number, by 1e-4 of its scale up or down: what has to stay 1 in sum, or of
  /// one shape, changes together.
  ///
  /// - Parameter hasVolumes: whether each component's covariance may have a volume of its own.
  private func neighbors(
    of parameters: Parameters, _ mixture: any Family, hasVolumes: Bool
  ) throws -> [Parameters] {
    mixture.layout.parts.flatMap { part -> [Parameters] in
      let count = parameters[part.name].count
      return [-1e-4, 1e-4].flatMap { step -> [Parameters] in
        switch part.domain {
        case .fixed, .given, .index: return []
        case .variance, .covariance:
          // A component's volume, or that of all.
          let own = hasVolumes && (part.shape.count != 2 || part.domain == .variance)
          let size = own ? count / mixture.componentCount : count
          return stride(from: 0, to: count, by: size).map { first in
            var changed = parameters
            for i in first..<first + size { changed[part.name][i] *= 1 + step }
            return changed
          }
        case .weights:
          guard parameters[part.name].allSatisfy({ $0 > 1e-3 }) else { return [] }
          var changed = parameters
          changed[part.name][0] += step
          if count > 1 { changed[part.name][1] -= step } else { changed.weights[0] -= step }
          return [changed]
        case .simplex:
          // From a neighbor in the same list.
          return part.lists.flatMap { list -> [Parameters] in
            zip(list, list.dropFirst()).compactMap { i, next in
              var changed = parameters
              changed[part.name][i] += step
              changed[part.name][next] -= step
              return changed[part.name][list].allSatisfy((0...1).contains) ? changed : nil
            }
          }
        case .unitVector:
          return (0..<count).map { i in
            var changed = parameters
            changed[part.name][i] += step
            changed[part.name] = unitRows(changed[part.name], columns: columns)
            return changed
          }
        case .mean, .free, .positive, .rate, .probability:
          return (0..<count).compactMap { i in
            var changed = parameters
            let value = changed[part.name][i]
            changed[part.name][i] =
              part.domain == .mean || part.domain == .free ? value + step : value * (1 + step)
            return part.domain == .probability && changed[part.name][i] > 1 ? nil : changed
          }
        }
      }
    }
  }

  @Test(
    "The log-likelihood is the lower bound and the divergence, and the E-step's bound touches it",
    arguments: FamilyCase.all)
  func bound(family: FamilyCase) throws {
    let data = try data(family, rows: 200, seed: 8)
    let rows = family.rows(200, columns: columns, seed: 8)
    func check(_ mixture: some Family) throws {
      let options = FitOptions(maximumIterations: 3)
      let parameters = try fit(mixture, data, options: options).parameters
      let posterior = try mixture.posterior(rows: rows, under: parameters)
      let own = try mixture.evidence(q: posterior, rows: rows, under: parameters)
      // 200 rows of logarithms of up to 20 nats, each rounded a few times; and one addition for each row and
      // component, off by u of a partial sum.
      let additions = Double(posterior.count) * 0x1p-53
      let rounding = 200 * 20 * 8 * 0x1p-53 + additions * abs(own.logLikelihood)
      #expect(abs(own.divergence) < rounding)
      #expect(abs(own.lowerBound - own.logLikelihood) < rounding)
      let even = posterior.map { _ in 1 / Double(posterior.count / 200) }
      let other = try mixture.evidence(q: even, rows: rows, under: parameters)
      #expect(other.divergence > 0 && other.lowerBound < own.lowerBound)
      // Impossible components, of bits, give infinities.
      guard other.divergence < .infinity else { return }
      let ofSums = additions * (abs(other.lowerBound) + abs(other.divergence))
      #expect(
        abs(other.lowerBound + other.divergence - other.logLikelihood) < rounding + ofSums)
      #expect(
        abs(other.expectedLogJoint + other.entropy - other.lowerBound) < rounding + ofSums)
    }
    try check(try family.mixture(components: 3, columns: columns, ranges: data.ranges))
  }

  private static func options(iterations: Int) -> FitOptions {
    FitOptions(maximumIterations: iterations, convergence: .parameters(0))
  }

  /// Of fits that have been accelerated for two iterations.
  @Test("Checkpoints and model files hold all of it", arguments: FamilyCase.all)
  func kept(family: FamilyCase) throws {
    let data = try data(family, seed: 2)
    let mixture = try family.mixture(
      components: 3, columns: columns, ranges: data.ranges, regularization: 1e-3)
    let whole = try fit(mixture, data, options: Self.options(iterations: 18))
    let identity = FitIdentity(
      settings: [], data: try Engine(data, threads: 1, world: SoloCommunicator()).fingerprint())
    func resumed(_ mixture: some Family) throws -> Fit {
      let engine = Engine(data, threads: 1, world: SoloCommunicator())
      var checkpoint: [UInt8] = []
      _ = try engine.fit(
        mixture, from: .kMeans, options: Self.options(iterations: 12),
        keep: { checkpoint = Checkpoint($0, of: mixture, identity).encoded() })
      let state = try #require(try Checkpoint(checkpoint, path: "c").state(of: mixture))
      return try engine.fit(
        mixture, from: .kMeans, options: Self.options(iterations: 18),
        resuming: state)
    }
    #expect(try resumed(mixture) == whole)
  }

  @Test("Rows that are drawn look like the mixture's", arguments: FamilyCase.ofDensities)
  func sampled(family: FamilyCase) throws {
    let data = try data(family, seed: 4)
    func check(_ mixture: some Family) throws {
      var parameters = try fit(mixture, data, options: FitOptions(maximumIterations: 5)).parameters
      // Tails with a variance, and noise that has some of the rows.
      for name in parameters.names where name.hasSuffix("degrees_of_freedom") {
        parameters[name] = [5, 6, 7]
      }
      let rows = try mixture.sample(rows: 0..<4000, under: parameters, seed: 1)
      #expect(
        try mixture.sample(rows: 100..<200, under: parameters, seed: 1)
          == Array(rows[100 * columns..<200 * columns]))
      for j in 0..<columns {
        let values = (0..<4000).map { rows[$0 * columns + j] }
        let mean = values.reduce(0, +) / 4000
        let weights = mixture.weights(parameters)
        let expected = zip(weights, 0..<3).reduce(0.0) { sum, component in
          let own = expectation(of: component.1, j, mixture, parameters)
          return sum + component.0 / weights.reduce(0, +) * own
        }
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000
        // Five standard errors.
        #expect(abs(mean - expected) < 5 * (variance / 4000).squareRoot())
      }
    }
    try check(try family.mixture(components: 3, columns: columns, ranges: data.ranges))
  }

  /// What a column is expected to be in a component.
  private func expectation(
    of k: Int, _ j: Int, _ mixture: some Family, _ parameters: Parameters
  ) -> Double {
    let shown = mixture.mean(k, j, parameters)
    switch type(of: mixture).name {
    case MultinomialMixture.name: return shown * parameters["mean_total"][0].rounded()
    case VonMisesFisherMixture.name:
      let kappa = parameters["concentrations"][k]
      return shown * Portable.besselRatio(order: Double(columns) / 2 - 1, kappa).ratio
    default: return shown
    }
  }
}

extension Family {
  /// What is to be expected of a column, of categories of their numbers.
  fileprivate func mean(_ k: Int, _ j: Int, _ parameters: Parameters) -> Double {
    switch cell(k, j, parameters) {
    case .spread(let mean, _): return mean
    case .probability(let value), .number(let value): return value
    case .categories(_, let probabilities):
      return probabilities.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
    case .nothing: return .nan
    }
  }
}
