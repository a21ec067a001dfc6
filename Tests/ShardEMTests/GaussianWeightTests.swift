import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Row weights of Gaussian mixtures")
struct GaussianWeightTests {
  /// Plain iterations: extrapolations enlarge roundings.
  private let options = FitOptions(
    maximumIterations: 20, convergence: .parameters(0), acceleration: .none)

  /// The same fit of other rows and weights.
  private func fit(
    _ problem: GaussianProblem, rows: [Double], weights: [Double]? = nil
  ) throws -> Fit {
    try fitGaussians(
      problem.covarianceType, components: 3, columns: 5, rows: rows, weights: weights,
      from: .parameters(problem.start), options: options)
  }

  private func problem(_ type: CovarianceType) -> GaussianProblem {
    GaussianProblem(
      seed: 21, rowCount: 500, componentCount: 3, columnCount: 5, covarianceType: type)
  }

  // Terms are added in another order, or one product in place of a few equal terms. The log
  // densities that matter are of M < 100 nats and off by about 4u M, u = 2^-53, and responsibilities
  // and parameters by as much, relative: 4.4e-14 an iteration, of 20.
  private func expectSame(
    _ a: Fit, _ b: Fit, _ type: CovarianceType
  ) {
    let tolerance = 20 * 4.4e-14
    #expect(parameterError(a.parameters, b.parameters, type) < tolerance)
    #expect(relativeError(a.score.logLikelihood, b.score.logLikelihood) < tolerance)
    #expect(relativeError(a.score.bic, b.score.bic) < tolerance)
  }

  @Test("A row of weight 0 is absent", arguments: CovarianceType.allCases)
  func zeroIsAbsent(type: CovarianceType) throws {
    let problem = problem(type)
    var kept: [Double] = []
    var rows = problem.rows
    let weights = (0..<500).map { $0 % 3 == 1 ? 0.0 : 1.0 }
    for n in 0..<500 {
      if weights[n] == 1 { kept += rows[5 * n..<5 * n + 5] } else { rows[5 * n] = 1e200 }
    }
    let a = try fit(problem, rows: rows, weights: weights)
    let b = try fit(problem, rows: kept)
    #expect(a.rows == b.rows)
    expectSame(a, b, type)
  }

  @Test("A row of a weight next to nothing is absent", arguments: CovarianceType.allCases)
  func subnormalIsAbsent(type: CovarianceType) throws {
    // With 9 columns a tied covariance comes from pooled moments.
    let problem = GaussianProblem(
      seed: 22, rowCount: 500, componentCount: 3, columnCount: 9, covarianceType: type)
    for tiny in [1e-290, 5e-309, 0x1p-1074] {
      let weights = (0..<500).map { $0 % 3 == 1 ? tiny : 1 }
      let absent = weights.map { $0 == 1 ? 1.0 : 0 }
      let a = try fitGaussians(
        type, components: 3, columns: 9, rows: problem.rows, weights: weights,
        from: .parameters(problem.start), options: options)
      let b = try fitGaussians(
        type, components: 3, columns: 9, rows: problem.rows, weights: absent,
        from: .parameters(problem.start), options: options)
      expectSame(a, b, type)
    }
  }

  @Test("A row of weight n is n rows", arguments: CovarianceType.allCases)
  func integersAreRepetitions(type: CovarianceType) throws {
    let problem = problem(type)
    let weights = (0..<500).map { Double(1 + $0 % 4) }
    var repeated: [Double] = []
    for n in 0..<500 {
      for _ in 0...n % 4 { repeated += problem.rows[5 * n..<5 * n + 5] }
    }
    let a = try fit(problem, rows: problem.rows, weights: weights)
    let b = try fit(problem, rows: repeated)
    #expect(a.score.weightSum == Double(b.rows))
    expectSame(a, b, type)
  }
}
