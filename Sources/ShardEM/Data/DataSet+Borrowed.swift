import MessagePassing
import RowSources

extension DataSet {
  /// The rows of one source, all of which this process has; they are not copied.
  ///
  /// - Parameters:
  ///   - rows: N rows of 1 column or more.
  ///   - weights: N rows of one column; nil for 1 each.
  ///   - missing: whether cells may be missing.
  /// - Throws: `RowSourceError` or `DataSetError` if a value or weight is not usable, or there are no rows.
  package convenience init(
    borrowing rows: BorrowedRows, weights: BorrowedRows? = nil, missing: MissingCells = .error,
    threads: Int
  ) throws {
    guard rows.rowCount > 0 else { throw DataSetError.noRows }
    if let weights {
      guard weights.columnCount == 1 else {
        throw DataSetError.weightColumns(path: weights.name, count: weights.columnCount)
      }
      guard weights.rowCount == rows.rowCount else {
        throw DataSetError.weightCount(
          path: weights.name, count: weights.rowCount, rows: rows.rowCount)
      }
    }
    try self.init(
      shards: [rows], beside: BesideData(weights: weights.map { .source($0) }), missing: missing,
      plan: ShardPlan(rowCounts: [rows.rowCount]), threads: threads, world: SoloCommunicator())
  }
}
