/// Rows of numbers that can be read from any place, by any thread: one shard.
///
/// In memory, a memory-mapped .npy file, parsed CSV.
public protocol RowSource: Sendable {
  /// The name of the file, for messages.
  var name: String { get }
  /// The number of rows.
  var rowCount: Int { get }
  /// The number of columns.
  var columnCount: Int { get }

  /// The columns' numbers in the file, counted from 1: not 1, 2, 3, ... if columns were chosen.
  var columnNumbers: [Int] { get }

  /// What the file calls the columns; nil if it has no names.
  var columnNames: [String]? { get }

  /// What messages call the first row: 1, or 2 below a line of column names, as an editor does.
  var firstRowNumber: Int { get }

  /// Calls `body` with the rows `rows` as float64, row-major, `rows.count` × `columnCount`.
  ///
  /// The pointer is the source's own memory where that has this form already, else `scratch`,
  /// and valid only inside the call.
  /// - Parameter scratch: room for `rows.count` × `columnCount` numbers.
  func withRows<Result>(
    _ rows: Range<Int>, scratch: UnsafeMutablePointer<Double>,
    _ body: (UnsafePointer<Double>) throws -> Result
  ) throws -> Result
}

extension RowSource {
  public var columnNumbers: [Int] { Array(1...columnCount) }
  public var columnNames: [String]? { nil }
  public var firstRowNumber: Int { 1 }

  /// A column as messages name it; `index` counts from 0 among the columns.
  public func column(_ index: Int) -> RowSourceError.Column {
    .init(number: columnNumbers[index], name: columnNames?[index])
  }

  /// The error for a value that is NaN or infinite, at a row and column counted from 0.
  public func notFinite(_ value: Double, row: Int, column: Int) -> RowSourceError {
    RowSourceError(
      .notFinite(value), path: name, row: firstRowNumber + row,
      column: self.column(column))
  }
}
