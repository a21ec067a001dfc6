import Files

/// The rows of a binary file, read whenever they are asked for and not kept: a file may be larger
/// than the memory.
///
/// Threads read their blocks themselves, each into memory of its own. The system reads ahead of them
/// while they compute, and keeps of the file what it has room for: measured, this is at least as fast
/// as to tell it piece by piece what comes next, and what it keeps is its to drop.
struct StreamedRows: RowSource {
  let table: Table
  private let file: InputFile
  private let form: BinaryForm
  private var elements: BinaryElements { form.elements }
  private var layout: BinaryElements.Layout { form.layout }

  init(file: InputFile, table: Table, form: BinaryForm) {
    (self.file, self.table, self.form) = (file, table, form)
    if form.isByRow { file.expectSequentialReading() }
  }

  func withRows<Result>(
    _ rows: Range<Int>, scratch: UnsafeMutablePointer<Double>,
    _ body: (UnsafePointer<Double>) throws -> Result
  ) throws -> Result {
    requireRows(rows)
    if !form.isByRow {
      try readByColumn(rows, into: scratch)
    } else if form.isNative {
      try read(rows, into: UnsafeMutableRawPointer(scratch))
    } else {
      try withBytes(rows.count * layout.rowStride * elements.byteCount) { bytes in
        try read(rows, into: bytes)
        elements.convert(0..<rows.count, of: bytes, layout, into: scratch)
      }
    }
    form.markMissing(in: scratch, count: rows.count)
    return try body(scratch)
  }

  /// Reads whole rows of a file in C order, as they are.
  private func read(_ rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    let rowBytes = layout.rowStride * elements.byteCount
    try file.fill(
      UnsafeMutableRawBufferPointer(start: bytes, count: rows.count * rowBytes),
      at: form.dataOffset + rows.lowerBound * rowBytes)
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
          at: form.dataOffset + first * elements.byteCount)
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
