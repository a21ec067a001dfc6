import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// The covariance of an M-step does not depend on where the mean was before: moments about a far
/// mean cancel, and are then taken about the new one.
@Suite("A start far from the data")
struct FarStartTests {
  private let columns = 3

  private func rows(_ count: Int = 1000) -> [Double] {
    var generator = SeededGenerator(seed: 41)
    return (0..<count * columns).map { _ in generator.normal() }
  }

  private func start(_ type: CovarianceType, at distance: Double) -> Parameters {
    let identity = [1.0, 0, 0, 0, 1, 0, 0, 0, 1]
    let covariances: [Double] =
      switch type {
      case .full, .tied: identity
      case .diag: [1, 1, 1]
      case .spherical: [1]
      }
    return Parameters(
      weights: [1], means: Array(repeating: distance, count: columns), covariances: covariances)
  }

  private func fit(
    _ type: CovarianceType, _ rows: [Double], at distance: Double, regularization: Double = 0
  ) throws -> Fit {
    try fitGaussians(
      type, components: 1, columns: columns, rows: rows, regularization: regularization,
      from: .parameters(start(type, at: distance)), options: FitOptions(maximumIterations: 1))
  }

  // With one component all responsibilities are 1. Moments about different centers are sums of 1000
  // terms, each rounded a few times in some order: 1000 half units, where at most 1/64 of a moment may
  // be the variance.
  @Test(
    "gives the mean and covariance that one in their midst gives",
    arguments: CovarianceType.allCases, [1e3, 1e6, 1e8, 1e12, 1e20, -1e30])
  func anyDistance(type: CovarianceType, distance: Double) throws {
    let near = try fit(type, rows(), at: 0)
    let far = try fit(type, rows(), at: distance)
    let tolerance = 1000 * 64 * 0x1p-53
    #expect(parameterError(far.parameters, near.parameters, type) <= tolerance)
    // Sums of squared distances, 1.5 nats a row each off by the covariance's error.
    #expect(relativeError(far.score.logLikelihood, near.score.logLikelihood) <= 8 * tolerance)
  }

  @Test(
    "makes equal rows singular without regularization, and of its variance with it",
    arguments: CovarianceType.allCases)
  func equalRows(type: CovarianceType) throws {
    let rows = Array(repeating: [0.1, 7e5, -3e-4], count: 50).flatMap { $0 }
    #expect(throws: FitError.self) { try fit(type, rows, at: 1e3) }
    let regularized = try fit(type, rows, at: 1e3, regularization: 1e-6)
    #expect(regularized.parameters.means == [0.1, 7e5, -3e-4])
    #expect(regularized.parameters.covariances.max() == 1e-6)
  }

  @Test("falls onto equal rows among others within a fit", arguments: CovarianceType.allCases)
  func equalRowsAmongOthers(type: CovarianceType) throws {
    // The second component, far off at first, gets the 200 rows about 500, nearly equal.
    var generator = SeededGenerator(seed: 42)
    var rows = rows(400)
    rows += (0..<200 * columns).map { _ in 500 + 0x1p-20 * generator.normal() }
    func fit(from mean: Double) throws -> Parameters {
      let one = start(type, at: 0)
      let isShared = type == .tied
      return try fitGaussians(
        type, components: 2, columns: columns, rows: rows, regularization: 0,
        from: .parameters(
          Parameters(
            weights: [0.5, 0.5], means: one.means + Array(repeating: mean, count: columns),
            covariances: one.covariances + (isShared ? [] : one.covariances))),
        options: FitOptions(maximumIterations: 1)
      ).parameters
    }
    // Either way the rows are 490 deviations from the other component: responsibilities are 0 and 1.
    // Values near 500 are rounded to 2^-45, 2^-25 of the small deviation, but the same in both.
    let (near, far) = try (fit(from: 500), fit(from: 510))
    #expect(parameterError(far, near, type) <= 600 * 64 * 0x1p-53)
  }
}

// The mean of a column of zeros would come nearer to 0 by a factor of 2^-53 each time.
@Suite("A column of zeros")
struct ZeroColumnTests {
  @Test(
    "is singular from whatever start, and has its mean there",
    arguments: [CovarianceType.full, .tied, .diag], [(components: 1, columns: 3), (6, 9)])
  func singular(type: CovarianceType, size: (components: Int, columns: Int)) throws {
    let (k, d) = (size.components, size.columns)
    var generator = SeededGenerator(seed: 43)
    let rows = (0..<600 * d).map { $0 % d == 1 ? 0 : generator.normal() }
    let identity = (0..<d * d).map { $0 % (d + 1) == 0 ? 1.0 : 0 }
    let covariances: [Double] =
      switch type {
      case .full: (0..<k).flatMap { _ in identity }
      case .tied: identity
      default: Array(repeating: 1, count: k * d)
      }
    let start = Parameters(
      weights: generator.weights(k), means: (0..<k * d).map { _ in 0.4 * generator.normal() },
      covariances: covariances)
    func fit(regularization: Double) throws -> Parameters {
      try fitGaussians(
        type, components: k, columns: d, rows: rows, regularization: regularization,
        from: .parameters(start), options: FitOptions(maximumIterations: 1)
      ).parameters
    }
    #expect(throws: FitError.self) { try fit(regularization: 0) }
    let regularized = try fit(regularization: 0.01)
    #expect((0..<k).allSatisfy { regularized.means[$0 * d + 1] == 0 })
  }
}
