/// An operation of the caller's own by which `Communicator.reduce` combines the numbers of ranks:
/// associative and commutative, to the last bit.
public struct Reduction: Sendable {
  /// Combines elements of another rank with those of this one, which it overwrites.
  ///
  /// The form is MPI's (MPI_User_function), so that MPI can call it: what others have, what this rank
  /// has, the number of elements, and MPI's own word for what an element is, of no use here.
  public typealias Combine =
    @convention(c) (
      _ other: UnsafeMutableRawPointer?, _ own: UnsafeMutableRawPointer?,
      _ count: UnsafeMutablePointer<CInt>?, _ type: UnsafeMutableRawPointer?
    ) -> Void

  /// What messages call it.
  public let name: String
  /// How many numbers make an element, which is never torn apart.
  public let elementSize: Int
  public let combine: Combine

  public init(name: String, elementSize: Int, combine: @escaping Combine) {
    precondition(elementSize > 0, "elements of \(elementSize) numbers")
    (self.name, self.elementSize, self.combine) = (name, elementSize, combine)
  }
}
