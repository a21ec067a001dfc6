/// Components that add something to others: what they do not say is as there.
public protocol DerivedComponents: Components {
  associatedtype Base: Components
  var base: Base { get }
}

extension DerivedComponents {
  public var count: Int { base.count }
  public var scratchCount: Int { base.scratchCount }
  public var keptCount: Int { base.keptCount }
  public var fill: [Double]? { base.fill }
  public var isHard: Bool { base.isHard }
  public var floor: Double { base.floor }
  public var weightSlots: Slots { base.weightSlots }

  @inline(__always)
  public func writeLogJoint(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    base.writeLogJoint(of: tile, into: logJoint)
  }

  @inline(__always)
  public func writeLogJointAboveFloor(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    base.writeLogJointAboveFloor(of: tile, into: logJoint)
  }

  @inline(__always)
  public func weigh(
    _ tile: Tile, _ weights: UnsafeMutablePointer<Double>, into sums: UnsafeMutablePointer<Double>
  ) { base.weigh(tile, weights, into: sums) }
}
