/// What is known of the rows and columns of a file before any is read, and how messages call them.
public struct Table: Sendable, Equatable {
  /// The file, and what is read of it, as given.
  public let name: String
  /// The number of rows; 0 of text whose rows have not been found yet.
  public internal(set) var rowCount: Int
  /// The numbers of the chosen columns in the file, from 1: not 1, 2, 3, ... if columns were chosen.
  public let columnNumbers: [Int]
  /// What the file calls the columns; nil if it has no names.
  public var columnNames: [String]? = nil
  /// What messages call the first row: 1, or 2 below a line of column names, as an editor does.
  public var firstRowNumber = 1
}

extension Table {
  /// Of rows in memory, or in a file of the program's own.
  package init(name: String, rowCount: Int, columnCount: Int) {
    self.init(name: name, rowCount: rowCount, columnNumbers: Array(1...columnCount))
  }
}

/// What has rows and columns.
public protocol Tabular: Sendable {
  var table: Table { get }
}

extension Tabular {
  public var name: String { table.name }
  public var rowCount: Int { table.rowCount }
  /// The number of chosen columns.
  public var columnCount: Int { table.columnNumbers.count }
  public var columnNumbers: [Int] { table.columnNumbers }
  public var columnNames: [String]? { table.columnNames }
  public var firstRowNumber: Int { table.firstRowNumber }

  /// A column as messages name it; `index` counts from 0 among the columns.
  public func column(_ index: Int) -> RowSourceError.Column {
    .init(number: columnNumbers[index], name: columnNames?[index])
  }

  /// The error for a value that cannot be used, at a row and column counted from 0.
  public func error(_ problem: RowSourceError.Problem, row: Int, column: Int) -> RowSourceError {
    RowSourceError(
      problem, path: name, row: firstRowNumber + row, column: self.column(column))
  }

  /// The error for a value that is NaN or infinite, at a row and column counted from 0.
  public func notFinite(_ value: Double, row: Int, column: Int) -> RowSourceError {
    error(.notFinite(value), row: row, column: column)
  }

  /// A caller that asks for other rows than there are has a bug.
  func requireRows(_ rows: Range<Int>) {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= rowCount,
      "rows \(rows) of \(name), which has \(rowCount)")
  }
}
