import Kernels

/// What an E-step needs of the components of a mixture: their log joint densities.
public protocol Components: Sendable {
  /// The number of components.
  var count: Int { get }

  /// How many numbers of scratch memory a tile needs. By default none.
  var scratchCount: Int { get }

  /// How many numbers of a tile are left for moments in `Tile.kept`. By default none.
  var keptCount: Int { get }

  /// Writes log(weight_k p(x_n | k)) to `logJoint[k * tileStride + n]` for every row n of the tile.
  ///
  /// Lanes from `tile.count` up to `tileRows` may be left undefined.
  func writeLogJoint(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>)

  /// What stands in the missing cells of `Tile.rows`, D values, for components that know what to make of
  /// `Tile.incomplete`. Nil, the default: they take complete rows only.
  var fill: [Double]? { get }

  /// How far a component's log joint may lie below the row's largest for the component to have a
  /// responsibility for the row at all; by default `smallestExponent`, the reach of float64.
  var floor: Double { get }

  /// Writes what responsibilities need of the log joint, as `writeLogJoint`: where it lies further
  /// below the row's largest than `floor`, any number may stand that does too. By default all of it.
  func writeLogJointAboveFloor(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>)

  /// Whether each row is wholly of the component with the largest log joint, the lowest of equal ones, which
  /// then stands for its log density. By default not: responsibilities are the log joint's shares.
  var isHard: Bool { get }

  /// What `weigh` sums up, by name. By default nothing.
  var weightSlots: Slots { get }

  /// Turns responsibilities into the weights of the moments, in place, and adds what is to be summed of
  /// them. By default they are the same.
  ///
  /// - Parameters:
  ///   - weights: w_n r_nk at `[k * tileStride + n]`; 0 from `tile.count` on, before and after.
  ///   - sums: as many as there are `weightSlots`.
  func weigh(
    _ tile: Tile, _ weights: UnsafeMutablePointer<Double>,
    into sums: UnsafeMutablePointer<Double>)

  /// The same without what `writeLogJointAboveFloor` leaves out, if the components' masses, sums of
  /// w r over all rows, say that it must not be left out. Nil, the default: it may.
  func exact(masses: [Double], total: Double) -> Self?
}

extension Components {
  public var scratchCount: Int { 0 }
  public var keptCount: Int { 0 }
  public var fill: [Double]? { nil }
  public var floor: Double { smallestExponent }
  public func writeLogJointAboveFloor(
    of tile: Tile, into logJoint: UnsafeMutablePointer<Double>
  ) { writeLogJoint(of: tile, into: logJoint) }
  public func exact(masses: [Double], total: Double) -> Self? { nil }
  public var isHard: Bool { false }
  public var weightSlots: Slots { [:] }
  public func weigh(
    _ tile: Tile, _ weights: UnsafeMutablePointer<Double>,
    into sums: UnsafeMutablePointer<Double>
  ) {}

  /// Turns the log joint of a tile's rows into their weighted responsibilities, in place.
  ///
  /// - Parameters:
  ///   - weights: of the rows; nil for 1 each.
  ///   - uncertainty: as `normalizeLogJoint` has it, if it is wanted; of hard components it is 0.
  /// - Returns: the sum of w log p(x), in nats, or of what stands for it.
  @inline(__always)
  package func normalize(
    _ joint: UnsafeMutablePointer<Double>, count rows: Int, weights: UnsafePointer<Double>?,
    uncertainty: UnsafeMutablePointer<Double>? = nil
  ) -> Double {
    if isHard {
      return assignLargest(
        joint, componentCount: count, stride: tileStride, count: rows, weights: weights)
    }
    if let uncertainty {
      return normalizeLogJoint(
        joint, componentCount: count, stride: tileStride, count: rows, weights: weights,
        floor: floor,
        uncertainty: uncertainty)
    }
    return normalizeLogJoint(
      joint, componentCount: count, stride: tileStride, count: rows, weights: weights, floor: floor)
  }

  /// Calls `body` with every tile of `block`, in row order, and memory for its log joint densities.
  ///
  /// - Parameter workspace: whose `second` `body` may use.
  package func forEachTile(
    of block: RowBlock, workspace: Workspace,
    _ body: (Tile, UnsafeMutablePointer<Double>) throws -> Void
  ) rethrows {
    try TileMemory(for: self).forEachTile(of: block, workspace: workspace, body)
  }
}

/// What an M-step needs of the rows: their moments under given responsibilities.
public protocol Moments: Sendable {
  /// The moments, by name.
  var slots: Slots { get }

  /// How many numbers of scratch memory a tile needs. By default none.
  var scratchCount: Int { get }

  /// As `Components.fill`, in a first M-step.
  var fill: [Double]? { get }

  /// Adds the moments of a tile.
  ///
  /// - Parameters:
  ///   - weights: w_n r_nk at `[k * tileStride + n]`; 0 from `tile.count` on. May be overwritten.
  ///   - sums: as many as there are slots.
  func add(
    _ tile: Tile, weights: UnsafeMutablePointer<Double>, into sums: UnsafeMutablePointer<Double>)

  /// The moments to be taken instead, if the sums tell that these lack digits. Nil, the default: they
  /// are right.
  func again(after sums: Sums) -> Self?
}

extension Moments {
  public var scratchCount: Int { 0 }
  public var fill: [Double]? { nil }
  public func again(after sums: Sums) -> Self? { nil }
}

/// The E-step of a mixture: components give responsibilities, and these weigh moments.
///
/// Sums: `Slots.objective`; the masses of the components, sums of w r; the moments; what components sum
/// up of the moments' weights.
public struct MixtureStep<C: Components, M: Moments>: Pass {
  public let components: C
  public let moments: M
  public let slots: Slots
  public var takesMissing: Bool { components.fill != nil }
  /// Made here, where the types are those of a family: code for any would look them up tile by tile.
  private let body: @Sendable (RowBlock, Workspace, UnsafeMutablePointer<Double>) -> Void

  @inline(__always)
  public init(_ components: C, _ moments: M) {
    (self.components, self.moments) = (components, moments)
    let slots = mixtureSlots(components.count) + moments.slots + components.weightSlots
    self.slots = slots
    let count = slots.count
    let componentCount = components.count
    let weightStart = count - components.weightSlots.count
    if let clusters = (components as? any ClusterComponents)?.clusters {
      body = { clusters.write($0, workspace: $1, into: $2) }
      return
    }
    let memory = TileMemory(for: components, scratchCount: moments.scratchCount)
    body = { block, workspace, sums in
      sums.update(repeating: 0, count: count)
      memory.forEachTile(of: block, workspace: workspace) { tile, joint in
        components.writeLogJointAboveFloor(of: tile, into: joint)
        sums[0] += components.normalize(joint, count: tile.count, weights: tile.rows.weights)
        addMasses(of: tile, joint, componentCount: componentCount, to: sums)
        components.weigh(tile, joint, into: sums + weightStart)
        moments.add(tile, weights: joint, into: sums + 2 + componentCount)
      }
    }
  }

  public func write(
    _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>
  ) { body(block, workspace, sums) }
}

/// The moments of a mixture under given responsibilities. Sums as those of `MixtureStep`, the
/// log-likelihood being 0.
public struct AssignedStep<M: Moments>: Pass {
  /// Overwrites zeros with w_n r_nk at `[k * tileStride + n]` for the rows of a tile.
  ///
  /// Throws if it finds none, which ends the walk on all ranks. The workspace is free for its use.
  public typealias Assign =
    @Sendable (
      _ rows: RowBlock, _ workspace: Workspace, _ weights: UnsafeMutablePointer<Double>
    ) throws -> Void

  public let slots: Slots
  public let moments: M
  public var takesMissing: Bool { moments.fill != nil }
  private let componentCount: Int
  private let assign: Assign

  public init(componentCount: Int, _ moments: M, _ assign: @escaping Assign) {
    slots = mixtureSlots(componentCount) + moments.slots
    (self.componentCount, self.moments, self.assign) = (componentCount, moments, assign)
  }

  public func write(
    _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>
  ) throws {
    sums.update(repeating: 0, count: slots.count)
    let memory = TileMemory(
      componentCount: componentCount, scratchCount: moments.scratchCount, keptCount: 0,
      fill: moments.fill)
    try memory.forEachTile(of: block, workspace: workspace) { tile, weights in
      weights.update(repeating: 0, count: componentCount * tileStride)
      // The tile is in the memory of the other one.
      try assign(tile.rows, workspace.second, weights)
      addMasses(of: tile, weights, componentCount: componentCount, to: sums)
      moments.add(tile, weights: weights, into: sums + 2 + componentCount)
    }
  }

  /// The same about other centers, if the sums tell that these lack digits.
  package func again(after sums: Sums) -> AssignedStep? {
    moments.again(after: sums).map {
      AssignedStep(componentCount: componentCount, $0, assign)
    }
  }
}

func mixtureSlots(_ componentCount: Int) -> Slots {
  Slots.objective + [Slots.masses: componentCount]
}

/// Adds a tile's sum of row weights, and its masses.
@inline(__always)
func addMasses(
  of tile: Tile, _ responsibilities: UnsafePointer<Double>, componentCount: Int,
  to sums: UnsafeMutablePointer<Double>
) {
  sums[1] += tile.rows.weightSum
  addMasses(
    responsibilities, componentCount: componentCount, stride: tileStride, count: tile.count,
    into: sums + 2)
}

extension Slots {
  /// The name of the sums of w r, one for each component.
  public static let masses = "masses"
}
