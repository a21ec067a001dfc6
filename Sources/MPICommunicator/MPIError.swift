/// A call of MPI that failed.
public struct MPIError: Error, Equatable, Sendable {
  /// The name of the MPI function.
  public let call: String
  /// MPI's own description of the error.
  public let reason: String
  /// The rank on which it failed.
  public let rank: Int
}

extension MPIError: CustomStringConvertible {
  /// Without the rank, which whoever prints the errors of several ranks puts before them.
  public var description: String { "\(call) failed: \(reason)" }
}
