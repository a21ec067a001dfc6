import RowSources
import Words

/// Checks what a caller says of rows in its memory.
enum CallerRows {
  /// More cannot be: of eight bytes each they would not fit in any address space.
  private static let most = Int64.max / 16
  /// Of each something is held, whatever memory there is for rows.
  private static let mostColumns: Int64 = 1 << 24

  /// - Parameters:
  ///   - names: of the columns; nil if they have none.
  ///   - elements: the type of the numbers.
  ///   - mayBeNone: whether there may be no rows, which then are nowhere.
  /// - Throws: `ArgumentError`.
  static func rows(
    _ numbers: CallerMemory.Numbers, _ name: String, rows: Int64, names: [String]? = nil,
    of elements: BinaryElements = .float64, mayBeNone: Bool = false
  ) throws -> BorrowedRows {
    let columns = numbers.columns
    guard rows >= (mayBeNone ? 0 : 1) else {
      throw ArgumentError("\(rows) rows of \(name); expected 1 or more")
    }
    guard (1...mostColumns).contains(columns) else {
      throw ArgumentError("\(columns) columns of \(name); expected 1 to \(mostColumns)")
    }
    // Of no rows none is read.
    guard let base = numbers.base ?? (rows == 0 ? UnsafeRawPointer(bitPattern: 8) : nil) else {
      throw ArgumentError("no \(name)")
    }
    let (count, isBeyond) = rows.multipliedReportingOverflow(by: columns)
    guard !isBeyond, count <= most else {
      throw ArgumentError(
        "\(rows) rows of \(columns) columns of \(name); expected what fits in memory")
    }
    for (stride, count) in [(numbers.rowStride, rows), (numbers.columnStride, columns)] {
      let (reach, isBeyond) = stride.multipliedReportingOverflow(by: count)
      guard !isBeyond, reach.magnitude <= UInt64(Int64.max / 4) else {
        throw ArgumentError(
          "\(count) steps of \(stride) bytes in \(name); expected what fits in memory")
      }
    }
    if let names, names.count != Int(columns) {
      throw ArgumentError("\(names.count) names of \(columns) columns; expected one for each")
    }
    return BorrowedRows(
      of: elements, name: name, base: base, rowCount: Int(rows), columnCount: Int(columns),
      rowStride: Int(numbers.rowStride), columnStride: Int(numbers.columnStride),
      columnNames: names)
  }
}
