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
  /// The line that an editor shows for the first row of data.
  let firstRowNumber: Int
  /// The numbers, with a decimal point or comma.
  let numbers: DecimalNumbers
  /// How missing cells are written; nil if there may be none.
  let missing: MissingMarks?
  /// Of the chosen columns, if some are categories; nil: all are numbers.
  var coding: [ColumnCoding]?
  /// Columns that look as if they were no measurements.
  let suspects: SuspectColumns?
  /// Whether the names are in a line of comment.
  let hasNamesInComment: Bool
  /// Whether all fields of the first row of data are numbers, or stand for missing cells.
  let beginsWithNumbers: Bool

  /// Judges by the first rows.
  ///
  /// - Parameter text: the file up to the end of its last row, or at least beyond the end of a row
  ///   that is not among its first `CSVDialect.judgedBytes`, or of a row within `limits`.
  /// - Throws: `RowSourceError` if there are no rows, or not the chosen columns.
  init(
    of text: UnsafeBufferPointer<UInt8>, _ options: ReadOptions, _ limits: TextLimits, path: String
  ) throws {
    try requireText(text, path: path)
    if separatesRowsByReturnsOnly(UnsafeBufferPointer(rebasing: text.prefix(limits.rowBytes))) {
      throw RowSourceError(.returnsOnly, path: path)
    }
    let start = text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    guard start < text.count else { throw RowSourceError(.noRows, path: path) }
    let rows = UnsafeBufferPointer(rebasing: text[start...])
    try limits.requireRowEnds(rows, path: path)
    guard let dialect = CSVDialect(of: rows, options, mostFields: limits.fieldCount) else {
      throw RowSourceError(.manyFields(limit: limits.fieldCount), path: path, row: 1)
    }
    if dialect.hasHeader, let (column, problem) = dialect.quoteFault {
      let line = CSVFormat.line(at: start + dialect.tableOffset, of: text)
      throw RowSourceError(problem, path: path, row: line, column: .init(number: column + 1))
    }
    let names = dialect.hasHeader ? dialect.firstRow : nil
    if let long = names?.firstIndex(where: { $0.utf8.count > TextLimits.fieldBytes }) {
      throw RowSourceError(.longName, path: path, row: 1, column: .init(number: long + 1))
    }
    let fieldCount = dialect.firstRow.count
    let columns = try options.chosenColumns(names: names, count: fieldCount, path: path)
    dataOffset = start + dialect.dataOffset
    guard dataOffset < text.count else { throw RowSourceError(.noRows, path: path) }
    firstRowNumber = CSVFormat.line(at: dataOffset, of: text)
    numbers = DecimalNumbers.shared(decimalComma: options.decimalComma)
    missing = options.missing.marks(decimalComma: options.decimalComma)
    suspects = dialect.suspects
    hasNamesInComment = dialect.hasNamesInComment
    beginsWithNumbers = dialect.beginsWithNumbers
    delimiter = dialect.delimiter
    fieldNames = names
    self.fieldCount = fieldCount
    self.columns = columns
    coding = nil
    self.limits = limits
    var slots = [Int](repeating: -1, count: fieldCount)
    for (slot, column) in columns.enumerated() { slots[column] = slot }
    self.slots = slots
  }

  /// Whether a line of tabs alone is blank; else it is a row of missing cells.
  var tabsAreBlank: Bool { delimiter != .tab || missing == nil }

  /// The number, from 1, of the line that begins at `offset`.
  private static func line(at offset: Int, of text: UnsafeBufferPointer<UInt8>) -> Int {
    1 + occurrences(of: .newline, in: UnsafeBufferPointer(rebasing: text[..<offset]))
  }

  /// The most rows that so many bytes can hold: each has, per field, a byte that ends it, and at
  /// least one of the number if it is chosen and not missing. The last row may end with the text.
  func mostRows(inBytes count: Int) -> Int {
    (count + 1) / (fieldCount + (missing == nil ? columns.count : 0))
  }

  /// What one reader looks categories up in; nil if there are none.
  func fieldCodes() -> FieldCodes? {
    coding.map { FieldCodes($0, numbers: numbers, missing: missing) }
  }

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
    // Names may hold any characters, and one that is repeated without end is a long row.
    let start = text.prefix(1024)
    let controls = start.filter { $0 < 0x20 && !$0.isWhiteSpace }
    if 4 * controls.count > start.count && Set(controls).count >= 4 {
      throw RowSourceError(.notText, path: path)
    }
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
