import Kernels
import MessagePassing

extension Reduction {
  /// Adds the elements of `ExactSums`, three numbers each.
  package static let exactSums = Reduction(name: "exact sum", elementSize: 3) {
    other, own, count, _ in
    guard let other, let own, let count else { return }
    ExactSums.combine(
      other.assumingMemoryBound(to: Double.self), own.assumingMemoryBound(to: Double.self),
      count: Int(count.pointee))
  }
}
