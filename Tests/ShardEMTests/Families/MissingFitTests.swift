import MessagePassing
import MixtureModels
import ShardEM
import Synchronization
import Testing
import _TestSupport

/// What holds for every family that takes rows which lack columns.
@Suite("Fits of rows that lack columns")
struct MissingFitTests {
  static let families = FamilyCase.all.filter {
    (try? $0.mixture(components: 1, columns: 3))?.takesMissing == true
  }

  private func incomplete(
    _ family: FamilyCase, rows: Int, columns: Int, seed: UInt64
  ) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    return family.rows(rows, columns: columns, seed: seed).enumerated().map { i, value in
      generator.uniform() < 0.25 || i / columns % 83 == 5 ? .nan : value
    }
  }

  private func data(
    _ rows: [Double], columns: Int, weights: [Double]? = nil,
    world: any Communicator = SoloCommunicator()
  ) throws -> DataSet {
    try DataSet(
      values: rows, columnCount: columns, weights: weights, missing: .allowed(),
      shardRows: [250, rows.count / columns - 250], blockRows: 64, world: world)
  }

  @Test(
    "All do but noise of a given density and where columns depend on each other otherwise than Gaussians"
  )
  func count() {
    let others = [MultinomialMixture.name, VonMisesFisherMixture.name]
    let without = FamilyCase.all.filter {
      [nil, "auto"].contains($0.values["noise"]) && !others.contains($0.family)
    }
    #expect(Self.families.map(\.testDescription) == without.map(\.testDescription))
  }

  @Test("The objective never falls, with few columns and with many", arguments: families)
  func monotone(family: FamilyCase) throws {
    for (seed, columns) in [(1, 3), (2, 3), (3, 9)] as [(UInt64, Int)] {
      var generator = SeededGenerator(seed: seed)
      let weights = seed == 2 ? (0..<600).map { _ in generator.uniform() } : nil
      let data = try data(
        incomplete(family, rows: 600, columns: columns, seed: seed), columns: columns,
        weights: weights)
      let mixture = try family.mixture(components: 3, columns: columns, ranges: data.ranges)
      var means: [Double] = []
      func fit(_ mixture: some Family) throws -> Fit {
        try Engine(data, threads: 2, world: SoloCommunicator()).fit(
          mixture, from: family.family == BernoulliMixture.name ? .random : .kMeans,
          options: FitOptions(maximumIterations: 60, convergence: .parameters(0), seed: seed)
        ) { means.append($0.meanObjective) }
      }
      let last = try fit(mixture)
      means.append(last.objective / last.score.weightSum)
      // As of complete rows: `EveryFamilyTests`.
      let rounding = 2 * 16 * 0x1p-53 * abs(means.last!)
      for (before, after) in zip(means, means.dropFirst()) { #expect(after >= before - rounding) }
      #expect(means.last! > means[0])
    }
  }

  @Test("The bits are the same on any number of ranks and threads", arguments: families)
  func sameBits(family: FamilyCase) throws {
    let rows = incomplete(family, rows: 700, columns: 3, seed: 5)
    func fitOn(ranks: Int, threads: Int) throws -> Fit {
      try onRanks(ranks) { world in
        let data = try data(rows, columns: 3, world: world)
        func run(_ mixture: some Family) throws -> Fit {
          try Engine(data, threads: threads, world: world).fit(
            mixture, from: .kMeans,
            options: FitOptions(maximumIterations: 8, convergence: .parameters(0)))
        }
        return try run(
          family.mixture(components: 3, columns: 3, ranges: data.ranges, regularization: 1e-3))
      }[0]
    }
    let one = try fitOn(ranks: 1, threads: 1)
    for (ranks, threads) in [(1, 3), (2, 1), (3, 2), (7, 1)] {
      let other = try fitOn(ranks: ranks, threads: threads)
      #expect(
        other.parameters.numbers.map(\.bitPattern) == one.parameters.numbers.map(\.bitPattern))
      #expect(other == one)
    }
  }

  @Test("Where cells may be missing but none is, nothing changes", arguments: families)
  func complete(family: FamilyCase) throws {
    let rows = family.rows(500, columns: 3, seed: 2)
    func run(_ mixture: some Family, _ missing: Bool) throws -> Fit {
      let data = try DataSet(
        values: rows, columnCount: 3, missing: missing ? .allowed() : .error,
        world: SoloCommunicator())
      return try Engine(data, threads: 1, world: SoloCommunicator()).fit(
        mixture, from: .kMeans, options: FitOptions(maximumIterations: 5))
    }
    let mixture = try family.mixture(components: 2, columns: 3, regularization: 1e-3)
    #expect(try run(mixture, true) == run(mixture, false))
  }

  // MARK: Imputation

  private func imputed(
    _ mixture: some Family, _ parameters: Parameters, _ rows: [Double], columns: Int,
    seed: UInt64? = nil,
    world: any Communicator = SoloCommunicator(), threads: Int = 1
  ) throws -> [Double] {
    let data = try DataSet(
      values: rows, columnCount: columns, missing: .allowed(), blockRows: 64, threads: threads,
      world: world)
    let result = Mutex([Double](repeating: 0, count: rows.count))
    try Engine(data, threads: threads, world: world).impute(
      mixture, under: parameters, seed: seed
    ) { block in
      result.withLock { result in
        for i in 0..<block.count * columns { result[block.firstRow * columns + i] = block.rows[i] }
      }
    }
    var all = result.withLock { $0 }
    try world.sum(&all)
    return all
  }

  @Test(
    "Imputation fills missing cells alone, the same on any ranks and threads", arguments: families)
  func imputation(family: FamilyCase) throws {
    let rows = incomplete(family, rows: 400, columns: 3, seed: 9)
    let mixture = try family.mixture(components: 2, columns: 3, regularization: 1e-3)
    func fit(_ mixture: some Family) throws -> Parameters {
      try Engine(data(rows, columns: 3), threads: 1, world: SoloCommunicator()).fit(
        mixture, from: .kMeans, options: FitOptions(maximumIterations: 5)
      ).parameters
    }
    let parameters = try fit(mixture)
    // What has no density has no draws.
    let seeds: [UInt64?] = family.family == KMeansMixture.name ? [nil] : [nil, 4]
    for seed in seeds {
      let one = try imputed(mixture, parameters, rows, columns: 3, seed: seed)
      for (found, given) in zip(one, rows) {
        #expect(given.isNaN ? found.isFinite : found == given)
      }
      for (ranks, threads) in [(2, 1), (3, 2)] {
        let others = try onRanks(ranks) { world in
          try imputed(
            mixture, parameters, rows, columns: 3, seed: seed, world: world, threads: threads)
        }
        #expect(others.allSatisfy { $0.map(\.bitPattern) == one.map(\.bitPattern) })
      }
    }
  }

  @Test("Expectations are regressions, and draws have their mean and variance")
  func regression() throws {
    // x2 given x1: mean 3 + 0.8 (x1 - 1) / 2, variance 1.5 - 0.32.
    let parameters: Parameters = [
      "weights": [1], "means": [1, 3], "covariances": [2, 0.8, 0.8, 1.5],
    ]
    // A column has some value, here in a last row.
    var rows: [Double] = (0..<20_000).flatMap { [Double($0 % 2), .nan] }
    rows += [0, 3]
    let gaussian = GaussianMixture(components: 1, columns: 2)
    let expected = try imputed(gaussian, parameters, rows, columns: 2)
    for n in 0..<2 { #expect(abs(expected[2 * n + 1] - (3 + 0.4 * (Double(n) - 1))) < 1e-14) }

    func moments(_ draws: [Double]) -> (mean: Double, variance: Double) {
      let errors = zip(draws, expected).map { $0 - $1 }
      // Those of x1 and of the last row are 0.
      let mean: Double = errors.reduce(0, +) / 20_000
      let squares: Double = errors.reduce(0) { $0 + $1 * $1 }
      return (mean, squares / 20_000)
    }
    let normal = moments(try imputed(gaussian, parameters, rows, columns: 2, seed: 1))
    // Five standard deviations of a mean, sqrt(1.18 / 20,000), and of a variance, sqrt(2 / 20,000) of itself.
    #expect(abs(normal.mean) < 5 * (1.18 / 20_000).squareRoot())
    #expect(abs(normal.variance / 1.18 - 1) < 5 * (2.0 / 20_000).squareRoot())

    // Of a t distribution with 10 degrees of freedom, given x1 with the distance δ: 11 degrees of freedom,
    // the variance (10 + δ) / 9 of the scale; δ is 0.5 of half the rows and 0 of the others.
    let student = try StudentMixture(
      FamilyOptions(values: ["degrees-of-freedom": "10"]), components: 1, columns: 2)
    var heavy = parameters
    heavy["degrees_of_freedom"] = [10]
    let tails = moments(try imputed(student, heavy, rows, columns: 2, seed: 1))
    let variance = 1.18 * 10.25 / 9
    #expect(abs(tails.mean) < 5 * (variance / 20_000).squareRoot())
    // Its fourth moment is 3 (11 - 2) / (11 - 4) times the square of the variance.
    let spread: Double = (3.0 * 9 / 7 - 1) / 20_000
    #expect(abs(tails.variance / variance - 1) < 5 * spread.squareRoot())
  }
}
