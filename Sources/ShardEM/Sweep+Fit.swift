import MessagePassing
import MixtureModels

/// Is told of every iteration, on every rank. An error it throws on any rank ends the fit on all.
public typealias IterationHook = (IterationReport) throws -> Void

extension Sweep {
  /// Collective. Fits a mixture from one or several starts; the best final log-likelihood wins,
  /// of equal ones the earliest.
  ///
  /// - Parameters:
  ///   - state: what `keep` got in an earlier fit of the same model, data and options (in the first
  ///     start the limit of iterations may be another), which this one goes on with: its result is
  ///     the same to the last bit. Nil: from the beginning.
  ///   - onIteration: is told of every iteration.
  ///   - keep: is given after that, on every rank, what is needed to go on from there.
  /// - Returns: the same on every rank, bit for bit the same on any number of ranks and threads.
  /// - Throws: `DataSetError` if there are fewer rows than components; `FitError` if every start
  ///   fails, that of the first; `DivergedRanks` if ranks disagree on the parameters; on every rank
  ///   the same error if a rank cannot read its rows or a closure throws on any.
  public func fit<Model: MixtureModel>(
    _ model: Model, from initialization: Initialization<Model.Parameters>,
    options: FitOptions = FitOptions(), resuming state: FitState<Model.Parameters>? = nil,
    onIteration: IterationHook = { _ in }, keep: FitKeeper<Model.Parameters> = { _ in }
  ) throws -> Fit<Model.Parameters> {
    let words = settings(of: options) + [initialization.word, word("state", state?.place)]
    if case .parameters(let parameters) = initialization {
      try requireSuitable(model, under: parameters, words)
    } else {
      try requireSuitable(model, words)
    }
    try options.requireUsable()
    let restarts = initialization.isGiven ? 1 : max(options.restarts, 1)
    if let state, !(0..<restarts).contains(state.restart) {
      throw world.common(ForeignState(restart: state.restart, restarts: restarts))
    }
    return try FitHooks.with(onIteration, keep) { hooks in
      try searching { sweep in
        var best = state?.best
        var firstFailure: FitError?
        for restart in (state?.restart ?? 0)..<restarts {
          do {
            let began = sweep.searchSeconds
            // The M-step that gives the first parameters counts as number 0.
            let start = try await FitError.locating(0) {
              if let state, state.restart == restart { return state }
              return FitState(
                restart: restart, best: best,
                parameters: try await sweep.start(
                  model, initialization, seed: options.seed, restart: restart, tries: options.tries))
            }
            let fit = try await sweep.climb(
              model, from: start,
              foundIn: start.iteration == 0 ? sweep.searchSeconds - began : 0,
              options: options, hooks,
              evaluate: { try await sweep.evaluation(model, under: $0, carrying: $1) })
            if fit.score.logLikelihood > best?.score.logLikelihood ?? -.infinity { best = fit }
          } catch let failure as FitError {
            // Met alike by all ranks, being a function of the parameters and the exact sums.
            firstFailure = firstFailure ?? failure
          }
        }
        if let best { return best }
        throw firstFailure!
      }
    }
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
    try requireSuitable(model, under: start, settings(of: options))
    try options.requireUsable()
    return try FitHooks.with(onIteration, { _ in }) { hooks in
      try searching { sweep in
        try await sweep.climb(
          model, from: FitState(restart: 0, best: nil, parameters: start), foundIn: 0,
          options: options, hooks,
          evaluate: { try await sweep.expectationStep(model, under: $0, carrying: $1) })
      }
    }
  }

  /// EM from `start`; its `restart` is the number that reports and the result carry.
  ///
  /// - Parameters:
  ///   - startSeconds: what finding the start took.
  ///   - evaluate: the log-likelihood and the sum of weights under the last parameters.
  private func climb<Model: LatentVariableModel>(
    _ model: Model, from start: FitState<Model.Parameters>, foundIn startSeconds: Double,
    options: FitOptions, _ hooks: FitHooks<Model.Parameters>,
    evaluate: (Model.Parameters, (any Error)?) async throws -> SweepTotal
  ) async throws -> Fit<Model.Parameters> {
    var state = start
    var failure: (any Error)?
    var checkpointSeconds = 0.0
    let clock = ContinuousClock()

    while state.iteration < options.maximumIterations && !state.converged {
      let began = searchSeconds
      _ = exchanges.take()
      let iteration = state.iteration + 1
      let (total, next) = try await FitError.locating(iteration) {
        try await improved(model, from: state.parameters, carrying: failure)
      }
      let mean = total.statistics[0] / total.statistics[1]
      let change = state.meanLogLikelihoods.last.map { mean - $0 }
      let parameterChange = model.largestChange(from: state.parameters, to: next)
      state.meanLogLikelihoods.append(mean)
      state.parameters = next
      state.converged = options.convergence.isReached(
        change: change, parameterChange: parameterChange)

      let seconds = searchSeconds - began
      let exchanged = exchanges.take()
      let communicationSeconds = total.communicationSeconds + exchanged.seconds
      let report = IterationReport(
        restart: state.restart, iteration: iteration, meanLogLikelihood: mean, change: change,
        parameterChange: parameterChange, converged: state.converged,
        startSeconds: state.iteration == start.iteration + 1 ? startSeconds : 0,
        seconds: seconds, computeSeconds: total.computeSeconds,
        processorSeconds: total.processorSeconds,
        communicationSeconds: communicationSeconds,
        mStepSeconds: seconds - total.computeSeconds.own - communicationSeconds,
        sharedSeconds: exchanged.shareSeconds, checkpointSeconds: checkpointSeconds,
        retakes: total.retakes, messageBytes: total.messageBytes, exchangedBytes: exchanged.bytes,
        rows: data.rowCount, threads: threadCount, ranks: world.size)
      // An error travels with the next sum: other ranks are on their way to it. What is told comes before
      // what is kept: a fit that goes on from a checkpoint finds its iteration in the trace.
      do { try hooks.onIteration(report) } catch { failure = failure ?? error }
      checkpointSeconds = clock.measure {
        do { try hooks.keep(state) } catch { failure = failure ?? error }
      }.seconds
    }

    let last = try await FitError.locating(state.iteration) {
      try await evaluate(state.parameters, failure).statistics
    }
    return Fit(
      parameters: state.parameters,
      score: Score(
        logLikelihood: last[0], weightSum: last[1],
        freeParameterCount: model.freeParameterCount),
      iterations: state.iteration, converged: state.converged, restart: state.restart,
      rows: data.weightedRowCount)
  }
}

/// Who is told of a fit, and who keeps its state.
///
/// Unchecked: called by the thread that has called `fit`, until it returns.
struct FitHooks<Parameters: Sendable>: @unchecked Sendable {
  let onIteration: IterationHook
  let keep: FitKeeper<Parameters>

  static func with<Value>(
    _ onIteration: IterationHook, _ keep: FitKeeper<Parameters>,
    _ body: (FitHooks) throws -> Value
  ) rethrows -> Value {
    try withoutActuallyEscaping(onIteration) { onIteration in
      try withoutActuallyEscaping(keep) { keep in
        try body(FitHooks(onIteration: onIteration, keep: keep))
      }
    }
  }
}

extension FitError {
  /// Names the iteration in what `body` throws.
  fileprivate static func locating<Result>(
    _ iteration: Int, _ body: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await body()
    } catch let error as FitError {
      throw error.located(at: iteration)
    }
  }
}
