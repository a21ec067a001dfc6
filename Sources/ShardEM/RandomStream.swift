import Kernels

/// The uses of random numbers, each with a stream of its own for every start that is drawn.
package enum RandomStream: UInt32, CaseIterable {
  case seeding
  case responsibilities
  case sampling
  case candidates
  case starts
  case splits

  /// The numbers of one row.
  package func row(_ row: Int, of generator: Philox, draw: Int = 0) -> RandomRow {
    RandomRow(generator, purpose: purpose(of: draw), row: row)
  }

  /// Later streams have the highest bit, so that the numbers of the first four are what they were.
  private func purpose(of draw: Int) -> UInt32 {
    let draw = UInt32(truncatingIfNeeded: draw)
    return rawValue < 4 ? draw << 2 & ~(1 << 31) | rawValue : 1 << 31 | draw << 3 | rawValue - 4
  }
}
