import MessagePassing
import RowSources

extension DataSet {
  /// Collective. Rows in memory of somebody else, of which each rank has some; they are not copied.
  ///
  /// Rank after rank they are the shards of the data. Where those of all ranks but the last are multiples of
  /// `ShardPlan.defaultBlockRows`, fits have the bits of one to all rows in one place.
  ///
  /// - Parameters:
  ///   - rows: N rows of 1 column or more; of no column of this rank's own 0 is N.
  ///   - weights: N rows of one column; nil for 1 each.
  ///   - labels: N rows of one column, the classes from 0, or -1 where unknown; nil if all are.
  ///   - missing: whether cells may be missing.
  ///   - categories: of each column what its numbers, from 0, stand for; nil of one of numbers. Empty: all
  ///     are.
  ///   - classNames: what classes are called; nil: they have no names.
  /// - Throws: on every rank the same error: `RowSourceError` or `DataSetError` if a value or weight is not
  ///   usable, or there are no rows; `DifferentRanks` if ranks have other columns.
  package convenience init(
    borrowing rows: BorrowedRows, weights: BorrowedRows? = nil, labels: BorrowedRows? = nil,
    missing: MissingCells = .error, categories: [Categories?] = [], classNames: [String]? = nil,
    threads: Int, world: any Communicator = SoloCommunicator()
  ) throws {
    try world.agree {
      if let weights, weights.columnCount != 1 {
        throw DataSetError.weightColumns(path: weights.name, count: weights.columnCount)
      }
      if let weights, weights.rowCount != rows.rowCount {
        throw DataSetError.weightCount(
          path: weights.name, count: weights.rowCount, rows: rows.rowCount)
      }
      if let labels, labels.rowCount != rows.rowCount || labels.columnCount != 1 {
        throw DataSetError.rowsBeside(
          path: labels.name, count: labels.rowCount, rows: rows.rowCount)
      }
    }
    try world.requireSame(
      [
        "\(rows.columnCount) columns", word("weights", weights == nil ? nil : "of rows"),
        word("labels", labels == nil ? nil : "of rows"), missing.word,
        word("names of columns", rows.columnNames), word("names of classes", classNames),
      ] + categories.map { word("categories", $0?.names) })
    let plan = ShardPlan(rowCounts: try world.gather([rows.rowCount]).map { $0[0] })
    guard plan.rowCount > 0 else { throw DataSetError.noRows }
    let shards = plan.rowCounts.indices.map { rank -> any RowSource in
      rank == world.rank ? rows : InMemoryRows(rows.table)
    }
    let firstRow = plan.firstRows[world.rank]
    func numbers(_ own: BorrowedRows?) -> RowNumbers? {
      own.map { .source(BorrowedRows($0, firstRow: firstRow)) }
    }
    try self.init(
      shards: shards, beside: BesideData(weights: numbers(weights), labels: numbers(labels)),
      missing: missing, categories: categories, classNames: classNames, plan: plan,
      runs: plan.runs(ofRank: 0, size: 1, among: [world.rank]), threads: threads, world: world)
  }

  /// The number of this rank's first row, counted from 0 over all shards; 0 of a rank without rows.
  package var firstRow: Int { blocks.first?.firstRow ?? 0 }
  /// The number of this rank's rows.
  package var ownRowCount: Int { blocks.reduce(0) { $0 + $1.rows.count } }
}

extension RowsBeside {
  /// Numbers in memory of somebody else, beside the rows of `data` that this rank has.
  ///
  /// - Throws: `DataSetError` if they are not as many.
  package init(borrowing rows: BorrowedRows, of data: DataSet) throws {
    guard rows.rowCount == data.ownRowCount else {
      throw DataSetError.rowsBeside(
        path: rows.name, count: rows.rowCount, rows: data.ownRowCount)
    }
    self.init(BorrowedRows(rows, firstRow: data.firstRow))
  }
}
