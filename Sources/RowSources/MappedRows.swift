/// The rows of a binary file that is mapped into memory.
///
/// A native float64 file in C order of which all columns are wanted is used in place.
struct MappedRows: RowSource {
  let rowCount: Int
  let columnNumbers: [Int]

  private let file: MappedFile
  private let elements: BinaryElements
  private let layout: BinaryElements.Layout
  private let dataOffset: Int
  private let isUsableInPlace: Bool

  init(
    file: MappedFile, rowCount: Int, columnNumbers: [Int], elements: BinaryElements,
    layout: BinaryElements.Layout, dataOffset: Int
  ) {
    self.file = file
    self.rowCount = rowCount
    self.columnNumbers = columnNumbers
    self.elements = elements
    self.layout = layout
    self.dataOffset = dataOffset
    // The mapping begins at a page.
    isUsableInPlace =
      elements.areNative(in: layout) && dataOffset.isMultiple(of: MemoryLayout<Double>.alignment)
    if layout.columnStride == 1 { file.expectSequentialReading() }
  }

  var name: String { file.path }
  var columnCount: Int { layout.columnCount }

  func withRows<Result>(
    _ rows: Range<Int>, scratch: UnsafeMutablePointer<Double>,
    _ body: (UnsafePointer<Double>) throws -> Result
  ) throws -> Result {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= rowCount,
      "rows \(rows) of \(name), which has \(rowCount)")
    let data = file.bytes.baseAddress! + dataOffset
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
    elements.convert(rows, of: data, layout, into: scratch)
    try requireWhole(after: rows)
    return try body(scratch)
  }

  private func requireWhole(after rows: Range<Int>) throws {
    try file.requireWhole(includingEnd: rows.upperBound == rowCount)
  }
}
