import MessagePassing
import MixtureModels

/// Is told of every iteration, on every rank: of starts that run together, in their order after each
/// walk. An error it throws on any rank ends the fit on all.
public typealias IterationHook = (IterationReport) throws -> Void

extension Engine {
  /// Collective. Fits a mixture from one or several starts; the best final objective, which is the
  /// log-likelihood unless the model has a prior, wins, of equal ones the earliest. One with spikes wins
  /// only if all have some (`FitOptions.spikes`).
  ///
  /// Starts run together, as many as there is memory for: one walk over the rows, and one message, is
  /// an iteration of each. None gives other bits than it would alone.
  ///
  /// - Parameters:
  ///   - state: what `keep` got in an earlier fit of the same model, data and options (as long as no
  ///     start has ended by it, the limit of iterations may be another), which this one goes on with:
  ///     its result is the same to the last bit. Nil: from the beginning.
  ///   - onIteration: is told of every iteration.
  ///   - keep: is given after that, on every rank, what is needed to go on from there.
  ///   - onSearch: is told of what a race does.
  /// - Returns: the same on every rank, bit for bit the same on any number of ranks and threads.
  /// - Throws: `DataSetError` if there are fewer rows than components; `FitError` if every start
  ///   fails, that of the first; `DivergedRanks` if ranks disagree on the parameters; on every rank
  ///   the same error if a rank cannot read its rows or a closure throws on any.
  public func fit(
    _ model: some MixtureModel, from initialization: Initialization,
    options: FitOptions = FitOptions(), resuming state: FitState? = nil,
    onIteration: IterationHook = { _ in }, keep: FitKeeper = { _ in },
    onSearch: SearchHook = { _ in }
  ) throws -> Fit {
    let model = model.observing(data.observed)
    let place = state?.place
    let words =
      settings(of: options) + [
        initialization.word, word("state of iteration", place?.iterations),
        word("starts ended", place?.ended),
      ]
    try requireFittable(model, from: initialization, options, words)
    let restarts = initialization.isGiven ? 1 : max(options.restarts, 1)
    try requireSuitable(state, model, starts: restarts)
    let isAlone = if case .race = initialization { false } else { restarts == 1 }
    let limit = try isAlone ? 1 : searchesTogether(of: model)
    return try FitCourse.with(
      state ?? FitState(starts: restarts), onIteration, keep, onSearch
    ) { course in
      let plan = StartPlan(
        model: model, initialization: initialization, options: options,
        searchesTogether: limit / min(restarts, limit), tell: { course.tell($0) })
      return try searching(before: course.keepState) { engine in
        try await engine.best(of: plan, starts: 0..<restarts, atMost: limit, course)
      }
    }
  }

  /// - Parameter mayHaveAdded: whether a start may have been added to these.
  /// - Throws: unless a fit of a model from so many starts can go on from a state.
  func requireSuitable(
    _ state: FitState?, _ model: some Model, starts: Int, mayHaveAdded: Bool = false
  ) throws {
    guard let state else { return }
    guard state.own.count == starts, mayHaveAdded || state.added == nil else {
      throw world.common(ForeignState(starts: state.own.count, expected: starts))
    }
    guard state.starts.compactMap({ $0?.parameters }).allSatisfy(model.layout.fits) else {
      throw FitError.unusable(setting: "a state of another model", expected: "one of this")
    }
  }

  /// Collective. The checks before a fit: that model, data, start and options are in order, and the same on
  /// all ranks.
  ///
  /// - Parameter words: what else all ranks must have in common.
  func requireFittable(
    _ model: some MixtureModel, from initialization: Initialization, _ options: FitOptions,
    _ words: [String]
  ) throws {
    if case .parameters(let parameters) = initialization {
      try requireSuitable(model, under: parameters, words)
    } else {
      try requireSuitable(model, words)
    }
    try options.requireUsable()
    try data.requireValues()
    // Before anything has the size of the model, which may be beyond all numbers.
    guard model.componentCount <= data.weightedRowCount else {
      throw DataSetError.fewerRowsThanComponents(
        rows: data.weightedRowCount, components: model.componentCount)
    }
  }

  /// Collective. Runs some starts of a fit, at most `limit` together: the best of these and of those before
  /// them.
  ///
  /// - Throws: if all fail, the `FitError` of the first of these.
  func best(
    of plan: StartPlan<some MixtureModel>, starts: Range<Int>, atMost limit: Int,
    _ course: FitCourse
  ) async throws -> Fit {
    let outcomes = try await together(starts, atMost: limit) { engine, start in
      try await engine.run(plan, start, course)
    }
    if let best = best(of: plan.model, course.state, among: 0..<starts.upperBound) { return best }
    // By what the first has failed, or fails again if that was before the fit was resumed.
    try outcomes[0].get()
    let first = starts.lowerBound
    try await run(plan, first, FitCourse(FitState(starts: first + 1)))
    preconditionFailure("start \(first) failed, and does not fail when it is run again")
  }

  /// Collective. Runs EM from `start` until it converges.
  ///
  /// Iteration t takes the log-likelihood and statistics under the parameters of t - 1; a last
  /// E-step gives the log-likelihood of the parameters that are returned.
  /// - Throws: `FitError` if a component cannot be estimated; on every rank the same error if a
  ///   rank cannot read its rows or its hook throws.
  public func fit(
    _ model: some Model, from start: Parameters, options: FitOptions = FitOptions(),
    onIteration: IterationHook = { _ in }
  ) throws -> Fit {
    let model = model.observing(data.observed)
    try requireSuitable(model, under: start, settings(of: options))
    try options.requireUsable()
    try data.requireValues()
    return try FitCourse.with(FitState(starts: 1), onIteration) { course in
      try searching { engine in
        try await engine.runEM(
          model, from: StartState(parameters: start), restart: 0, foundIn: 0, options: options,
          course
        ) { try await engine.expectationStep(model, under: $0, carrying: $1) }
        return engine.best(of: model, course.state, among: 0..<1)!
      }
    }
  }

  /// The fit of the best start.
  private func best(
    of model: some Model, _ state: FitState, among starts: Range<Int>
  ) -> Fit? {
    guard let best = state.best(among: starts), let start = state.starts[best],
      case .score(let score, _) = start.end, let parameters = start.parameters
    else { return nil }
    return Fit(
      parameters: parameters, score: score, iterations: start.iteration,
      converged: start.converged, remaining: start.remaining, restart: best,
      rows: data.weightedRowCount)
  }

  /// Runs start number `restart` to its end, if it has not ended before.
  private func run(
    _ plan: StartPlan<some MixtureModel>, _ restart: Int, _ course: FitCourse
  ) async throws {
    let earlier = course.state.starts[restart]
    if earlier?.hasEnded == true { return }
    do {
      for _ in 0..<course.walksToWait(restart) { _ = try await sums(of: []) }
      course.begin(restart)
      let began = searchSeconds
      // The M-step that gives the first parameters counts as number 0.
      let start = try await FitError.locating(0) {
        if let earlier { return earlier }
        let parameters = try await self.start(plan, restart: restart)
        guard case .race = plan.initialization else { return StartState(parameters: parameters) }
        return StartState(near: parameters, plan.model, plan.options.acceleration)
      }
      try await runEM(
        plan.model, from: start, restart: restart,
        foundIn: earlier == nil ? searchSeconds - began : 0, options: plan.options, course,
        result: {
          plan.options.order == .none || plan.initialization.isGiven ? $0 : plan.model.inOrder($0)
        },
        hasSpikes: {
          plan.options.spikes == .last
            && !plan.model.spikes(in: $0, rows: data.weightedRowCount).isEmpty
        }
      ) { try await evaluation(plan.model, under: $0, carrying: $1) }
    } catch let failure as any SearchFailure {
      course.end(restart, .failed)
      throw failure
    }
  }

  /// EM from `start`.
  ///
  /// - Parameters:
  ///   - startSeconds: what finding the start took.
  ///   - result: what the fit gives, by its last parameters.
  ///   - hasSpikes: whether that is to rank behind others.
  ///   - evaluate: the log-likelihood and the sum of weights under the last parameters.
  private func runEM(
    _ model: some Model, from start: StartState, restart: Int,
    foundIn startSeconds: Double, options: FitOptions, _ course: FitCourse,
    result: (Parameters) -> Parameters = { $0 },
    hasSpikes: (Parameters) -> Bool = { _ in false },
    evaluate: (Parameters, (any Error)?) async throws -> WalkTotal
  ) async throws {
    var state = start
    var failure: (any Error)?
    var keptSeconds = course.keepSeconds

    while state.iteration < options.maximumIterations && !state.converged {
      let began = searchSeconds
      _ = exchanges.take()
      let iteration = try await iterate(model, &state, options, carrying: failure)
      let cost = IterationCost(
        startSeconds: state.iteration == start.iteration + 1 ? startSeconds : 0,
        seconds: searchSeconds - began, exchanges: exchanges.take(),
        keptSeconds: course.keepSeconds - keptSeconds)
      keptSeconds = course.keepSeconds
      // An error travels with the next sum: other ranks are on their way to it.
      do {
        try course.report(report(iteration, of: model, state, restart: restart, cost))
      } catch { failure = failure ?? error }
      course.reach(state, restart: restart)
    }

    let parameters = result(state.parameters!)
    let last = try await FitError.locating(state.iteration) {
      try await evaluate(parameters, failure).sums[0]
    }
    try FitError.requireFinite(last.logLikelihood + model.logPrior(of: parameters))
    // Also of a start that the limit lets do no iteration.
    course.reach(state, restart: restart)
    let score = Score(last, of: model, under: parameters)
    course.end(
      restart, .score(score, hasSpikes: hasSpikes(parameters)), with: parameters)
  }

  /// Collective. One iteration more of a start, which it counts.
  private func iterate(
    _ model: some Model, _ state: inout StartState, _ options: FitOptions,
    carrying failure: (any Error)?
  ) async throws -> CountedIteration {
    let known = state.meanObjective
    let step = try await FitError.locating(state.iteration + 1) {
      try await self.step(model, from: &state, carrying: failure)
    }
    try FitError.requireFinite(step.objective)
    let mean = step.objective / step.total.sums[0].weightSum
    let iteration = CountedIteration(
      step: step, change: known.map { model.gain(from: $0, to: mean) },
      parameterChange: model.largestChange(from: step.start, to: step.end))
    try state.add(step, model, options.acceleration, sharing: sharing)
    state.converged = options.convergence.isReached(
      remaining: state.remaining, parameterChange: iteration.parameterChange)
    return iteration
  }
}

extension FitError {
  /// - Throws: if what is maximized is no number, of which no better one can be told.
  static func requireFinite(_ objective: Double) throws {
    guard objective.isFinite else {
      throw FitError.unusable(
        setting: "what is maximized is \(objective)",
        expected:
          "a finite number: a prior within reason, and no constant or linearly dependent columns")
    }
  }

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
