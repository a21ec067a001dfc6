/// Cuts `rows` into pieces of `pieceBytes` of float64, or one row, and calls `body` with one after the
/// other and with memory for its numbers.
package func forEachPiece(
  of rows: Range<Int>, columnCount: Int, pieceBytes: Int = 32 << 20,
  _ body: (Range<Int>, UnsafeMutablePointer<Double>) throws -> Void
) throws {
  let pieceRows = min(max(1, pieceBytes / (8 * columnCount)), rows.count)
  let memory = UnsafeMutablePointer<Double>.allocate(capacity: pieceRows * columnCount)
  defer { memory.deallocate() }
  for start in stride(from: rows.lowerBound, to: rows.upperBound, by: max(pieceRows, 1)) {
    try body(start..<min(start + pieceRows, rows.upperBound), memory)
  }
}
