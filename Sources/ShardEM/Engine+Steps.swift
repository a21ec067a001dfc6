import MessagePassing
import MixtureModels

extension Engine {
  /// Collective. One EM iteration: the parameters that maximize what the E-step under `parameters`
  /// expects, and the sums of that.
  ///
  /// - Parameter failure: an error that this rank met before, to be thrown on all ranks now.
  func improved(
    _ model: some Model, from parameters: Parameters, carrying failure: (any Error)? = nil
  ) async throws -> (total: WalkTotal, parameters: Parameters) {
    let (total, step) = try await expectation(model, under: parameters, carrying: failure)
    return (total, try model.maximized(total.sums[0], of: step, from: parameters, sharing: sharing))
  }

  /// Collective. The sums over all rows of a model's step under `parameters`.
  ///
  /// - Parameters:
  ///   - model: has as many columns as the data.
  ///   - failure: an error that this rank met before, to be thrown on all ranks now.
  public func expectationStep(
    _ model: some Model, under parameters: Parameters, carrying failure: (any Error)? = nil
  ) throws -> WalkTotal {
    try searching {
      try await $0.expectationStep(model, under: parameters, carrying: failure)
    }
  }

  /// Collective. The same of a search.
  func expectationStep(
    _ model: some Model, under parameters: Parameters, carrying failure: (any Error)? = nil
  ) async throws -> WalkTotal {
    try await expectation(model, under: parameters, carrying: failure).0
  }

  /// Collective. The sums of a model's step, and the step that they are of at last.
  func expectation<M: Model>(
    _ model: M, under parameters: Parameters, carrying failure: (any Error)?
  ) async throws -> (WalkTotal, M.Step) {
    let step = try prepared(carrying: failure) {
      try model.step(at: parameters, sharing: sharing)
    }
    let (total, last) = try await repeated(
      step, digest: Digest(model.numbers(of: parameters)), carrying: failure
    ) { model.again($0, after: $1) }
    return try await fillingEmptyClusters(total, of: last)
  }

  /// Collective. Sums of a step that leaves no cluster empty, if it puts rows into clusters.
  private func fillingEmptyClusters<Step: Pass>(
    _ total: WalkTotal, of step: Step
  ) async throws -> (WalkTotal, Step) {
    guard let pass = step as? any ClusterPass,
      let filled = try await fillingEmpty(pass.clusters, after: total.sums[0]),
      let next = pass.replacing(filled) as? Step
    else { return (total, step) }
    return (try await sums(of: [next]).after(total), next)
  }

  /// Collective. The sums of a `ScoreStep`: about half of the work.
  func evaluation(
    _ model: some MixtureModel, under parameters: Parameters, carrying failure: (any Error)? = nil
  ) async throws -> WalkTotal {
    let components = try prepared(carrying: failure) {
      try self.components(of: model, at: parameters)
    }
    return try await repeated(
      model.scoreStep(components), digest: Digest(model.numbers(of: parameters)),
      carrying: failure
    ) { step, sums in
      step.components.exact(masses: sums[Slots.masses], total: sums.weightSum)
        .map { model.scoreStep($0) }
    }.0
  }

  /// Collective. The same outside of a search.
  func evaluation(
    _ model: some MixtureModel, under parameters: Parameters
  ) throws -> WalkTotal {
    try searching { try await $0.evaluation(model, under: parameters) }
  }

  /// Collective. An M-step with given responsibilities, their moments taken about `centers`.
  func maximized<M: MixtureModel>(
    _ model: M, about centers: [Double], assign: @escaping AssignedStep<M.StepMoments>.Assign
  ) async throws -> Parameters {
    let (total, step) = try await repeated(
      AssignedStep(
        componentCount: model.responsibilityCount, model.moments(about: centers), assign),
      digest: Digest(), carrying: nil
    ) { $0.again(after: $1) }
    return try model.maximized(
      total.sums[0], of: step.moments, from: nil, sharing: sharing)
  }

  /// Collective. What all blocks of a walk share.
  private func prepared<Step>(
    carrying failure: (any Error)?, _ prepare: () throws -> Step
  ) throws -> Step {
    do {
      return try prepare()
    } catch {
      // Met alike by all ranks, and before the sum by which they would learn of a failure.
      try world.agree { if let failure { throw failure } }
      throw error
    }
  }

  /// The components of a model for these data, whose cells may be missing.
  func components<M: MixtureModel>(
    of model: M, at parameters: Parameters
  ) throws -> M.StepComponents {
    let components = try model.observing(data.observed).components(
      at: parameters, sharing: sharing)
    try requireKnown(components.fill != nil)
    return components
  }

  /// Checks that what is made by a model that takes missing cells does so too, if any are missing: else it
  /// would see others in their place.
  private func requireKnown(_ takesMissing: Bool) throws {
    guard takesMissing || data.observed == nil else {
      throw world.common(
        FitError.unusable(
          setting: "a step that knows nothing of missing cells, of a model that takes them",
          expected: "one that has been told by observing(_:)"))
    }
  }

  /// Collective. The sums of a step over all rows, taken again as long as it wants that, and what they
  /// are of at last.
  private func repeated<Step: Pass>(
    _ step: Step, digest: Digest, carrying failure: (any Error)?,
    _ again: (Step, Sums) -> Step?
  ) async throws -> (WalkTotal, Step) {
    try prepared(carrying: failure) { try requireKnown(step.takesMissing) }
    var step = step
    var total = try await sums(of: [step], digest: digest, carrying: failure)
    // Each time cures one fault for good: a model that never has enough must not hang.
    for _ in 0..<8 {
      guard let next = again(step, total.sums[0]) else { break }
      step = next
      total = try await sums(of: [step], digest: digest).after(total)
    }
    return (total, step)
  }
}
