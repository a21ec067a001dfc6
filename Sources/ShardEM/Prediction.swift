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
  /// n most probable components, from 0, ties to the lowest; -1 for one that is no group, such as noise.
  public let labels: UnsafePointer<Int64>
  /// n × K responsibilities, row-major, beside those of components that are no groups, such as noise; nil
  /// unless they are wanted.
  public let responsibilities: UnsafePointer<Double>?
  /// n values of log p(x), in nats, finite; nil unless they are wanted.
  public let logDensities: UnsafePointer<Double>?

  /// What is computed beside the labels.
  public struct Parts: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let responsibilities = Parts(rawValue: 1)
    public static let logDensities = Parts(rawValue: 2)
  }

  /// The same of classes that components belong to, from responsibilities: of each row the most probable
  /// class, ties to the lowest, or -1 if what is no group is more probable than all; and the probabilities of
  /// the classes, sums of responsibilities, and behind them of what is no group.
  ///
  /// - Parameters:
  ///   - classes: the class of each component, from 0.
  ///   - count: the number of classes.
  ///   - others: how many responsibilities a row has beside those of components.
  public func ofClasses(
    _ classes: [Int], count: Int, others: Int
  ) -> (labels: [Int64], probabilities: [Double]) {
    guard let responsibilities else { preconditionFailure("classes without responsibilities") }
    let width = count + others
    var labels = [Int64](repeating: 0, count: self.count)
    var probabilities = [Double](repeating: 0, count: self.count * width)
    for n in 0..<self.count {
      let row = responsibilities + n * (classes.count + others)
      for (k, own) in classes.enumerated() { probabilities[n * width + own] += row[k] }
      for i in 0..<others { probabilities[n * width + count + i] = row[classes.count + i] }
      var best = 0
      for c in 1..<width where probabilities[n * width + c] > probabilities[n * width + best] {
        best = c
      }
      labels[n] = best < count ? Int64(best) : -1
    }
    return (labels, probabilities)
  }
}

extension Engine {
  /// Collective. Gives `visit` the predictions for every block of this rank, by several threads,
  /// in any order. Row weights have no part in them.
  ///
  /// - Parameter parts: what is wanted beside the labels.
  /// - Throws: on every rank the same error: `FitError` if the parameters define no density,
  ///   `DataSetError.logDensity` if a row has none that float64 can hold, or what `visit` throws on
  ///   any rank.
  public func predict(
    _ model: some MixtureModel, under parameters: Parameters,
    parts: Prediction.Parts = [.responsibilities, .logDensities],
    visit: @Sendable (Prediction) throws -> Void
  ) throws {
    try requireSuitable(model, under: parameters, ["parts \(parts.rawValue)"])
    let components = try components(of: model, at: parameters)
    try forEachBlock(takingMissing: model.takesMissing) { number, block, workspace in
      let (prediction, densities) = components.prediction(
        of: block, parts, groups: model.componentCount, workspace: workspace)
      // Components that all are infinitely far away cannot be told apart.
      if let row = (0..<block.count).first(where: { !densities[$0].isFinite }) {
        throw data.error(aboutLogDensity: densities[row], row: row, inBlock: number)
      }
      try visit(prediction)
    }
  }

  /// Collective. The log-likelihood and criteria of the data under a model: the same bits as a
  /// fit reports for the parameters it returns.
  public func score(
    _ model: some MixtureModel, under parameters: Parameters
  ) throws -> Score {
    try requireSuitable(model, under: parameters)
    let sums = try evaluation(model, under: parameters).sums[0]
    return Score(sums, of: model, under: parameters)
  }
}

extension Components {
  /// The most probable component of each row of a block, from 0.
  func labels(of block: RowBlock, workspace: Workspace) -> [Int] {
    let labels = prediction(of: block, [], groups: count, workspace: workspace).0.labels
    return (0..<block.count).map { Int(labels[$0]) }
  }

  /// The prediction for `block`, in the workspace's memory, and the log densities of its rows; where
  /// these are not wanted, the largest terms of them, which are finite exactly if they are.
  ///
  /// - Parameter groups: how many of the components are groups; others have the label -1.
  fileprivate func prediction(
    of block: RowBlock, _ parts: Prediction.Parts, groups: Int, workspace: Workspace
  ) -> (Prediction, densities: UnsafePointer<Double>) {
    let responsibilities = workspace.second.reserve(block.count * (count + 2))
    let densities = responsibilities + block.count * count
    let labels = UnsafeMutableRawPointer(densities + block.count)
      .bindMemory(to: Int64.self, capacity: block.count)
    var start = 0
    forEachTile(of: block, workspace: workspace) { tile, logJoint in
      writeLogJointAboveFloor(of: tile, into: logJoint)
      largestComponents(
        logJoint, componentCount: count, stride: tileStride, count: tile.count,
        into: labels + start, largest: densities + start)
      if groups < count {
        for n in start..<start + tile.count where labels[n] >= groups { labels[n] = -1 }
      }
      if parts.contains(.logDensities), !isHard {
        logSumExp(
          logJoint, componentCount: count, stride: tileStride, count: tile.count,
          into: densities + start, floor: floor)
      }
      defer { start += tile.count }
      guard parts.contains(.responsibilities) else { return }
      _ = normalize(logJoint, count: tile.count, weights: nil)
      for n in 0..<tile.count {
        let row = responsibilities + (start + n) * count
        for k in 0..<count { row[k] = logJoint[k * tileStride + n] }
      }
    }
    let prediction = Prediction(
      firstRow: block.firstRow, count: block.count, labels: labels,
      responsibilities: parts.contains(.responsibilities) ? responsibilities : nil,
      logDensities: parts.contains(.logDensities) ? densities : nil)
    return (prediction, UnsafePointer(densities))
  }
}
