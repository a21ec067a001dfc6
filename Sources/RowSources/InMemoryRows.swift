/// Rows held in memory: a whole shard, or the part of it that one process needs.
public struct InMemoryRows: RowSource {
  /// Of the shard, whose rows may not all be held.
  public let table: Table
  /// The first row held, counted from 0 in the shard.
  public let firstRow: Int
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
  ///   - rowCount: the number of rows of the shard; nil: it ends with `values`.
  public init(
    name: String, columnCount: Int, values: [Double], held: Range<Int>? = nil, firstRow: Int = 0,
    rowCount: Int? = nil
  ) {
    let held = held ?? values.indices
    precondition(
      columnCount > 0 && held.count.isMultiple(of: columnCount) && held.upperBound <= values.count,
      "\(held) of \(values.count) values in rows of \(columnCount)")
    self.init(
      Table(
        name: name, rowCount: rowCount ?? firstRow + held.count / columnCount,
        columnNumbers: Array(1...columnCount)),
      values: values, held: held, firstRow: firstRow)
  }

  /// Some rows of a table, none by default.
  package init(
    _ table: Table, values: [Double] = [], held: Range<Int>? = nil, firstRow: Int = 0
  ) {
    (self.table, self.firstRow, numbers) = (table, firstRow, values)
    self.held = held ?? values.indices
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
    return InMemoryRows(table, values: values, firstRow: rows.lowerBound)
  }
}
