import MessagePassing
import MixtureModels
import RowSources
import Synchronization

/// What one look at every row tells: that all values are finite, and within which ranges.
///
/// Rows of weight 0 are checked, but have no part in the ranges: they count as absent.
struct RowScan {
  /// Over the rows of positive weight of all ranks.
  let ranges: ColumnRanges
  /// 1 without weights.
  let largestWeight: Double
  /// The number of rows of positive weight on all ranks; meaningless without weights.
  let weightedRowCount: Int

  /// Collective: one maximum over ranks, and with weights one sum.
  static func scan<World: Communicator>(
    _ reader: BlockReader, threads: Int, world: World
  ) throws -> RowScan {
    let local = Mutex(LocalScan(columnCount: reader.columnCount))
    var failure: (any Error)?
    do {
      let scratch = PerThread(threads: threads) { Workspace() }
      try forEachItem(of: reader.blocks.count, threads: threads) { thread, number in
        let scan = try LocalScan(reader, block: number, scratch: scratch[thread])
        local.withLock { $0.merge(scan) }
      }
    } catch { failure = error }
    return try RowScan(
      local.withLock { $0 }, failure: failure, weighted: reader.weights != nil, world)
  }

  /// Collective. Combines the ranks' scans; a minimum is the maximum of the negative.
  private init<World: Communicator>(
    _ local: LocalScan, failure: (any Error)?, weighted: Bool, _ world: World
  ) throws {
    var extremes = local.columns.maximum + local.columns.minimum.map { -$0 }
    extremes += [local.largestWeight, failure == nil ? 0 : 1]
    try world.maximum(&extremes)
    if extremes.removeLast() > 0 { throw try world.agreedFailure(failure) }
    largestWeight = extremes.removeLast()
    let columnCount = extremes.count / 2
    ranges = ColumnRanges(
      minimum: extremes[columnCount...].map { -$0 }, maximum: Array(extremes[..<columnCount]))

    // A count below 2^53: exact in any order.
    var count = [Double(local.weightedRowCount)]
    if weighted { try world.sum(&count) }
    weightedRowCount = Int(count[0])
  }
}

/// The scan of some blocks of one rank.
private struct LocalScan: Sendable {
  var columns: ColumnScan
  var largestWeight: Double
  var weightedRowCount = 0

  init(columnCount: Int) {
    columns = ColumnScan(columnCount: columnCount)
    largestWeight = 0
  }

  init(_ reader: BlockReader, block number: Int, scratch: Workspace) throws {
    self.init(columnCount: reader.columnCount)
    try reader.withBlock(number, scratch: scratch) { block in
      guard let weights = block.weights else {
        largestWeight = 1
        return try add(block, of: reader, number: number, row: 0)
      }
      try check(weights, of: reader, number: number, count: block.count)
      var start = 0
      while start < block.count {
        let isPresent = weights[start] > 0
        let end = (start..<block.count).first { (weights[$0] > 0) != isPresent } ?? block.count
        let rows = block.slice(from: start, count: end - start)
        if isPresent {
          try add(rows, of: reader, number: number, row: start)
          weightedRowCount += rows.count
        } else {
          var absent = LocalScan(columnCount: reader.columnCount)
          try absent.add(rows, of: reader, number: number, row: start)
        }
        start = end
      }
    }
  }

  mutating func merge(_ other: LocalScan) {
    columns.merge(other.columns)
    largestWeight = max(largestWeight, other.largestWeight)
    weightedRowCount += other.weightedRowCount
  }

  /// Takes in `rows`, which begin at row `row` of block `number`.
  private mutating func add(
    _ rows: RowBlock, of reader: BlockReader, number: Int, row: Int
  ) throws {
    guard let bad = columns.add(rows.rows, count: rows.count) else { return }
    let place = reader.place(number, row: row + bad.row, column: bad.column)
    let value = rows.rows[bad.row * rows.columnCount + bad.column]
    throw place.shard.notFinite(value, row: place.row, column: place.column)
  }

  private mutating func check(
    _ weights: UnsafePointer<Double>, of reader: BlockReader, number: Int, count: Int
  ) throws {
    for row in 0..<count {
      guard weights[row] >= 0, weights[row].isFinite else {
        throw reader.faultyWeight(weights[row], number, row: row)
      }
      largestWeight = max(largestWeight, weights[row])
    }
  }
}
