import MessagePassing
import MixtureModels

extension Sweep {
  /// Collective. One EM iteration: the parameters that maximize what the E-step under `parameters`
  /// expects, and the sums of that.
  ///
  /// - Parameter failure: an error that this rank met before, to be thrown on all ranks now.
  func improved<Model: LatentVariableModel>(
    _ model: Model, from parameters: Model.Parameters, carrying failure: (any Error)? = nil
  ) throws -> (total: SweepTotal, parameters: Model.Parameters) {
    let expectation = try prepared(model, under: parameters, carrying: failure)
    return try improved(
      model, from: parameters, expectation, digest: Digest(model.numbers(of: parameters)),
      carrying: failure, eStep(model))
  }

  /// Collective. The same with given responsibilities.
  ///
  /// - Parameter accumulate: what overwrites statistics with those of a block, for a given
  ///   `Expectation`.
  func improved<Model: LatentVariableModel>(
    _ model: Model, from parameters: Model.Parameters, _ expectation: Model.Expectation,
    digest: Digest = Digest(), carrying failure: (any Error)? = nil,
    _ accumulate: (Model.Expectation) -> Accumulate
  ) throws -> (total: SweepTotal, parameters: Model.Parameters) {
    let (total, last) = try total(
      model, expectation, digest: digest, carrying: failure, accumulate)
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
  ) throws -> SweepTotal {
    let expectation = try prepared(model, under: parameters, carrying: failure)
    let digest = Digest(model.numbers(of: parameters))
    return try total(model, expectation, digest: digest, carrying: failure, eStep(model)).0
  }

  /// Collective. Of these statistics those of a score, log-likelihood and sum of weights, and the
  /// masses of the components: about half of the work.
  func evaluation<Model: MixtureModel>(
    _ model: Model, under parameters: Model.Parameters, carrying failure: (any Error)? = nil
  ) throws -> SweepTotal {
    let expectation = try prepared(model, under: parameters, carrying: failure)
    let digest = Digest(model.numbers(of: parameters))
    let total = try evaluation(model, expectation, digest: digest, carrying: failure)
    guard
      let exact = model.exact(
        expectation, masses: total.statistics[2...], total: total.statistics[1])
    else { return total }
    return try evaluation(model, exact, digest: digest).after(total)
  }

  private func evaluation<Model: MixtureModel>(
    _ model: Model, _ expectation: Model.Expectation, digest: Digest,
    carrying failure: (any Error)? = nil
  ) throws -> SweepTotal {
    let bounds =
      [model.bounds(expectation, within: data.ranges)[0], 1]
      + Array(repeating: 1, count: model.componentCount)
    return try total(
      bounds: bounds,
      // A lost digit counts beside the whole, of the log-likelihood beside one nat a row.
      scales: { sums in
        [max(abs(sums[0]), sums[1])] + Array(repeating: sums[1], count: sums.count - 1)
      }, digest: digest, carrying: failure
    ) { block, workspace, numbers in
      model.evaluate(block, expectation, workspace: workspace, into: numbers)
      try requireDensities(of: block, numbers) {
        model.evaluate($0, expectation, workspace: workspace, into: numbers)
      }
    }
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

  private func eStep<Model: LatentVariableModel>(
    _ model: Model
  ) -> (Model.Expectation) -> Accumulate {
    { expectation in
      { block, workspace, statistics in
        model.accumulate(block, expectation, workspace: workspace, into: statistics)
        try self.requireDensities(of: block, statistics) {
          model.accumulate($0, expectation, workspace: workspace, into: statistics)
        }
      }
    }
  }

  /// Collective. The model's sums over all rows, taken again as long as it wants that, and what they
  /// are of at last.
  private func total<Model: LatentVariableModel>(
    _ model: Model, _ expectation: Model.Expectation, digest: Digest,
    carrying failure: (any Error)?, _ accumulate: (Model.Expectation) -> Accumulate
  ) throws -> (SweepTotal, Model.Expectation) {
    var expectation = expectation
    var total = try self.total(
      model, expectation, digest: digest, carrying: failure, accumulate(expectation))
    // Each time cures one fault for good: a model that never has enough must not hang.
    for _ in 0..<8 {
      guard let again = model.retaken(expectation, after: total.statistics) else { break }
      expectation = again
      total = try self.total(
        model, again, digest: digest, carrying: nil, accumulate(again)
      ).after(total)
    }
    return (total, expectation)
  }

  private func total<Model: LatentVariableModel>(
    _ model: Model, _ expectation: Model.Expectation, digest: Digest,
    carrying failure: (any Error)?, _ accumulate: Accumulate
  ) throws -> SweepTotal {
    let bounds = model.bounds(expectation, within: data.ranges)
    precondition(
      bounds.count == model.statisticsCount,
      "\(bounds.count) bounds for \(model.statisticsCount) statistics")
    return try total(
      bounds: bounds, scales: model.scales, digest: digest, carrying: failure, accumulate)
  }
}
