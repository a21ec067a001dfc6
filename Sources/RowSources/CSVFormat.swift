/// How a text file writes its table, and which of its columns are chosen.
struct CSVFormat: Sendable {
  /// The byte between fields; a space stands for any run of spaces and tabs.
  let delimiter: UInt8
  /// What the first row calls the fields; nil if it is data.
  let fieldNames: [String]?
  /// The number of fields of a row.
  let fieldCount: Int
  /// The chosen columns, counted from 0.
  let columns: [Int]
  /// Per field of a row, the place of its number in the output; -1: not chosen.
  let slots: [Int]
  /// Where the rows of data begin, in bytes from the start of the text.
  let dataOffset: Int
  /// How long the rows may be.
  let limits: TextLimits

  /// Judges by the first rows.
  ///
  /// - Parameter text: the file up to the end of its last row, or at least beyond the end of a row
  ///   that is not among its first `CSVDialect.judgedBytes`.
  /// - Throws: `RowSourceError` if there are no rows, or not the chosen columns.
  init(of text: UnsafeBufferPointer<UInt8>, _ options: ReadOptions, path: String) throws {
    try requireText(text, path: path)
    let limits = TextLimits(memory: options.memory)
    if separatesRowsByReturnsOnly(UnsafeBufferPointer(rebasing: text.prefix(limits.rowBytes))) {
      throw RowSourceError(.returnsOnly, path: path)
    }
    let start = text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    guard start < text.count else { throw RowSourceError(.noRows, path: path) }
    let rows = UnsafeBufferPointer(rebasing: text[start...])
    try limits.requireRowEnd(rows, row: 1, path: path)
    // As far as the dialect looks, and a row that it looks at goes.
    let judged = UnsafeBufferPointer(
      rebasing: rows.prefix(CSVDialect.judgedBytes + 2 * limits.rowBytes))
    guard let dialect = CSVDialect(of: judged, options, mostFields: limits.fieldCount) else {
      throw RowSourceError(.manyFields(limit: limits.fieldCount), path: path, row: 1)
    }
    if dialect.hasHeader, let (column, problem) = dialect.quoteFault {
      throw RowSourceError(problem, path: path, row: 1, column: .init(number: column + 1))
    }
    let names = dialect.hasHeader ? dialect.firstRow : nil
    if let long = names?.firstIndex(where: { $0.utf8.count > TextLimits.fieldBytes }) {
      throw RowSourceError(.longName, path: path, row: 1, column: .init(number: long + 1))
    }
    let fieldCount = dialect.firstRow.count
    let columns = try options.chosenColumns(names: names, count: fieldCount, path: path)
    dataOffset = start + dialect.dataOffset
    guard dataOffset < text.count else { throw RowSourceError(.noRows, path: path) }
    delimiter = dialect.delimiter
    fieldNames = names
    self.fieldCount = fieldCount
    self.columns = columns
    self.limits = limits
    var slots = [Int](repeating: -1, count: fieldCount)
    for (slot, column) in columns.enumerated() { slots[column] = slot }
    self.slots = slots
  }

  /// The most rows that so many bytes can hold: each has, per field, a byte that ends it, and at
  /// least one of the number if it is chosen. The last row may end with the text.
  func mostRows(inBytes count: Int) -> Int { (count + 1) / (fieldCount + columns.count) }

  /// A fault with its place as an editor shows it, the number of the line.
  func error(_ fault: CSVFault, line: Int, path: String) -> RowSourceError {
    RowSourceError(
      fault.problem, path: path, row: line,
      column: fault.column.map { column in
        let names = fieldNames ?? []
        return .init(
          number: column + 1, name: names.indices.contains(column) ? names[column] : nil)
      })
  }
}

/// - Throws: `RowSourceError` if the beginning of a text, as a file has it or as it was unpacked, is
///   that of something else.
private func requireText(_ text: UnsafeBufferPointer<UInt8>, path: String) throws {
  switch FileKind(text) {
  case .wideText(let encoding): throw RowSourceError(.notUTF8(encoding), path: path)
  case .foreign(let format): throw RowSourceError(.foreign(format), path: path)
  case .npy: throw RowSourceError(.packed("a .npy file"), path: path)
  case .hdf5: throw RowSourceError(.packed("an HDF5 file"), path: path)
  case .gzip: throw RowSourceError(.packed("gzip'ed again"), path: path)
  case .text: break
  case .unknown:
    if text.prefix(1024).contains(0) { throw RowSourceError(.notText, path: path) }
  }
}

/// Whether a text has carriage returns between its rows and not one newline, as old Macs wrote: taken
/// for white space, they would make all rows one.
private func separatesRowsByReturnsOnly(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
  guard !text.contains(.newline), let first = text.firstIndex(of: .carriageReturn) else {
    return false
  }
  return text[first...].contains { !$0.isWhiteSpace }
}
