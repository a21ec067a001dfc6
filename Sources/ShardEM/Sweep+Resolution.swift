import Kernels
import MessagePassing
import MixtureModels
import Synchronization

extension Sweep {
  /// Collective. The statistics of all rows, exact to the digits that matter.
  ///
  /// The units of the exact sums come from what a row within the ranges of the data could at most
  /// add. With one row far off (a fill value such as 1e20 among numbers near 1) these are so large
  /// that the others' digits fall below them. The totals show that, the same on every rank: then
  /// the sums are taken again in units from the largest statistics of any block, which makes
  /// such an iteration three times as long, and right.
  func resolvedTotal<Model: LatentVariableModel>(
    _ model: Model, _ expectation: Model.Expectation, digest: Digest = Digest(),
    carrying failure: (any Error)? = nil, _ accumulate: Accumulate
  ) throws -> SweepTotal {
    let units = ExactUnits(
      bounds: try data.scaled(model.bounds(expectation, within: data.ranges)),
      additions: data.plan.blockCount)
    let total = try total(units: units, digest: digest, carrying: failure, accumulate)
    guard let scales = model.scales(of: total.statistics),
      !scales.indices.allSatisfy({ units.dropped($0) <= 0x1p-40 * scales[$0] })
    else { return total }
    let largest = try largestMagnitudes(count: units.count, accumulate)
    return try self.total(
      units: ExactUnits(
        bounds: largest.map { $0 * Double(data.plan.blockCount) },
        additions: data.plan.blockCount),
      accumulate
    ).after(total)
  }

  /// Collective. The largest magnitude of each statistic of any block.
  private func largestMagnitudes(count: Int, _ accumulate: Accumulate) throws -> [Double] {
    let largest = Mutex([Double](repeating: 0, count: count))
    try forEachBlock { _, block, workspace in
      let statistics = UnsafeMutablePointer<Double>.allocate(capacity: count)
      defer { statistics.deallocate() }
      try accumulate(block, workspace, statistics)
      largest.withLock { for i in 0..<count { $0[i] = max($0[i], abs(statistics[i])) } }
    }
    var values = largest.withLock { $0 }
    try world.maximum(&values)
    return values
  }
}
