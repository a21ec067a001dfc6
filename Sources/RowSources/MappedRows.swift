/// The rows of a binary file that is mapped into memory.
///
/// A native float64 file in C order of which all columns are wanted is used in place, unless
/// numbers in it stand for missing cells.
struct MappedRows: RowSource {
  let table: Table
  private let file: MappedFile
  private let form: BinaryForm
  private let isUsableInPlace: Bool

  init(file: MappedFile, table: Table, form: BinaryForm) {
    (self.file, self.table, self.form) = (file, table, form)
    // The mapping begins at a page.
    isUsableInPlace =
      form.isNative && form.missing.isEmpty
      && form.dataOffset.isMultiple(of: MemoryLayout<Double>.alignment)
    if form.isByRow { file.expectSequentialReading() }
  }

  func withRows<Result>(
    _ rows: Range<Int>, scratch: UnsafeMutablePointer<Double>,
    _ body: (UnsafePointer<Double>) throws -> Result
  ) throws -> Result {
    requireRows(rows)
    let data = file.bytes.baseAddress! + form.dataOffset
    guard !isUsableInPlace else {
      let numbers = data.assumingMemoryBound(to: Double.self) + rows.lowerBound * columnCount
      do {
        let result = try withExtendedLifetime(file) { try body(numbers) }
        try requireWhole(after: rows)
        return result
      } catch {
        // Before whatever `body` says of rows that are lost.
        try requireWhole(after: rows)
        throw error
      }
    }
    form.elements.convert(rows, of: data, form.layout, into: scratch)
    form.markMissing(in: scratch, count: rows.count)
    try requireWhole(after: rows)
    return try body(scratch)
  }

  private func requireWhole(after rows: Range<Int>) throws {
    try file.requireWhole(includingEnd: rows.upperBound == rowCount)
  }
}
