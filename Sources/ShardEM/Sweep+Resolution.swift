import Kernels
import MessagePassing
import MixtureModels
import Synchronization

extension Sweep {
  /// Collective. Adds the statistics of all blocks of all ranks.
  ///
  /// - Parameters:
  ///   - bounds: for every statistic, a bound on its magnitude for one row of weight 1; one that does
  ///     not hold makes the sums take longer, not wrong.
  ///   - failure: an error that this rank met before, to be thrown on all ranks now.
  ///   - accumulate: overwrites `bounds.count` statistics with those of one block. Called by
  ///     several threads at a time, each with a workspace of its own.
  /// - Throws: on every rank the same error, if anything failed on any.
  public func total(
    bounds: [Double], carrying failure: (any Error)? = nil, _ accumulate: Accumulate
  ) throws -> SweepTotal {
    try total(bounds: bounds, scales: { _ in nil }, carrying: failure, accumulate)
  }

  /// The same, exact to the digits that matter.
  ///
  /// The units of the exact sums come from what a row within the ranges of the data could at most
  /// add. Where a block adds more, so that these units do not hold, or where they are so large that
  /// digits which matter fall below them (with one row far off, a fill value such as 1e20 among
  /// numbers near 1), the totals show it, the same on every rank: then the sums are taken again in
  /// units from the largest statistics of any block, which makes such an iteration three times as
  /// long, and right.
  ///
  /// - Parameters:
  ///   - scales: for every statistic, the magnitude beside which a lost digit counts, given all of
  ///     them; nil if the bounds are never far too large.
  ///   - digest: of what all ranks must have in common.
  func total(
    bounds: [Double], scales: ([Double]) -> [Double]?, digest: Digest = Digest(),
    carrying failure: (any Error)? = nil, _ accumulate: Accumulate
  ) throws -> SweepTotal {
    let units = ExactUnits(
      bounds: try data.blockBounds(bounds), additions: data.plan.blockCount)
    let total = try total(units: units, digest: digest, carrying: failure, accumulate)
    if total.isWithinUnits && keepsDigits(total, units, scales) { return total }
    let largest = try largestMagnitudes(count: units.count, accumulate)
    let again = try self.total(
      units: ExactUnits(bounds: largest, additions: data.plan.blockCount), accumulate)
    // The same rows give the same statistics, which were measured just now.
    guard again.isWithinUnits else { throw DataSetError.changedBetweenPasses }
    return again.after(total)
  }

  /// Whether the sums have lost at most 2^-40 of what matters.
  private func keepsDigits(
    _ total: SweepTotal, _ units: ExactUnits, _ scales: ([Double]) -> [Double]?
  ) -> Bool {
    guard let scales = scales(total.statistics) else { return true }
    return scales.indices.allSatisfy { units.dropped($0) <= 0x1p-40 * scales[$0] }
  }

  /// Collective. The largest magnitude of each statistic of any block.
  ///
  /// - Throws: `DataSetError.statistic`, on every rank, if one is infinite or no number.
  private func largestMagnitudes(count: Int, _ accumulate: Accumulate) throws -> [Double] {
    let largest = Mutex([Double](repeating: 0, count: count))
    try forEachBlock { number, block, workspace in
      let statistics = UnsafeMutablePointer<Double>.allocate(capacity: count)
      defer { statistics.deallocate() }
      try accumulate(block, workspace, statistics)
      if let slot = (0..<count).first(where: { !statistics[$0].isFinite }) {
        throw data.error(aboutStatistic: slot, statistics[slot], inBlock: number)
      }
      largest.withLock { for i in 0..<count { $0[i] = max($0[i], abs(statistics[i])) } }
    }
    var values = largest.withLock { $0 }
    try world.maximum(&values)
    return try data.summable(values)
  }
}
