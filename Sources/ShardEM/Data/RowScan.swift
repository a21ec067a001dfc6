import MessagePassing
import RowSources
import Rows

/// What one look at every row tells: that all values are finite or may be missing, and within which
/// ranges.
///
/// Rows of weight 0 are checked, but have no part in the ranges: they count as absent.
struct RowScan {
  /// Over the rows of positive weight of all ranks.
  let ranges: ColumnRanges
  /// 1 without weights.
  let largestWeight: Double
  /// The number of rows of positive weight on all ranks; meaningless without weights.
  let weightedRowCount: Int
  /// Whether a cell of any row of any rank is missing.
  let hasMissing: Bool
  /// The numbers of this rank's blocks with such cells.
  let incompleteBlocks: Set<Int>

  /// The ranges, 0 to 0 of a column that has no value in any row of positive weight, and the first such
  /// column.
  var knownRanges: (ColumnRanges, emptyColumn: Int?) {
    var ranges = ranges
    let emptyColumn = ranges.minimum.firstIndex(of: .infinity)
    for j in ranges.minimum.indices where ranges.minimum[j] == .infinity {
      (ranges.minimum[j], ranges.maximum[j]) = (0, 0)
    }
    return (ranges, emptyColumn)
  }

  /// Collective: one maximum over ranks, and with weights one sum.
  ///
  /// - Parameter mayMiss: whether cells may be missing.
  static func scan(
    _ reader: BlockReader, mayMiss: Bool, threads: Int, world: any Communicator
  ) throws -> RowScan {
    let scans = PerThread(threads: threads) { LocalScan(reader, mayMiss: mayMiss) }
    var failure: (any Error)?
    do {
      try forEachItem(of: reader.blocks.count, threads: threads) { try scans[$0].add(block: $1) }
    } catch { failure = error }
    let scan = scans[0]
    for thread in 1..<threads { scan.merge(scans[thread]) }
    return try RowScan(scan, failure: failure, weighted: reader.hasWeights, world)
  }

  /// Collective. Combines the ranks' scans; a minimum is the maximum of the negative.
  private init(
    _ local: LocalScan, failure: (any Error)?, weighted: Bool, _ world: any Communicator
  ) throws {
    var extremes = local.columns.maximum + local.columns.minimum.map { -$0 }
    incompleteBlocks = local.incompleteBlocks
    extremes += [
      incompleteBlocks.isEmpty ? 0 : 1, local.largestWeight, failure == nil ? 0 : 1,
    ]
    try world.maximum(&extremes)
    if extremes.removeLast() > 0 { throw try world.agreedFailure(failure) }
    largestWeight = extremes.removeLast()
    hasMissing = extremes.removeLast() > 0
    let columnCount = extremes.count / 2
    ranges = ColumnRanges(
      minimum: extremes[columnCount...].map { -$0 }, maximum: Array(extremes[..<columnCount]))

    // A count below 2^53: exact in any order.
    var count = [Double(local.weightedRowCount)]
    if weighted { try world.sum(&count) }
    weightedRowCount = Int(count[0])
  }
}

/// What one thread has seen of the blocks of its rank.
private final class LocalScan {
  private(set) var columns: ColumnScan
  private(set) var largestWeight = 0.0
  private(set) var weightedRowCount = 0
  private(set) var incompleteBlocks: Set<Int> = []

  private let reader: BlockReader
  private let scratch = Workspace()
  /// The rows of weight 0, whose ranges nobody asks for.
  private var absent: ColumnScan

  init(_ reader: BlockReader, mayMiss: Bool) {
    self.reader = reader
    columns = ColumnScan(columnCount: reader.columnCount, mayMiss: mayMiss)
    absent = columns
  }

  private var missingCount: Int { columns.missingCount + absent.missingCount }

  func add(block number: Int) throws {
    let missingBefore = missingCount
    defer { if missingCount > missingBefore { incompleteBlocks.insert(number) } }
    try reader.withBlock(number, scratch: scratch) { block in
      guard let weights = block.weights else {
        largestWeight = 1
        return try require(columns.add(block.rows, count: block.count), block, number)
      }
      try add(weights, count: block.count, number)
      var start = 0
      while start < block.count {
        let isPresent = weights[start] > 0
        let end = (start..<block.count).first { (weights[$0] > 0) != isPresent } ?? block.count
        let rows = block.slice(from: start, count: end - start)
        if isPresent {
          try require(columns.add(rows.rows, count: rows.count), rows, number, from: start)
          weightedRowCount += rows.count
        } else {
          try require(absent.add(rows.rows, count: rows.count), rows, number, from: start)
        }
        start = end
      }
    }
  }

  func merge(_ other: LocalScan) {
    columns.merge(other.columns)
    largestWeight = max(largestWeight, other.largestWeight)
    weightedRowCount += other.weightedRowCount
    incompleteBlocks.formUnion(other.incompleteBlocks)
  }

  /// - Parameters:
  ///   - bad: the first value of `rows` that cannot be used.
  ///   - start: the row of block `number` with which `rows` begin.
  private func require(
    _ bad: ColumnScan.Position?, _ rows: RowBlock, _ number: Int, from start: Int = 0
  ) throws {
    guard let bad else { return }
    let place = reader.place(number, row: start + bad.row, column: bad.column)
    let value = rows.rows[bad.row * rows.columnCount + bad.column]
    throw place.shard.notFinite(value, row: place.row, column: place.column)
  }

  private func add(_ weights: UnsafePointer<Double>, count: Int, _ number: Int) throws {
    for row in 0..<count {
      guard weights[row] >= 0, weights[row].isFinite else {
        throw reader.faultyWeight(weights[row], number, row: row)
      }
      largestWeight = max(largestWeight, weights[row])
    }
  }
}
