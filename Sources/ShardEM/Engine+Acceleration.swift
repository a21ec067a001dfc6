import MixtureModels

/// An EM iteration that counts.
struct CountedStep {
  /// The parameters of its E-step, and what its M-step gave.
  let start: Parameters
  let end: Parameters
  let total: WalkTotal
  /// What is maximized, of the former, in nats.
  let objective: Double
}

extension Engine {
  /// Collective. The next iteration of a start: from where its accelerator proposes, if that is no worse
  /// than where the last one began, else from where that ended.
  func step(
    _ model: some Model, from state: inout StartState, carrying failure: (any Error)?
  ) async throws -> CountedStep {
    let end = state.parameters!
    guard let accelerator = state.accelerator,
      let proposal = accelerator.proposal(after: state.iteration)
    else { return try await step(model, from: end, carrying: failure) }
    let tried = try await trial(model, proposal, accelerator, near: end, carrying: failure)
    if let tried, let known = state.meanObjective,
      tried.objective / tried.total.sums[0].weightSum >= known
    {
      state.accelerator?.accept(proposal)
      return tried
    }
    state.accelerator?.reject()
    let step = try await step(model, from: end, carrying: failure)
    return CountedStep(
      start: step.start, end: step.end,
      total: tried.map { step.total.after($0.total) } ?? step.total, objective: step.objective)
  }

  /// Collective. EM of which nobody is told: so many iterations more, or until it has converged.
  ///
  /// - Throws: `FitError` if a component cannot be estimated, or what is maximized is no number.
  func iterated(
    _ model: some Model, from start: StartState, atMost iterations: Int,
    until convergence: Convergence, acceleration: Acceleration
  ) async throws -> StartState {
    var state = start
    let limit = start.iteration + iterations
    while state.iteration < limit && !state.converged {
      let step = try await self.step(model, from: &state, carrying: nil)
      try FitError.requireFinite(step.objective)
      try state.add(step, model, acceleration, sharing: sharing)
      state.converged = convergence.isReached(
        remaining: state.remaining(of: model),
        parameterChange: model.largestChange(from: step.start, to: step.end))
    }
    return state
  }

  /// The iteration from a proposal; nil if there are no such parameters, or none can be estimated there.
  private func trial(
    _ model: some Model, _ proposal: Accelerator.Proposal, _ accelerator: Accelerator,
    near end: Parameters, carrying failure: (any Error)?
  ) async throws -> CountedStep? {
    guard
      let proposed = try accelerator.coordinates.parameters(
        at: proposal.values, near: end, sharing: sharing)
    else { return nil }
    do {
      let start = try model.corrected(proposed, sharing: sharing)
      return try await tentative.step(model, from: start, carrying: failure)
    } catch is FitError {
      return nil
    }
  }

  private func step(
    _ model: some Model, from start: Parameters, carrying failure: (any Error)?
  ) async throws -> CountedStep {
    let (total, end) = try await improved(model, from: start, carrying: failure)
    return CountedStep(
      start: start, end: end, total: total,
      objective: total.sums[0].logLikelihood + model.logPrior(of: start))
  }
}

extension StartState {
  /// Counts an iteration.
  mutating func add(
    _ step: CountedStep, _ model: some Model, _ acceleration: Acceleration, sharing: WorkSharing
  ) throws {
    let weightSum = step.total.sums[0].weightSum
    meanLogLikelihoods.append(step.total.sums[0].logLikelihood / weightSum)
    meanObjectives = meanObjectives.suffix(RemainingGain.memory - 1) + [step.objective / weightSum]
    parameters = step.end
    guard acceleration != .none, model.isSmooth,
      accelerator != nil || iteration >= Accelerator.firstIteration
    else { return }
    var accelerator =
      accelerator
      ?? Accelerator(acceleration, ParameterCoordinates(of: model.layout, about: step.end))
    let coordinates = accelerator.coordinates
    accelerator.add(
      try coordinates.values(of: step.start, sharing: sharing),
      try coordinates.values(of: step.end, sharing: sharing), iteration: iteration)
    self.accelerator = accelerator
  }

  /// The beginning of a start near a maximum, as EM on fewer rows, or a search, has found it.
  init(near parameters: Parameters, _ model: some Model, _ acceleration: Acceleration) {
    self.init(parameters: parameters)
    guard acceleration != .none, model.isSmooth else { return }
    accelerator = Accelerator(
      acceleration, ParameterCoordinates(of: model.layout, about: parameters),
      plainIterations: Accelerator.plainIterationsNear)
  }

  /// What is left to gain.
  func remaining(of model: some Model) -> Double? {
    RemainingGain.estimate(
      meanObjectives,
      isAccelerated: accelerator.map { iteration > $0.plainIterations } ?? false,
      rate: accelerator?.rate,
      gain: model.gain)
  }
}
