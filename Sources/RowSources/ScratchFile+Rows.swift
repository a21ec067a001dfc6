import Files

extension ScratchFile {
  /// Rows of a table that have been written from `offset` on.
  package func rows(_ rows: Range<Int>, of table: Table, at offset: Int) -> any RowSource {
    let columnCount = table.columnNumbers.count
    let array = StoredArray(
      descriptor: FloatType.float64.descriptor, shape: [table.rowCount, columnCount])
    let form = BinaryForm(
      elements: .float64, layout: array.layout(of: Array(0..<columnCount)),
      dataOffset: offset - rows.lowerBound * columnCount * 8)
    return StreamedRows(file: file, table: table, form: form)
  }
}
