import Kernels

/// What a score needs of the rows: the log-likelihood, the masses of the components, and how uncertain the
/// responsibilities are; no moments. The first sums have the bits of those of `MixtureStep`.
///
/// Sums: `Slots.objective`, the masses, `Slots.entropy` and `Slots.hardEntropy`.
public struct ScoreStep<C: Components>: Pass {
  public let components: C
  public let slots: Slots
  public var takesMissing: Bool { components.fill != nil }
  private let body: @Sendable (RowBlock, Workspace, UnsafeMutablePointer<Double>) -> Void

  /// - Parameter components: made into code here, where their type is known, as `MixtureStep` does.
  @inline(__always)
  public init(_ components: C) {
    self.components = components
    let componentCount = components.count
    let slots =
      mixtureSlots(componentCount) + [Slots.entropy: 1] + [Slots.hardEntropy: 1]
    self.slots = slots
    let count = slots.count
    let memory = TileMemory(for: components)
    body = { block, workspace, sums in
      sums.update(repeating: 0, count: count)
      memory.forEachTile(of: block, workspace: workspace) { tile, joint in
        components.writeLogJointAboveFloor(of: tile, into: joint)
        sums[0] += components.normalize(
          joint, count: tile.count, weights: tile.rows.weights,
          uncertainty: sums + 2 + componentCount)
        addMasses(of: tile, joint, componentCount: componentCount, to: sums)
      }
    }
  }

  public func write(
    _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>
  ) { body(block, workspace, sums) }
}

extension Slots {
  /// The name of the sum of -w r log r over rows and components, in nats.
  public static let entropy = "entropy"
  /// The name of the sum of -w log r over rows, r being a row's largest responsibility, in nats.
  public static let hardEntropy = "entropy of hard labels"
}
