import MessagePassing
import MixtureModels

/// Is told of every iteration, on every rank. An error it throws on any rank ends the fit on all.
public typealias IterationHook = (IterationReport) throws -> Void

extension Sweep {
  /// Collective. Fits a mixture from one or several starts; the best final log-likelihood wins,
  /// of equal ones the earliest.
  ///
  /// - Returns: the same on every rank, bit for bit the same on any number of ranks and threads.
  /// - Throws: `DataSetError` if there are fewer rows than components; `FitError` if every start
  ///   fails, that of the first; on every rank the same error if a rank cannot read its rows.
  public func fit<Model: MixtureModel>(
    _ model: Model, from initialization: Initialization<Model.Parameters>,
    options: FitOptions = FitOptions(), onIteration: IterationHook = { _ in }
  ) throws -> Fit<Model.Parameters> {
    try requireSuitable(model)
    // From given parameters, every start is the same.
    let restarts = if case .parameters = initialization { 1 } else { max(options.restarts, 1) }
    var best: Fit<Model.Parameters>?
    var firstFailure: FitError?
    for restart in 0..<restarts {
      do {
        // The M-step that gives the first parameters counts as number 0.
        let start = try FitError.locating(0) {
          try self.start(model, initialization, seed: options.seed, restart: restart)
        }
        let fit = try climb(
          model, from: start, options: options, restart: restart, onIteration: onIteration)
        if fit.score.logLikelihood > best?.score.logLikelihood ?? -.infinity { best = fit }
      } catch let failure as FitError {
        // Met alike by all ranks, being a function of the parameters and the exact sums.
        firstFailure = firstFailure ?? failure
      }
    }
    if let best { return best }
    throw firstFailure!
  }

  /// Collective. Runs EM from `start` until it converges.
  ///
  /// Iteration t takes the log-likelihood and statistics under the parameters of t - 1; a last
  /// E-step gives the log-likelihood of the parameters that are returned.
  /// - Throws: `FitError` if a component cannot be estimated; on every rank the same error if a
  ///   rank cannot read its rows or its hook throws.
  public func fit<Model: LatentVariableModel>(
    _ model: Model, from start: Model.Parameters, options: FitOptions = FitOptions(),
    onIteration: IterationHook = { _ in }
  ) throws -> Fit<Model.Parameters> {
    try requireSuitable(model)
    return try climb(model, from: start, options: options, restart: 0, onIteration: onIteration)
  }

  /// EM from `start`; `restart` is the number that reports and the result carry.
  private func climb<Model: LatentVariableModel>(
    _ model: Model, from start: Model.Parameters, options: FitOptions, restart: Int,
    onIteration: IterationHook
  ) throws -> Fit<Model.Parameters> {
    var parameters = start
    var iteration = 0
    var converged = false
    var previousMean: Double?
    var hookFailure: (any Error)?
    let clock = ContinuousClock()

    while iteration < options.maximumIterations && !converged {
      let began = clock.now
      iteration += 1
      let (total, next) = try FitError.locating(iteration) {
        let total = try expectationStep(model, under: parameters, carrying: hookFailure)
        return (total, try model.maximized(total.statistics, from: parameters))
      }
      let mean = total.statistics[0] / total.statistics[1]
      let change = previousMean.map { mean - $0 }
      let parameterChange = model.largestChange(from: parameters, to: next)
      converged = options.convergence.isReached(change: change, parameterChange: parameterChange)
      (parameters, previousMean) = (next, mean)

      let report = IterationReport(
        restart: restart, iteration: iteration, meanLogLikelihood: mean, change: change,
        parameterChange: parameterChange, converged: converged,
        seconds: (clock.now - began).seconds, computeSeconds: total.computeSeconds,
        communicationSeconds: total.communicationSeconds, rows: data.rowCount,
        threads: threadCount)
      // An error travels with the next sum: other ranks are on their way to it.
      do { try onIteration(report) } catch { hookFailure = hookFailure ?? error }
    }

    let last = try FitError.locating(iteration) {
      try expectationStep(model, under: parameters, carrying: hookFailure).statistics
    }
    return Fit(
      parameters: parameters,
      score: Score(
        logLikelihood: last[0], weightSum: last[1],
        freeParameterCount: model.freeParameterCount),
      iterations: iteration, converged: converged, restart: restart, rows: data.weightedRowCount)
  }

  /// Collective. The statistics of all rows under `parameters`: log-likelihood, sum of weights,
  /// and the model's own.
  ///
  /// - Parameters:
  ///   - model: has as many columns as the data.
  ///   - failure: an error that this rank met before, to be thrown on all ranks now.
  public func expectationStep<Model: LatentVariableModel>(
    _ model: Model, under parameters: Model.Parameters, carrying failure: (any Error)? = nil
  ) throws -> SweepTotal {
    let expectation = try model.expectation(under: parameters)
    return try resolvedTotal(model, expectation, carrying: failure) {
      block, workspace, statistics in
      model.accumulate(block, expectation, workspace: workspace, into: statistics)
    }
  }
}

extension FitError {
  /// Names the iteration in what `body` throws.
  fileprivate static func locating<Result>(
    _ iteration: Int, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let error as FitError {
      throw error.located(at: iteration)
    }
  }
}
