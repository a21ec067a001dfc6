/// What a fit needs from the processes that share its work, and nothing more.
///
/// Every method is collective: all ranks call it, in the same order, with the same counts. An
/// implementation is one process (`SoloCommunicator`), threads of one process
/// (`ThreadCommunicator`, for tests), or MPI (`MPICommunicator`).
public protocol Communicator: Sendable {
  /// This process's number, 0 to `size - 1`.
  var rank: Int { get }
  /// The number of processes.
  var size: Int { get }

  /// Replaces `values` on every rank by their element-wise sum over all ranks.
  ///
  /// The order of additions is the implementation's: callers pass exact parts, whose sum has no
  /// order.
  func sum(_ values: UnsafeMutableBufferPointer<Double>) throws

  /// Replaces `values`, whole elements of the reduction, on every rank by those of all ranks combined.
  func reduce(_ values: UnsafeMutableBufferPointer<Double>, by reduction: Reduction) throws

  /// Replaces `values` on every rank by their element-wise maximum over all ranks.
  func maximum(_ values: UnsafeMutableBufferPointer<Double>) throws

  /// Every rank's bytes, in rank order, on every rank. The counts may differ between ranks.
  func gather(_ bytes: [UInt8]) throws -> [[UInt8]]

  /// Returns once every rank has called it.
  func barrier() throws
}
