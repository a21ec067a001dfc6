/// Rows in memory that belongs to somebody else, such as an array of another language, however they lie
/// there.
///
/// They are read in place where they are row-major without gaps, else a block at a time into scratch memory.
public struct BorrowedRows: RowSource, @unchecked Sendable {
  public let table: Table
  /// The first value of the first row.
  private let base: UnsafeRawPointer
  /// Bytes from a row to the next, and from a column to the next; negative ones go back.
  private let (rowStride, columnStride): (Int, Int)
  /// The number of the first row that is there: others are in the memory of other ranks.
  private let firstRow: Int

  /// - Parameters:
  ///   - base: a float64; it need not be aligned. All values stay what and where they are as long as these
  ///     rows are in use.
  ///   - rowStride: bytes from a row to the next.
  ///   - columnStride: bytes from a column to the next.
  ///   - columnNames: `columnCount` names, for messages; nil if there are none.
  public init(
    name: String, base: UnsafeRawPointer, rowCount: Int, columnCount: Int, rowStride: Int,
    columnStride: Int, columnNames: [String]? = nil
  ) {
    precondition(rowCount >= 0 && columnCount > 0, "\(rowCount) rows of \(columnCount) columns")
    table = Table(
      name: name, rowCount: rowCount, columnNumbers: Array(1...columnCount),
      columnNames: columnNames)
    (self.base, self.rowStride, self.columnStride) = (base, rowStride, columnStride)
    firstRow = 0
  }

  /// The same rows as rows `firstRow` and those that follow of a longer table.
  package init(_ rows: BorrowedRows, firstRow: Int) {
    table = Table(
      name: rows.name, rowCount: firstRow + rows.rowCount, columnNumbers: rows.columnNumbers,
      columnNames: rows.columnNames)
    base = rows.base
    (rowStride, columnStride) = (rows.rowStride, rows.columnStride)
    self.firstRow = firstRow
  }

  /// Whether rows are where they are wanted.
  private var areInPlace: Bool {
    columnStride == 8 && rowStride == 8 * columnCount
      && UInt(bitPattern: base) % UInt(MemoryLayout<Double>.alignment) == 0
  }

  public func withRows<Result>(
    _ rows: Range<Int>, scratch: UnsafeMutablePointer<Double>,
    _ body: (UnsafePointer<Double>) throws -> Result
  ) throws -> Result {
    requireRows(rows)
    precondition(
      rows.lowerBound >= firstRow, "rows \(rows) of \(name), which begins with \(firstRow)")
    let first = base + (rows.lowerBound - firstRow) * rowStride
    if areInPlace { return try body(first.assumingMemoryBound(to: Double.self)) }
    // The distance that is smaller is gone along in the inner loop: whole cache lines are used.
    if abs(columnStride) <= abs(rowStride) {
      for n in 0..<rows.count {
        for j in 0..<columnCount { scratch[n * columnCount + j] = value(first, n, j) }
      }
    } else {
      for j in 0..<columnCount {
        for n in 0..<rows.count { scratch[n * columnCount + j] = value(first, n, j) }
      }
    }
    return try body(scratch)
  }

  @inline(__always)
  private func value(_ first: UnsafeRawPointer, _ n: Int, _ j: Int) -> Double {
    (first + n * rowStride + j * columnStride).loadUnaligned(as: Double.self)
  }
}
