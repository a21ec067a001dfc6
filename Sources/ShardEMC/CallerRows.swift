import RowSources
import Words

/// Checks what a caller says of rows in its memory.
enum CallerRows {
  /// More cannot be: of eight bytes each they would not fit in any address space.
  private static let most = Int64.max / 16

  /// - Parameters:
  ///   - rowStride: bytes from a row to the next.
  ///   - columnStride: bytes from a column to the next.
  ///   - names: of the columns; nil if they have none.
  /// - Throws: `ArgumentError`.
  static func rows(
    _ base: UnsafeRawPointer?, _ name: String, rows: Int64, columns: Int64, rowStride: Int64,
    columnStride: Int64, names: [String]? = nil
  ) throws -> BorrowedRows {
    guard rows >= 1 else { throw ArgumentError("\(rows) rows of \(name); expected 1 or more") }
    guard columns >= 1 else {
      throw ArgumentError("\(columns) columns of \(name); expected 1 or more")
    }
    guard let base else { throw ArgumentError("no \(name)") }
    let (count, isBeyond) = rows.multipliedReportingOverflow(by: columns)
    guard !isBeyond, count <= most else {
      throw ArgumentError(
        "\(rows) rows of \(columns) columns of \(name); expected what fits in memory")
    }
    for (stride, count) in [(rowStride, rows), (columnStride, columns)] {
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
      name: name, base: base, rowCount: Int(rows), columnCount: Int(columns),
      rowStride: Int(rowStride), columnStride: Int(columnStride), columnNames: names)
  }
}

/// A weight for each row; nil for 1 each.
func weightRows(
  _ base: UnsafeRawPointer?, _ rows: Int64, _ stride: Int64
) throws -> BorrowedRows? {
  guard let base else { return nil }
  return try CallerRows.rows(
    base, "sample_weight", rows: rows, columns: 1, rowStride: stride, columnStride: 8)
}
