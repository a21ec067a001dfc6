import Kernels

/// The uses of random numbers, each with a stream of its own for every restart.
enum RandomStream: UInt32 {
  case seeding
  case responsibilities
  case sampling
  case candidates

  /// The numbers of one row.
  func row(_ row: Int, of generator: Philox, restart: Int = 0) -> RandomRow {
    RandomRow(
      generator, purpose: UInt32(truncatingIfNeeded: restart) << 2 | rawValue, row: row)
  }
}
