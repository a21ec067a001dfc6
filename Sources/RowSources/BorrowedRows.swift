/// Rows in memory that belongs to somebody else, such as an array of another language, however they lie
/// there.
///
/// They are read in place where they are float64, row-major without gaps, else a block at a time into scratch
/// memory.
public struct BorrowedRows: RowSource, @unchecked Sendable {
  public let table: Table
  private let elements: BinaryElements
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
    self.init(
      of: .float64, name: name, base: base, rowCount: rowCount, columnCount: columnCount,
      rowStride: rowStride, columnStride: columnStride, columnNames: columnNames)
  }

  /// The same of elements of another type.
  package init(
    of elements: BinaryElements, name: String, base: UnsafeRawPointer, rowCount: Int,
    columnCount: Int, rowStride: Int, columnStride: Int, columnNames: [String]? = nil
  ) {
    precondition(rowCount >= 0 && columnCount > 0, "\(rowCount) rows of \(columnCount) columns")
    table = Table(
      name: name, rowCount: rowCount, columnNumbers: Array(1...columnCount),
      columnNames: columnNames)
    (self.base, self.rowStride, self.columnStride) = (base, rowStride, columnStride)
    self.elements = elements
    firstRow = 0
  }

  /// The same rows as rows `firstRow` and those that follow of a longer table.
  package init(_ rows: BorrowedRows, firstRow: Int) {
    table = Table(
      name: rows.name, rowCount: firstRow + rows.rowCount, columnNumbers: rows.columnNumbers,
      columnNames: rows.columnNames)
    (base, elements) = (rows.base, rows.elements)
    (rowStride, columnStride) = (rows.rowStride, rows.columnStride)
    self.firstRow = firstRow
  }

  /// Whether rows are where they are wanted.
  private var areInPlace: Bool {
    elements.areNative && columnStride == 8 && rowStride == 8 * columnCount
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
    elements.convert(
      rows.count, from: first, rowStep: rowStride, columnStep: columnStride,
      columnCount: columnCount, into: scratch)
    return try body(scratch)
  }
}
