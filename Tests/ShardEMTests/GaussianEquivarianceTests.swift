import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// Data in other units or from another origin are the same data: the model must follow.
@Suite("Equivariance")
struct GaussianEquivarianceTests {
  /// Plain iterations: extrapolations enlarge roundings.
  private let options = FitOptions(
    maximumIterations: 30, convergence: .parameters(0), acceleration: .none)

  private func problem(_ type: CovarianceType) -> GaussianProblem {
    GaussianProblem(
      seed: 3, rowCount: 3000, componentCount: 3, columnCount: 4, covarianceType: type,
      separation: 4)
  }

  private func fit(
    _ problem: GaussianProblem, _ rows: [Double]
  ) throws -> Parameters {
    try fitGaussians(
      problem.covarianceType, components: 3, columns: 4, rows: rows, from: .kMeans,
      options: options
    ).parameters
  }

  @Test(
    "Data scaled by 1e-8 or 1e8 give the scaled model", arguments: CovarianceType.allCases,
    [1e-8, 1e8])
  func scale(type: CovarianceType, scale: Double) throws {
    let problem = problem(type)
    let plain = try fit(problem, problem.rows)
    let scaled = try fit(problem, problem.rows.map { $0 * scale })
    // Every scaled value is rounded, by u = 2^-53 of itself; log densities, of up to 200 nats with
    // the logarithm of the scale, by about 4u of themselves; parameters follow.
    let tolerance = 1e-13
    let back = Parameters(
      weights: scaled.weights, means: scaled.means.map { $0 / scale },
      covariances: scaled.covariances.map { $0 / scale / scale })
    #expect(parameterError(back, plain, type) < tolerance)
  }

  @Test(
    "Data scaled by 2^480 or 2^-500 give the scaled model", arguments: CovarianceType.allCases,
    [0x1p480, 0x1p-500])
  func largestScale(type: CovarianceType, scale: Double) throws {
    let problem = problem(type)
    func fit(scale: Double) throws -> Parameters {
      try fitGaussians(
        type, components: 3, columns: 4, rows: problem.rows.map { $0 * scale },
        from: .parameters(
          Parameters(
            weights: problem.start.weights, means: problem.start.means.map { $0 * scale },
            covariances: problem.start.covariances.map { $0 * scale * scale })),
        options: FitOptions(maximumIterations: 3, convergence: .parameters(0))
      ).parameters
    }
    // A power of two changes no digit but those of log densities, of up to 2048 nats: eight roundings
    // of 2^-43 in each, 16 in the difference of two. Responsibilities change by that much of
    // themselves, moments by up to 25 times as much, the square of 5 deviations; in 3 iterations.
    let tolerance = 3 * 25 * 16 * 0x1p-43
    let scaled = try fit(scale: scale)
    let back = Parameters(
      weights: scaled.weights, means: scaled.means.map { $0 / scale },
      covariances: scaled.covariances.map { $0 / scale / scale })
    #expect(parameterError(back, try fit(scale: 1), type) < tolerance)
  }

  @Test("Data shifted by 1e8 give the shifted model", arguments: CovarianceType.allCases)
  func shift(type: CovarianceType) throws {
    let problem = problem(type)
    let shift = 1e8
    let plain = try fit(problem, problem.rows)
    let shifted = try fit(problem, problem.rows.map { $0 + shift })
    // Rows are rounded by up to 2^-27, half the distance of numbers at 1e8, and so are the means.
    // The components' standard deviations are 1 or more: a row 5 of them away from its component
    // has its log density changed by 5 x 2 x 2^-27, and what is averaged over rows by no more.
    let tolerance = 10 * 0x1p-27
    let back = Parameters(
      weights: shifted.weights, means: shifted.means.map { $0 - shift },
      covariances: shifted.covariances)
    #expect(parameterError(back, plain, type) < tolerance)
  }
}
