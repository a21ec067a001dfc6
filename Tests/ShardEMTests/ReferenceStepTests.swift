import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("One EM step against plain loops")
struct ReferenceStepTests {
  @Test(
    "One EM step is that of the plain loops, for any shape, with weights or without",
    arguments: CovarianceType.allCases, [false, true])
  func step(type: CovarianceType, weighted: Bool) throws {
    for columns in [1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 20] {
      for components in [1, 2, 3, 5, 8] {
        let regularization = components % 2 == 0 ? 0 : 1e-3
        try check(
          GaussianProblem(
            seed: UInt64(100 * columns + components), rowCount: 300, componentCount: components,
            columnCount: columns, covarianceType: type, weighted: weighted),
          regularization: regularization)
      }
    }
  }

  // The log densities that matter are of M < 200 nats and off by about 4u M = 9e-14, u = 2^-53; so
  // are responsibilities, relative, and parameters, which are averages under them.
  private let tolerance = 1e-13

  @Test(
    "It is with many columns, for which other kernels are chosen",
    arguments: CovarianceType.allCases)
  func manyColumns(type: CovarianceType) throws {
    // The kernels change at 32 and 48 columns.
    for (columns, components) in [(31, 3), (33, 2), (47, 2), (48, 3), (49, 2), (64, 3), (80, 2)] {
      try check(
        GaussianProblem(
          seed: UInt64(columns), rowCount: 300 * components, componentCount: components,
          columnCount: columns, covarianceType: type, weighted: columns % 2 == 0),
        regularization: 1e-3)
    }
  }

  private func check(_ problem: GaussianProblem, regularization: Double) throws {
    let world = SoloCommunicator()
    let data = try DataSet(
      values: problem.rows, columnCount: problem.columnCount, weights: problem.weights,
      blockRows: 128, world: world)
    let model = GaussianMixture(
      components: problem.componentCount, columns: problem.columnCount,
      covarianceType: problem.covarianceType, regularization: regularization,
      ranges: data.ranges)
    var logLikelihood = 0.0
    let fit = try Engine(data, threads: 1, world: world).fit(
      model, from: .parameters(problem.start), options: FitOptions(maximumIterations: 1)
    ) { logLikelihood = $0.meanLogLikelihood }
    let expected = ReferenceEM(
      rows: problem.rows, columnCount: problem.columnCount, weights: problem.weights,
      covarianceType: problem.covarianceType, regularization: regularization
    ).step(from: problem.start)

    #expect(
      parameterError(fit.parameters, expected.parameters, problem.covarianceType) < tolerance)
    let total = logLikelihood * fit.score.weightSum
    #expect(relativeError(total, expected.logLikelihood) < tolerance)
  }
}
