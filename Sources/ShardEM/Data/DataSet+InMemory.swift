import MessagePassing
import RowSources

extension DataSet {
  /// Collective. Rows that every rank holds in memory: in the caller's array, which is not copied.
  ///
  /// - Parameters:
  ///   - values: N × `columnCount` numbers, row-major; the same on every rank.
  ///   - weights: N row weights; nil for 1 each.
  ///   - labels: N classes of the rows, from 0, or -1 where unknown; nil if all are. Only a fit of a model
  ///     that has classes looks at them.
  ///   - missing: whether cells may be missing: NaN, and numbers among the words.
  ///   - shardRows: how many rows each shard has, N in all; nil for one shard.
  ///   - blockRows: the rows of a block, on which the bits of a fit depend.
  /// - Throws: `RowSourceError` or `DataSetError` if a value or weight is not usable, or these are no
  ///   rows; `DifferentRanks` if ranks have others.
  public convenience init(
    values: [Double], columnCount: Int, weights: [Double]? = nil, labels: [Int]? = nil,
    missing: MissingCells = .error, shardRows: [Int]? = nil,
    blockRows: Int = ShardPlan.defaultBlockRows, threads: Int = 1, world: any Communicator
  ) throws {
    let values = missing.marked(values)
    try world.requireSame([
      "\(values.count) values", "\(columnCount) columns", word("weights", weights?.count),
      word("labels", labels?.count),
      word("shards", shardRows.map { Digest(bytes: "\($0)".utf8).value }),
      "\(blockRows) rows a block", missing.word,
    ])
    if world.size > 1 {
      try world.requireSame([
        "values with the digest \(Digest(values).value)",
        "weights with the digest \(Digest(weights ?? []).value)",
        "labels with the digest \(Digest((labels ?? []).map(Double.init)).value)",
      ])
    }
    let plan = try DataSet.plan(
      values: values.count, columns: columnCount, weights: weights?.count, labels: labels?.count,
      shardRows,
      blockRows)
    var start = 0
    let shards = plan.rowCounts.enumerated().map { number, count in
      defer { start += count * columnCount }
      return InMemoryRows(
        name: "shard \(number + 1)", columnCount: columnCount, values: values,
        held: start..<start + count * columnCount)
    }
    try self.init(
      shards: shards,
      beside: BesideData(
        weights: weights.map { DataSet.numbers($0, "weights") },
        labels: labels.map { DataSet.numbers($0.map(Double.init), "labels") }),
      missing: missing, plan: plan, threads: threads, world: world)
  }

  private static func numbers(_ values: [Double], _ name: String) -> RowNumbers {
    .source(InMemoryRows(name: name, columnCount: 1, values: values))
  }

  /// How these rows are cut.
  private static func plan(
    values: Int, columns: Int, weights: Int?, labels: Int?, _ shardRows: [Int]?, _ blockRows: Int
  ) throws -> ShardPlan {
    guard columns > 0 else {
      throw DataSetError.shape(found: "rows of \(columns) columns", expected: "1 or more")
    }
    guard values.isMultiple(of: columns) else {
      throw DataSetError.shape(
        found: "\(values) values in rows of \(columns)", expected: "a whole number of rows")
    }
    let rows = values / columns
    guard rows > 0 else { throw DataSetError.noRows }
    if let weights, weights != rows {
      throw DataSetError.weightCount(path: "weights", count: weights, rows: rows)
    }
    if let labels, labels != rows {
      throw DataSetError.rowsBeside(path: "labels", count: labels, rows: rows)
    }
    let shardRows = shardRows ?? [rows]
    guard shardRows.allSatisfy({ $0 >= 0 && $0 <= rows }), shardRows.reduce(0, +) == rows else {
      throw DataSetError.shape(
        found: "shards of \(shardRows) rows", expected: "\(rows), the rows of data")
    }
    guard blockRows > 0 else {
      throw DataSetError.shape(found: "blocks of \(blockRows) rows", expected: "1 or more")
    }
    return ShardPlan(rowCounts: shardRows, blockRows: blockRows)
  }
}
