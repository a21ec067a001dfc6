import MessagePassing
import MixtureModels

/// The E-step of a model as a pass.
struct ExpectationPass<Model: LatentVariableModel>: Pass {
  let model: Model
  let expectation: Model.Expectation

  var slots: Slots {
    [Slots.logLikelihood: 1, "sum of weights": 1, "statistics": model.statisticsCount - 2]
  }

  func write(
    _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>
  ) { model.accumulate(block, expectation, workspace: workspace, into: sums) }
}

/// Of the E-step of a mixture what a score needs: about half of the work.
struct ScorePass<Model: MixtureModel>: Pass {
  let model: Model
  let expectation: Model.Expectation

  var slots: Slots {
    [Slots.logLikelihood: 1, "sum of weights": 1, "masses": model.componentCount]
  }

  func write(
    _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>
  ) { model.evaluate(block, expectation, workspace: workspace, into: sums) }
}

extension Engine {
  /// Collective. One EM iteration: the parameters that maximize what the E-step under `parameters`
  /// expects, and the sums of that.
  ///
  /// - Parameter failure: an error that this rank met before, to be thrown on all ranks now.
  func improved<Model: LatentVariableModel>(
    _ model: Model, from parameters: Model.Parameters, carrying failure: (any Error)? = nil
  ) async throws -> (total: WalkTotal, parameters: Model.Parameters) {
    let expectation = try prepared(model, under: parameters, carrying: failure)
    return try await improved(
      model, from: parameters, expectation, digest: Digest(model.numbers(of: parameters)),
      carrying: failure
    ) { ExpectationPass(model: model, expectation: $0) }
  }

  /// Collective. The same with given responsibilities.
  ///
  /// - Parameter pass: the model's statistics, for a given `Expectation`.
  func improved<Model: LatentVariableModel>(
    _ model: Model, from parameters: Model.Parameters, _ expectation: Model.Expectation,
    digest: Digest = Digest(), carrying failure: (any Error)? = nil,
    _ pass: (Model.Expectation) -> any Pass
  ) async throws -> (total: WalkTotal, parameters: Model.Parameters) {
    let (total, last) = try await total(model, expectation, digest: digest, carrying: failure, pass)
    let next = try model.maximized(
      total.statistics, from: model.origin(of: last, under: parameters), sharing: sharing)
    return (total, next)
  }

  /// Collective. The statistics of all rows under `parameters`: log-likelihood, sum of weights,
  /// and the model's own.
  ///
  /// - Parameters:
  ///   - model: has as many columns as the data.
  ///   - failure: an error that this rank met before, to be thrown on all ranks now.
  public func expectationStep<Model: LatentVariableModel>(
    _ model: Model, under parameters: Model.Parameters, carrying failure: (any Error)? = nil
  ) throws -> WalkTotal {
    try searching {
      try await $0.expectationStep(model, under: parameters, carrying: failure)
    }
  }

  /// Collective. The same of a search.
  func expectationStep<Model: LatentVariableModel>(
    _ model: Model, under parameters: Model.Parameters, carrying failure: (any Error)? = nil
  ) async throws -> WalkTotal {
    let expectation = try prepared(model, under: parameters, carrying: failure)
    let digest = Digest(model.numbers(of: parameters))
    return try await total(model, expectation, digest: digest, carrying: failure) {
      ExpectationPass(model: model, expectation: $0)
    }.0
  }

  /// Collective. Of these statistics those of a score, log-likelihood and sum of weights, and the
  /// masses of the components.
  func evaluation<Model: MixtureModel>(
    _ model: Model, under parameters: Model.Parameters, carrying failure: (any Error)? = nil
  ) async throws -> WalkTotal {
    let expectation = try prepared(model, under: parameters, carrying: failure)
    let digest = Digest(model.numbers(of: parameters))
    let total = try await sums(
      of: [ScorePass(model: model, expectation: expectation)], digest: digest, carrying: failure)
    guard
      let exact = model.exact(
        expectation, masses: total.statistics[2...], total: total.statistics[1])
    else { return total }
    return try await sums(of: [ScorePass(model: model, expectation: exact)], digest: digest)
      .after(total)
  }

  /// Collective. The same outside of a search.
  func evaluation<Model: MixtureModel>(
    _ model: Model, under parameters: Model.Parameters
  ) throws -> WalkTotal {
    try searching { try await $0.evaluation(model, under: parameters) }
  }

  /// Collective. The E-step's `Expectation`.
  private func prepared<Model: LatentVariableModel>(
    _ model: Model, under parameters: Model.Parameters, carrying failure: (any Error)?
  ) throws -> Model.Expectation {
    do {
      return try model.expectation(under: parameters, sharing: sharing)
    } catch {
      // Met alike by all ranks, and before the sum by which they would learn of a failure.
      try world.agree { if let failure { throw failure } }
      throw error
    }
  }

  /// Collective. The model's sums over all rows, taken again as long as it wants that, and what they
  /// are of at last.
  private func total<Model: LatentVariableModel>(
    _ model: Model, _ expectation: Model.Expectation, digest: Digest,
    carrying failure: (any Error)?, _ pass: (Model.Expectation) -> any Pass
  ) async throws -> (WalkTotal, Model.Expectation) {
    var expectation = expectation
    var total = try await sums(of: [pass(expectation)], digest: digest, carrying: failure)
    // Each time cures one fault for good: a model that never has enough must not hang.
    for _ in 0..<8 {
      guard let again = model.retaken(expectation, after: total.statistics) else { break }
      expectation = again
      total = try await sums(of: [pass(again)], digest: digest).after(total)
    }
    return (total, expectation)
  }
}
