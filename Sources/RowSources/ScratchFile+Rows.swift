import Files

extension ScratchFile {
  /// Rows of `original` that have been written from `offset` on.
  package func rows(
    _ rows: Range<Int>, of original: DataFile, rowCount: Int, at offset: Int
  ) -> any RowSource {
    let columnCount = original.columnCount
    let array = StoredArray(
      descriptor: FloatType.float64.descriptor, shape: [rowCount, columnCount])
    return StreamedRows(
      file: file, name: original.name, rowCount: rowCount, columnNumbers: original.columnNumbers,
      columnNames: original.columnNames, firstRowNumber: original.firstRowNumber,
      elements: .float64, layout: array.layout(of: Array(0..<columnCount)),
      dataOffset: offset - rows.lowerBound * columnCount * 8)
  }
}
