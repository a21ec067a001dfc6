extension Communicator {
  /// Collective. Replaces `values` on every rank by their element-wise sum over all ranks.
  public func sum(_ values: inout [Double]) throws {
    try values.withUnsafeMutableBufferPointer { try sum($0) }
  }

  /// Collective. Replaces `values`, whole elements of the reduction, on every rank by those of all
  /// ranks combined.
  public func reduce(_ values: inout [Double], by reduction: Reduction) throws {
    precondition(
      values.count.isMultiple(of: reduction.elementSize),
      "\(values.count) numbers are no whole elements of \(reduction.elementSize)")
    try values.withUnsafeMutableBufferPointer { try reduce($0, by: reduction) }
  }

  /// Collective. Replaces `values` on every rank by their element-wise maximum over all ranks.
  public func maximum(_ values: inout [Double]) throws {
    try values.withUnsafeMutableBufferPointer { try maximum($0) }
  }
}
