/// Rows held in memory: a whole shard, or the part of it that one process needs.
public struct InMemoryRows: RowSource {
  public let name: String
  /// The number of rows of the shard, held or not.
  public let rowCount: Int
  public let columnCount: Int
  public let columnNumbers: [Int]
  public let columnNames: [String]?
  /// The first row held, counted from 0 in the shard.
  public let firstRow: Int
  public let firstRowNumber: Int
  /// Numbers, row-major, among which the rows held are: an array of the caller's, or one of their
  /// own.
  private let numbers: [Double]
  /// Where they are in it.
  private let held: Range<Int>
  /// The rows held, row-major.
  public var values: [Double] { held == numbers.indices ? numbers : Array(numbers[held]) }

  /// - Parameters:
  ///   - values: `n` × `columnCount` numbers, row-major: rows `firstRow` to `firstRow + n - 1`.
  ///   - held: the part of `values` that these are; nil: all. The array is shared, not copied.
  ///   - columnNumbers: the columns' numbers in the file, from 1; nil: 1, 2, 3, ...
  ///   - columnNames: what the file calls the columns; nil if it has no names.
  ///   - rowCount: the number of rows of the shard; nil: it ends with `values`.
  ///   - firstRowNumber: what messages call the first row of the shard.
  public init(
    name: String, columnCount: Int, columnNumbers: [Int]? = nil, columnNames: [String]? = nil,
    values: [Double], held: Range<Int>? = nil, firstRow: Int = 0, rowCount: Int? = nil,
    firstRowNumber: Int = 1
  ) {
    let held = held ?? values.indices
    precondition(
      columnCount > 0 && held.count.isMultiple(of: columnCount) && held.upperBound <= values.count,
      "\(held) of \(values.count) values in rows of \(columnCount)")
    self.name = name
    self.columnCount = columnCount
    self.columnNumbers = columnNumbers ?? Array(1...columnCount)
    self.columnNames = columnNames
    numbers = values
    self.held = held
    self.firstRow = firstRow
    self.firstRowNumber = firstRowNumber
    self.rowCount = rowCount ?? firstRow + held.count / columnCount
  }

  public func withRows<Result>(
    _ rows: Range<Int>, scratch: UnsafeMutablePointer<Double>,
    _ body: (UnsafePointer<Double>) throws -> Result
  ) throws -> Result {
    let start = (rows.lowerBound - firstRow) * columnCount
    precondition(
      start >= 0 && start + rows.count * columnCount <= held.count,
      "rows \(rows) of \(name), of which \(held.count / columnCount) from \(firstRow) are held")
    return try numbers.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return try body(scratch) }
      return try body(base + held.lowerBound + start)
    }
  }
}

extension RowSource {
  /// The rows `rows`, read and held in memory.
  func held(_ rows: Range<Int>) throws -> InMemoryRows {
    let values = try [Double](unsafeUninitializedCapacity: rows.count * columnCount) {
      buffer, count in
      try forEachPiece(of: rows, columnCount: columnCount) { piece, memory in
        try withRows(piece, scratch: memory) { values in
          let place = buffer.baseAddress! + (piece.lowerBound - rows.lowerBound) * columnCount
          place.initialize(from: values, count: piece.count * columnCount)
        }
      }
      count = rows.count * columnCount
    }
    return InMemoryRows(
      name: name, columnCount: columnCount, columnNumbers: columnNumbers, columnNames: columnNames,
      values: values, firstRow: rows.lowerBound, rowCount: rowCount,
      firstRowNumber: firstRowNumber)
  }
}
