import Kernels

/// The sums of an `EvidenceDecomposition` of all rows, under the components' own responsibilities
/// or given ones.
///
/// Sums: `Slots.objective`, then those of the decomposition's other quantities, by their names.
public struct EvidenceStep<C: Components>: Pass {
  public let slots: Slots = Slots.objective + EvidenceDecomposition.slots
  public let components: C
  public var takesMissing: Bool { components.fill != nil }
  private let given: GivenShares?

  /// - Parameter given: nil: the components' own.
  public init(_ components: C, _ given: GivenShares?) {
    (self.components, self.given) = (components, given)
  }

  public func write(
    _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>
  ) throws {
    var (total, weightSum) = (EvidenceDecomposition(), 0.0)
    let shareCount = components.count * tileStride
    let memory = TileMemory(for: components, scratchCount: shareCount + tileStride)
    try memory.forEachTile(of: block, workspace: workspace) { tile, joint in
      components.writeLogJoint(of: tile, into: joint)
      // The components have done with their scratch memory.
      let (shares, evidence) = (tile.scratch, tile.scratch + shareCount)
      logSumExp(
        joint, componentCount: components.count, stride: tileStride, count: tile.count,
        into: evidence)
      shares.update(repeating: 0, count: shareCount)
      // The tile is in the memory of the other one.
      try given?.assign(tile.rows, workspace.second, shares)
      for n in 0..<tile.count where tile.rows.weights?[n] != 0 {
        let weight = tile.rows.weights?[n] ?? 1
        weightSum += weight
        total.logLikelihood += weight * evidence[n]
        // Impossible under all components: the log-likelihood says so.
        guard evidence[n] > -.infinity else { continue }
        for k in 0..<components.count {
          let logJoint = joint[k * tileStride + n]
          let share =
            given == nil
            ? Portable.exp(logJoint - evidence[n]) : shares[k * tileStride + n] / weight
          if let given, share > 0 && logJoint == -.infinity {
            throw given.impossible(tile.rows.firstRow + n, k, share)
          }
          total.add(share: share, weight: weight, logJoint: logJoint, evidence: evidence[n])
        }
      }
    }
    for (i, number) in ([total.logLikelihood, weightSum] + total.others).enumerated() {
      sums[i] = number
    }
  }
}

extension EvidenceDecomposition {
  /// From the sums of an `EvidenceStep`.
  public init(_ sums: Sums) {
    logLikelihood = sums.logLikelihood
    (lowerBound, divergence) = (sums["lower bound"][0], sums["divergence"][0])
    (expectedLogJoint, expectedLogPosterior) = (sums["Q"][0], sums["R"][0])
    entropy = sums["entropy"][0]
  }

  fileprivate static let slots: Slots = [
    "lower bound": 1, "divergence": 1, "Q": 1, "R": 1, "entropy": 1,
  ]

  /// In the order of the slots.
  fileprivate var others: [Double] {
    [lowerBound, divergence, expectedLogJoint, expectedLogPosterior, entropy]
  }
}

/// Responsibilities that are given.
public struct GivenShares: Sendable {
  /// As `AssignedStep.Assign`.
  let assign:
    @Sendable (
      _ rows: RowBlock, _ workspace: Workspace, _ weights: UnsafeMutablePointer<Double>
    ) throws -> Void
  /// What is thrown about a row, counted over all shards, with a share in a component under which
  /// it is impossible, where it is not under all.
  let impossible: @Sendable (_ row: Int, _ component: Int, _ share: Double) -> any Error

  public init(
    assign:
      @escaping @Sendable (
        _ rows: RowBlock, _ workspace: Workspace, _ weights: UnsafeMutablePointer<Double>
      ) throws -> Void,
    impossible:
      @escaping @Sendable (
        _ row: Int, _ component: Int, _ share: Double
      ) -> any Error
  ) { (self.assign, self.impossible) = (assign, impossible) }
}
