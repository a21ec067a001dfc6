import Kernels
import MessagePassing
import MixtureModels

/// What a mixture says of the rows of one block. The pointers are valid only inside the call that
/// receives it.
public struct Prediction {
  /// The number of the first row, counted from 0 over all shards.
  public let firstRow: Int
  /// The number of rows, n.
  public let count: Int
  /// n most probable components, from 0, ties to the lowest.
  public let labels: UnsafePointer<Int64>
  /// n × K responsibilities, row-major.
  public let responsibilities: UnsafePointer<Double>
  /// n values of log p(x), in nats, finite.
  public let logDensities: UnsafePointer<Double>
}

extension Sweep {
  /// Collective. Gives `visit` the predictions for every block of this rank, by several threads,
  /// in any order. Row weights have no part in them.
  ///
  /// - Throws: on every rank the same error: `FitError` if the parameters define no density,
  ///   `DataSetError.logDensity` if a row has none that float64 can hold, or what `visit` throws on
  ///   any rank.
  public func predict<Model: MixtureModel>(
    _ model: Model, under parameters: Model.Parameters,
    visit: @Sendable (Prediction) throws -> Void
  ) throws {
    try requireSuitable(model)
    let expectation = try model.expectation(under: parameters, sharing: sharing)
    try forEachBlock { number, block, workspace in
      let prediction = model.prediction(of: block, expectation, workspace: workspace)
      // Components that all are infinitely far away cannot be told apart.
      if let row = (0..<block.count).first(where: { !prediction.logDensities[$0].isFinite }) {
        throw data.error(aboutLogDensity: prediction.logDensities[row], row: row, inBlock: number)
      }
      try visit(prediction)
    }
  }

  /// Collective. The log-likelihood and criteria of the data under a model: the same bits as a
  /// fit reports for the parameters it returns.
  public func score<Model: LatentVariableModel>(
    _ model: Model, under parameters: Model.Parameters
  ) throws -> Score {
    try requireSuitable(model)
    let statistics = try expectationStep(model, under: parameters).statistics
    return Score(
      logLikelihood: statistics[0], weightSum: statistics[1],
      freeParameterCount: model.freeParameterCount)
  }
}

extension MixtureModel {
  /// The prediction for `block`, in the workspace's memory.
  fileprivate func prediction(
    of block: RowBlock, _ expectation: Expectation, workspace: Workspace
  ) -> Prediction {
    let K = componentCount
    let floor = floor(expectation)
    let batchJoint = workspace.second.reserve(K * (batchRows(expectation) + 8))
    let logJoint = workspace.reserve(K * tileStride + scratchCount + block.count * (K + 2))
    let scratch = logJoint + K * tileStride
    let responsibilities = scratch + scratchCount
    let logDensities = responsibilities + block.count * K
    let labels = UnsafeMutableRawPointer(logDensities + block.count)
      .bindMemory(to: Int64.self, capacity: block.count)

    for start in stride(from: 0, to: block.count, by: tileRows) {
      let tile = block.slice(from: start, count: min(tileRows, block.count - start))
      writeLogJointAboveFloor(
        of: tile, in: block, expectation, scratch: scratch, batchJoint: batchJoint, into: logJoint)
      for n in 0..<tile.count {
        let best = (0..<K).reduce(0) {
          logJoint[$1 * tileStride + n] > logJoint[$0 * tileStride + n] ? $1 : $0
        }
        labels[start + n] = Int64(best)
      }
      logSumExp(
        logJoint, componentCount: K, stride: tileStride, count: tile.count,
        into: logDensities + start, floor: floor)
      _ = normalizeLogJoint(
        logJoint, componentCount: K, stride: tileStride, count: tile.count, weights: nil,
        floor: floor)
      for n in 0..<tile.count {
        for k in 0..<K { responsibilities[(start + n) * K + k] = logJoint[k * tileStride + n] }
      }
    }
    return Prediction(
      firstRow: block.firstRow, count: block.count, labels: labels,
      responsibilities: responsibilities, logDensities: logDensities)
  }
}
