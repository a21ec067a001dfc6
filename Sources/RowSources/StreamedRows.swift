import Files

/// The rows of a binary file, read whenever they are asked for and not kept: a file may be larger
/// than the memory.
///
/// Threads read their blocks themselves, each into memory of its own. The system reads ahead of them
/// while they compute, and keeps of the file what it has room for: measured, this is at least as fast
/// as to tell it piece by piece what comes next, and what it keeps is its to drop.
struct StreamedRows: RowSource {
  let name: String
  let rowCount: Int
  let columnNumbers: [Int]
  let columnNames: [String]?
  let firstRowNumber: Int

  private let file: InputFile
  private let elements: BinaryElements
  private let layout: BinaryElements.Layout
  private let dataOffset: Int

  /// - Parameters:
  ///   - name: the file as messages know it; nil: by its path.
  ///   - dataOffset: where row 0 begins in the file, or would begin if it held that row.
  init(
    file: InputFile, name: String? = nil, rowCount: Int, columnNumbers: [Int],
    columnNames: [String]? = nil, firstRowNumber: Int = 1, elements: BinaryElements,
    layout: BinaryElements.Layout, dataOffset: Int
  ) {
    self.file = file
    self.name = name ?? file.path
    self.rowCount = rowCount
    self.columnNumbers = columnNumbers
    self.columnNames = columnNames
    self.firstRowNumber = firstRowNumber
    self.elements = elements
    self.layout = layout
    self.dataOffset = dataOffset
    if layout.columnStride == 1 { file.expectSequentialReading() }
  }

  var columnCount: Int { layout.columnCount }

  func withRows<Result>(
    _ rows: Range<Int>, scratch: UnsafeMutablePointer<Double>,
    _ body: (UnsafePointer<Double>) throws -> Result
  ) throws -> Result {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= rowCount,
      "rows \(rows) of \(name), which has \(rowCount)")
    if layout.columnStride != 1 {
      try readByColumn(rows, into: scratch)
    } else if elements.areNative(in: layout) {
      try read(rows, into: UnsafeMutableRawPointer(scratch))
    } else {
      try withBytes(rows.count * layout.rowStride * elements.byteCount) { bytes in
        try read(rows, into: bytes)
        elements.convert(0..<rows.count, of: bytes, layout, into: scratch)
      }
    }
    return try body(scratch)
  }

  /// Reads whole rows of a file in C order, as they are.
  private func read(_ rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    let rowBytes = layout.rowStride * elements.byteCount
    try file.fill(
      UnsafeMutableRawBufferPointer(start: bytes, count: rows.count * rowBytes),
      at: dataOffset + rows.lowerBound * rowBytes)
  }

  /// Reads the chosen columns of a file in Fortran order: a piece of each.
  private func readByColumn(
    _ rows: Range<Int>, into scratch: UnsafeMutablePointer<Double>
  ) throws {
    let columns = layout.columns ?? Array(0..<columnCount)
    let size = rows.count * elements.byteCount
    try withBytes(columns.count * size) { bytes in
      for (place, column) in columns.enumerated() {
        let first = column * layout.columnStride + rows.lowerBound * layout.rowStride
        try file.fill(
          UnsafeMutableRawBufferPointer(start: bytes + place * size, count: size),
          at: dataOffset + first * elements.byteCount)
      }
      elements.convert(
        0..<rows.count, of: bytes,
        BinaryElements.Layout(
          rowStride: 1, columnStride: rows.count, columns: Array(columns.indices),
          columnCount: columns.count),
        into: scratch)
    }
  }

  private func withBytes(
    _ count: Int, _ body: (UnsafeMutableRawPointer) throws -> Void
  ) rethrows {
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 16)
    defer { bytes.deallocate() }
    try body(bytes)
  }
}
