extension Communicator {
  /// Collective. Replaces `values` on every rank by their element-wise sum over all ranks.
  public func sum(_ values: inout [Double]) throws {
    try values.withUnsafeMutableBufferPointer { try sum($0) }
  }

  /// Collective. Replaces `values` on every rank by their element-wise maximum over all ranks.
  public func maximum(_ values: inout [Double]) throws {
    try values.withUnsafeMutableBufferPointer { try maximum($0) }
  }
}
