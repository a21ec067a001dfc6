import Kernels

/// The uses of random numbers, each with a stream of its own for every start that is drawn.
enum RandomStream: UInt32 {
  case seeding
  case responsibilities
  case sampling
  case candidates

  /// The numbers of one row.
  func row(_ row: Int, of generator: Philox, draw: Int = 0) -> RandomRow {
    RandomRow(
      generator, purpose: UInt32(truncatingIfNeeded: draw) << 2 | rawValue, row: row)
  }
}
