import Kernels

/// The uses of random numbers, each with a stream of its own for every start that is drawn.
package enum RandomStream: UInt32, CaseIterable {
  case seeding
  case responsibilities
  case sampling
  case candidates
  /// The number of a row is that of a stratum.
  case samples
  /// The number of a row is that of a run of blocks.
  case groups
  case starts
  /// The number of a row is that of a change.
  case splits

  /// The numbers of one row.
  package func row(_ row: Int, of generator: Philox, draw: Int = 0) -> RandomRow {
    RandomRow(generator, purpose: purpose(draw: draw), row: row)
  }

  /// What keeps the numbers of a draw, below 2^28, apart from those of all others and of all other streams.
  ///
  /// The first four streams came first, and keep what they have; eight others have the top bit, which
  /// none of their draws sets.
  package func purpose(draw: Int) -> UInt32 {
    let draw = UInt32(truncatingIfNeeded: draw)
    return rawValue < 4 ? draw << 2 | rawValue : 1 << 31 | draw << 3 | (rawValue - 4)
  }
}
