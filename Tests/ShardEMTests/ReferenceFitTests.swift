import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing
import _TestSupport

/// Every Gaussian fit of `reference.json`, from its stated start, iteration by iteration, against
/// an EM in 80-bit arithmetic. (Its one Poisson mixture is in `PoissonMixtureTests`.)
@Suite("Reference fits")
struct ReferenceFitTests {
  @Test("The fits of the shipped data sets are reproduced", arguments: ReferenceFit.shipped)
  func shipped(reference: ReferenceFit) throws { try check(reference) }

  @Test("None of the shipped fits is missing")
  func count() {
    #expect(ReferenceFit.shipped.count == 21)
    #expect(ReferenceFit.large.count == 4)
  }

  @Test(
    "The fits of 383,589 rows are reproduced",
    .enabled(if: TestData.path("beijing_f32.npy") != nil, "needs ../shared/data"),
    arguments: ReferenceFit.large)
  func large(reference: ReferenceFit) throws { try check(reference) }

  @Test(
    "The fits of the data sets that cannot be shipped are reproduced",
    .enabled(if: !ReferenceFit.shared.isEmpty, "needs ../shared/data"),
    arguments: ReferenceFit.shared)
  func shared(reference: ReferenceFit) throws { try check(reference) }

  // A row's log density, up to M = 100 nats, is off by about 4u M = 4e-14 with u = 2^-53; the
  // responsibilities are off by as much, relative, and so are parameters, being their averages.
  private let stepError = 4e-14
  // The total is a mean of such errors over terms of 2 nats and more: 4u M / 2.
  private let logLikelihoodError = 2e-14

  private func check(_ reference: ReferenceFit) throws {
    let fits = try ReferenceProblem(reference)
    for (count, parameters) in reference.afterIteration {
      let iterations = Int(count)!
      // So far from convergence, errors add up.
      let error = parameterError(
        try fits.run(iterations).parameters, Parameters(parameters),
        fits.model.covarianceType)
      #expect(error < Double(iterations) * stepError)
    }

    var logLikelihoods: [Double] = []
    let end = try fits.run(reference.result.iterations) {
      logLikelihoods.append($0.meanLogLikelihood * Double(reference.data.n))
    }
    logLikelihoods.append(end.score.logLikelihood)
    // The reference lists the first 20 iterations.
    for (found, expected) in zip(logLikelihoods, reference.loglikByIteration) {
      #expect(relativeError(found, expected) < logLikelihoodError)
    }
    #expect(relativeError(end.score.logLikelihood, reference.result.loglik) < logLikelihoodError)
    #expect(relativeError(end.score.bic, reference.result.bic) < logLikelihoodError)
    if let aic = reference.result.aic {
      #expect(relativeError(end.score.aic, aic) < logLikelihoodError)
    }
    #expect(end.score.freeParameterCount == reference.model.freeParameters)

    // EM shrinks an error by a factor q per iteration. A reference that took T iterations until
    // it moved by 1e-16 has q^T = 1e-16, hence errors add up to 1 / (1 - q) = T / 37 of one step;
    // one that was stopped after T iterations, to T at most.
    let iterations = Double(reference.result.iterations)
    let amplification = reference.isConverged ? 1 + iterations / 37 : iterations
    let error = parameterError(
      end.parameters, Parameters(reference.result.parameters), fits.model.covarianceType)
    #expect(error < amplification * stepError)
  }
}

/// The data, model and start of a reference fit.
private struct ReferenceProblem {
  let start: Parameters
  let model: GaussianMixture
  let engine: Engine

  init(_ reference: ReferenceFit) throws {
    let path = try #require(TestData.path(reference.data.file))
    // .npy files have just the columns of the fits, and no names for them.
    let columns = path.hasSuffix(".npy") ? nil : reference.data.columns.names
    let data = try DataSet.open(
      [path], options: ReadOptions(columns: columns), world: SoloCommunicator())
    #expect(data.rowCount == reference.data.n && data.columnCount == reference.data.d)
    let type = try #require(reference.model.covarianceType.flatMap(CovarianceType.init))
    model = GaussianMixture(
      components: reference.model.components, columns: reference.data.d, covarianceType: type,
      regularization: reference.model.regCovar ?? 0, ranges: data.ranges)
    start = Parameters(reference.`init`)
    engine = Engine(data, threads: 2, world: SoloCommunicator())
  }

  /// So many iterations from the start.
  func run(
    _ iterations: Int, onIteration: IterationHook = { _ in }
  ) throws -> Fit {
    let options = FitOptions(
      maximumIterations: iterations, convergence: .parameters(0), acceleration: .none)
    return try engine.fit(
      model, from: .parameters(start), options: options, onIteration: onIteration)
  }
}
