import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Tied covariances of many columns")
struct TiedBoundTests {
  private let columns = 8

  private func identity(times variance: Double) -> [Double] {
    (0..<columns * columns).map { $0 % (columns + 1) == 0 ? variance : 0 }
  }

  @Test("score a few rows between the means")
  func fewRows() throws {
    var means = [Double](repeating: 0, count: 2 * columns)
    (means[0], means[columns + 1]) = (1, 1)
    let parameters = Parameters(
      weights: [0.5, 0.5], means: means, covariances: identity(times: 1))
    let model = GaussianMixture(components: 2, columns: columns, covarianceType: .tied)
    let world = SoloCommunicator()
    let data = try DataSet(
      values: Array(repeating: 0, count: columns), columnCount: columns, world: world)
    let score = try Engine(data, threads: 1, world: world).score(model, under: parameters)
    // -4 log(2 pi) - 1/2, one rounding of each of its parts.
    #expect(relativeError(score.logLikelihood, -7.851508265637381) <= 4 * 0x1p-53)
  }

  @Test("fit data with a constant column", arguments: 0..<12)
  func constantColumn(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let rows = (0..<300 * columns).map { $0 % columns == 2 ? 0.1 : generator.normal() }
    let fit = try fitGaussians(
      .tied, components: 3, columns: columns, rows: rows, regularization: 1e-6, from: .kMeans)
    #expect(fit.score.logLikelihood.isFinite)
    // The mean may be one unit of 0.1 off; its square is far below the regularization.
    #expect(fit.parameters.covariances[2 * columns + 2] == 1e-6)
  }

  // A component without weight has no part in any sum: not a bit may depend on where it lies.
  @Test("take nothing from the mean of an empty component", arguments: [1e4, 1e16, -1e30, 1e150])
  func emptyComponent(distance: Double) throws {
    var generator = SeededGenerator(seed: 2)
    let rows = (0..<600 * columns).map { i in
      generator.normal() + (i < 300 * columns ? 0 : 2)
    }
    func fit(emptyAt mean: Double) throws -> Fit {
      let means = (0..<3 * columns).map { [mean, 0, 2][$0 / columns] }
      return try fitGaussians(
        .tied, components: 3, columns: columns, rows: rows, regularization: 1e-6,
        from: .parameters(
          Parameters(
            weights: [0, 0.5, 0.5], means: means, covariances: identity(times: 1))),
        options: FitOptions(maximumIterations: 3))
    }
    let (near, far) = (try fit(emptyAt: 1), try fit(emptyAt: distance))
    #expect(far.parameters.weights == near.parameters.weights)
    #expect(far.parameters.means.dropFirst(columns) == near.parameters.means.dropFirst(columns))
    #expect(far.parameters.covariances == near.parameters.covariances)
    #expect(far.score == near.score)
  }

  // Its weight and its first moment are nothing beside the others', its square is 1.
  @Test("count a row whose distance makes up for its weight", arguments: [0x1p-880, 0x1p-960])
  func farLightRow(weight: Double) throws {
    var generator = SeededGenerator(seed: 4)
    let count = 600
    let rows = (0..<count * columns).map { i in
      generator.normal() + (i < 300 * columns ? 0 : 2)
    }
    let far = [1 / weight.squareRoot()] + Array(repeating: 0.0, count: columns - 1)
    func covariances(weightOfFar weight: Double) throws -> [Double] {
      try fitGaussians(
        .tied, components: 3, columns: columns, rows: far + rows,
        weights: [weight] + Array(repeating: 1.0, count: count), regularization: 1e-6,
        from: .parameters(
          Parameters(
            weights: [0.25, 0.25, 0.5], means: (0..<3 * columns).map { Double($0 / columns) },
            covariances: identity(times: 1))),
        options: FitOptions(maximumIterations: 1)
      ).parameters.covariances
    }
    let without = try covariances(weightOfFar: 0)
    let with = try covariances(weightOfFar: weight)
    // The exact sums may lose 2^-40 of moments, which are up to 3 a row.
    let expected = [without[0] + 1 / Double(count)] + without.dropFirst()
    let error = zip(with, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(error <= 3 * 0x1p-40)
  }

  @Test(
    "have the same bits on any number of ranks and threads from means far outside of the data",
    arguments: [(20.0, 1e4), (1000, 1e9), (1e5, 1e13)])
  func farMeans(distance: Double, variance: Double) throws {
    var generator = SeededGenerator(seed: 1)
    let count = 4000
    let rows = (0..<count * columns).map { i in
      (i % columns < 2 ? 0.9 : 0) + (i % columns < 2 ? 0.1 : 1) * generator.uniform()
    }
    var means = [Double](repeating: 0.5, count: 2 * columns)
    (means[0], means[1], means[columns], means[columns + 1]) = (distance, 0, 0, distance)
    let start = Parameters(
      weights: [0.5, 0.5], means: means, covariances: identity(times: variance))
    func fit(ranks: Int, threads: Int) throws -> Fit {
      try ThreadCommunicator.run(ranks: ranks) { world in
        let data = try DataSet(
          values: rows, columnCount: columns, shardRows: Array(repeating: 100, count: 40),
          world: world)
        let model = GaussianMixture(
          components: 2, columns: columns, covarianceType: .tied, ranges: data.ranges)
        return try Engine(data, threads: threads, world: world).fit(
          model, from: .parameters(start), options: FitOptions(maximumIterations: 1))
      }[0]
    }
    let one = try fit(ranks: 1, threads: 1)
    for (ranks, threads) in [(1, 2), (2, 1), (3, 1), (7, 1)] {
      #expect(try fit(ranks: ranks, threads: threads) == one)
    }
  }
}

@Suite("One engine of several tasks")
struct SharedPassTests {
  @Test("gives each its own sums")
  func concurrentScores() async throws {
    let problem = GaussianProblem(
      seed: 5, rowCount: 5000, componentCount: 3, columnCount: 4, covarianceType: .full)
    let world = SoloCommunicator()
    let data = try DataSet(values: problem.rows, columnCount: 4, world: world)
    let model = GaussianMixture(components: 3, columns: 4)
    let engine = Engine(data, threads: 2, world: world)
    let alone = try engine.score(model, under: problem.start)
    let scores = try await withThrowingTaskGroup(of: Score.self) { group in
      for _ in 0..<16 {
        group.addTask { try engine.score(model, under: problem.start) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(scores.allSatisfy { $0 == alone })
  }
}
