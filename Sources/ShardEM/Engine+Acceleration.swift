import MixtureModels

/// An EM iteration that counts.
struct CountedStep {
  /// The parameters of its E-step, and what its M-step gave.
  let start: Parameters
  let end: Parameters
  fileprivate(set) var total: WalkTotal
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
    let trial = try await trial(model, proposal, accelerator, near: end, carrying: failure)
    if let tried = trial?.step, let known = state.meanObjective,
      tried.objective / tried.total.sums[0].weightSum >= known
    {
      state.accelerator?.accept(proposal)
      return tried
    }
    state.accelerator?.reject()
    var step = try await step(model, from: end, carrying: failure)
    if let trial { step.total = step.total.after(trial.total, isRejected: true) }
    return step
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
        remaining: state.remaining,
        parameterChange: model.largestChange(from: step.start, to: step.end))
    }
    return state
  }

  /// The iteration from a proposal; nil if there are no such parameters.
  private func trial(
    _ model: some Model, _ proposal: Accelerator.Proposal, _ accelerator: Accelerator,
    near end: Parameters, carrying failure: (any Error)?
  ) async throws -> Trial? {
    guard
      let proposed = try accelerator.coordinates.parameters(
        at: proposal.values, near: end, sharing: sharing)
    else { return nil }
    do {
      let start = try model.corrected(proposed, sharing: sharing)
      let (total, pass) = try await tentative.expectation(model, under: start, carrying: failure)
      do {
        let end = try model.maximized(total.sums[0], of: pass, from: start, sharing: sharing)
        return Trial(total: total, step: CountedStep(model, from: start, to: end, total))
      } catch is FitError {
        return Trial(total: total, step: nil)
      }
    } catch let impossible as ImpossibleSums {
      return Trial(total: impossible.total, step: nil)
    } catch is FitError {
      return nil
    }
  }

  private func step(
    _ model: some Model, from start: Parameters, carrying failure: (any Error)?
  ) async throws -> CountedStep {
    let (total, end) = try await improved(model, from: start, carrying: failure)
    return CountedStep(model, from: start, to: end, total)
  }
}

extension CountedStep {
  fileprivate init(
    _ model: some Model, from start: Parameters, to end: Parameters, _ total: WalkTotal
  ) {
    (self.start, self.end, self.total) = (start, end, total)
    objective = total.sums[0].logLikelihood + model.logPrior(of: start)
  }
}

/// An iteration from where an accelerator leads.
private struct Trial {
  let total: WalkTotal
  /// Nil if no parameters can be estimated there.
  let step: CountedStep?
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
    defer { remaining = estimatedGain(of: model) }
    guard acceleration != .none, model.isExtrapolable,
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
    guard acceleration != .none, model.isExtrapolable else { return }
    accelerator = Accelerator(
      acceleration, ParameterCoordinates(of: model.layout, about: parameters),
      plainIterations: Accelerator.plainIterationsNear)
  }

  private func estimatedGain(of model: some Model) -> Double? {
    let accelerated = accelerator.flatMap { iteration > $0.plainIterations ? $0 : nil }
    return RemainingGain.estimate(meanObjectives, cycles: accelerated?.cycles, gain: model.gain)
  }
}
