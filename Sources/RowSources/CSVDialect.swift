/// How a text file writes its rows, judged from its first ones.
struct CSVDialect: Sendable {
  typealias Bytes = UnsafePointer<UInt8>

  /// The byte between fields; a space stands for any run of spaces and tabs.
  let delimiter: UInt8
  /// Whether the first row holds names.
  let hasHeader: Bool
  /// The fields of the first row, without their quotes.
  let firstRow: [String]
  /// Where the data begin, in bytes from the start of `text`.
  let dataOffset: Int
  /// The first column, from 0, whose field in the first row has its quotes wrong, and how.
  let quoteFault: (column: Int, problem: RowSourceError.Problem)?

  /// - Parameters:
  ///   - text: the file after any byte order mark.
  ///   - mostFields: nil is returned if the first row has more.
  init?(of text: UnsafeBufferPointer<UInt8>, _ options: ReadOptions, mostFields: Int) {
    let start = text.baseAddress!
    let end = start + text.count
    let delimiter = options.delimiter ?? CSVDialect.likeliestDelimiter(start, end)
    var cursor = CSVFields(start, end, delimiter: delimiter)
    var fields: [UnsafeBufferPointer<UInt8>] = []
    var fault: (column: Int, problem: RowSourceError.Problem)?
    repeat {
      let field = cursor.next()
      if cursor.hasOpenQuote { fault = fault ?? (fields.count, .openQuote) }
      if fields.count == mostFields { return nil }
      if hasStrayQuote(field) { fault = fault ?? (fields.count, .strayQuote) }
      fields.append(unquoted(field))
    } while !cursor.isAtRowEnd
    quoteFault = fault
    let names = fields.map(CSVDialect.name)
    self.delimiter = delimiter
    firstRow = names
    hasHeader = options.header ?? CSVDialect.isHeader(fields, names, columns: options.columns)
    dataOffset = hasHeader ? cursor.position - start : 0
  }

  /// No more bytes than this, and the rest of a row, are looked at.
  static let judgedBytes = 1 << 16

  /// The delimiter that cuts most of the first rows into as many fields, at least two, as the very
  /// first; a comma if none does. Tab and semicolon come before the comma, which may be a decimal
  /// one, and all before the space, which is common within text and must fit most rows.
  private static func likeliestDelimiter(_ start: Bytes, _ end: Bytes) -> UInt8 {
    var best: (delimiter: UInt8, rows: Int) = (UInt8(ascii: ","), 0)
    for delimiter: UInt8 in [.tab, UInt8(ascii: ";"), UInt8(ascii: ","), .space] {
      let counts = fieldCounts(start, end, delimiter)
      guard counts[0] > 1 else { continue }
      let rows = counts.count { $0 == counts[0] }
      if delimiter == .space && 2 * rows < counts.count { continue }
      if rows > best.rows { best = (delimiter, rows) }
    }
    return best.delimiter
  }

  /// The number of fields of each of the first rows: 20, or fewer if they are long.
  private static func fieldCounts(_ start: Bytes, _ end: Bytes, _ delimiter: UInt8) -> [Int] {
    var counts: [Int] = []
    var cursor = CSVFields(start, end, delimiter: delimiter)
    repeat {
      var count = 0
      repeat {
        _ = cursor.next()
        count += 1
      } while !cursor.isAtRowEnd
      counts.append(count)
    } while cursor.position < end && counts.count < 20 && cursor.position - start < judgedBytes
    return counts
  }

  /// Whether a chosen field of the first row is no number, or a column is chosen by name.
  private static func isHeader(
    _ fields: [UnsafeBufferPointer<UInt8>], _ names: [String], columns: [String]?
  ) -> Bool {
    guard let columns else { return !fields.allSatisfy(isNumber) }
    return columns.contains { column in
      guard let number = Int(column) else { return true }
      if (1...fields.count).contains(number) { return !isNumber(fields[number - 1]) }
      // No column, unless by that name: the error is to list the names.
      return names.contains(column) || !fields.allSatisfy(isNumber)
    }
  }

  /// Whether a field is a number, finite or not: a row of data that has a `nan` must become an
  /// error, not a header that is silently skipped.
  private static func isNumber(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
    guard var position = field.baseAddress, !field.isEmpty else { return false }
    let end = position + field.count
    if DecimalNumbers.shared.read(&position, end) != nil { return position == end }
    return nonFiniteValue(of: field) != nil
  }

  private static func name(_ field: UnsafeBufferPointer<UInt8>) -> String {
    var bytes: [UInt8] = []
    var wasQuote = false
    // A name that is too long is refused, and not to be held whole.
    for byte in field where bytes.count <= TextLimits.fieldBytes {
      // The second of two quotes.
      wasQuote = byte == .quote && !wasQuote
      if byte != .quote || wasQuote { bytes.append(byte) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
