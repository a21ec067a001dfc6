import MessagePassing
import RowSources

extension DataSet {
  /// Collective. Rows that every rank holds in memory.
  ///
  /// - Parameters:
  ///   - values: N × `columnCount` numbers, row-major; the same on every rank.
  ///   - weights: N row weights; nil for 1 each.
  ///   - shardRows: how many rows each shard has, N in all; nil for one shard.
  ///   - blockRows: the rows of a block, on which the bits of a fit depend.
  /// - Throws: `RowSourceError` or `DataSetError` if a value or weight is not usable.
  public convenience init<World: Communicator>(
    values: [Double], columnCount: Int, weights: [Double]? = nil, shardRows: [Int]? = nil,
    blockRows: Int = ShardPlan.defaultBlockRows, threads: Int = 1, world: World
  ) throws {
    let rowCount = values.count / max(columnCount, 1)
    let shardRows = shardRows ?? [rowCount]
    precondition(
      shardRows.reduce(0, +) == rowCount, "shards of \(shardRows) rows for \(rowCount) rows")
    var start = 0
    let shards = shardRows.enumerated().map { number, count in
      defer { start += count * columnCount }
      return InMemoryRows(
        name: "shard \(number + 1)", columnCount: columnCount,
        values: Array(values[start..<start + count * columnCount]))
    }
    if let weights, weights.count != rowCount {
      throw DataSetError.weightCount(path: "weights", count: weights.count, rows: rowCount)
    }
    try self.init(
      shards: shards,
      weights: weights.map {
        .source(InMemoryRows(name: "weights", columnCount: 1, values: $0))
      },
      plan: ShardPlan(rowCounts: shardRows, blockRows: blockRows), threads: threads, world: world)
  }
}
