/// How a text file writes its rows, judged from its first ones.
struct CSVDialect: Sendable {
  typealias Bytes = UnsafePointer<UInt8>
  typealias Field = UnsafeBufferPointer<UInt8>

  /// The byte between fields; a space stands for any run of spaces and tabs.
  let delimiter: UInt8
  /// Whether the file has names: in its first row, or in the last line of comments before it.
  let hasHeader: Bool
  /// Whether the names are in a line of comment.
  let hasNamesInComment: Bool
  /// The names, or else the fields of the first row, without their quotes.
  let firstRow: [String]
  /// Where the row of names or else the data begin, in bytes from the start of `text`.
  let tableOffset: Int
  /// Where the data begin.
  let dataOffset: Int
  /// The first column, from 0, whose field in the row of names has its quotes wrong, and how.
  let quoteFault: (column: Int, problem: RowSourceError.Problem)?
  /// Whether all fields of the first row of data are numbers, or stand for missing cells.
  let beginsWithNumbers: Bool
  /// The columns that look like none; nil if all look like measurements, or the user has chosen.
  let suspects: SuspectColumns?

  /// - Parameters:
  ///   - text: the file after any byte order mark.
  ///   - mostFields: nil is returned if the first row has more.
  init?(of text: UnsafeBufferPointer<UInt8>, _ options: ReadOptions, mostFields: Int) {
    let comments =
      options.delimiter == UInt8(ascii: "#") ? nil : CSVComments(of: text)
    let start = text.baseAddress! + (comments?.end ?? 0)
    let end = text.baseAddress! + text.count
    let cells = Cells(options)
    delimiter =
      options.delimiter
      ?? CSVDialect.likeliestDelimiter(start, end, decimalComma: options.decimalComma)
    guard let row = FirstRow(start, end, delimiter, mostFields: mostFields) else { return nil }
    var names = row.fields.map(CSVDialect.name)
    var dataStart = start
    var fault: (column: Int, problem: RowSourceError.Problem)?
    if let commented = comments?.last.flatMap({ CSVDialect.names(in: $0, row, options, cells) }) {
      (names, hasHeader) = (commented, true)
    } else {
      hasHeader =
        options.header
        ?? CSVDialect.isHeader(row.fields, names, options, cells)
      if hasHeader { (dataStart, fault) = (row.end, row.quoteFault) }
    }
    hasNamesInComment = hasHeader && dataStart == start
    let data = CSVDialect.firstFields(
      dataStart, end, delimiter, before: start + CSVDialect.judgedBytes)
    if hasHeader && !hasNamesInComment && CSVDialect.namesAllButRows(names, data) {
      names.insert("", at: 0)
    }
    suspects =
      options.columns == nil && options.order == nil
      ? SuspectColumns(
        names: hasHeader ? names : nil, columnCount: names.count,
        firstFields: data.map { CSVDialect.name(unquoted($0.first)) })
      : nil
    beginsWithNumbers =
      dataStart < end
      && FirstRow(dataStart, end, delimiter, mostFields: mostFields)?.fields
        .allSatisfy(cells.mayBe) == true
    (firstRow, quoteFault) = (names, fault)
    (tableOffset, dataOffset) = (start - text.baseAddress!, dataStart - text.baseAddress!)
  }

  /// No more bytes than this, and the rest of a row, are looked at.
  static let judgedBytes = 1 << 16

  /// The delimiter that cuts most of the first rows into as many fields, at least two, as the very
  /// first; a comma if none does. Tab and semicolon come before the comma, which may be a decimal
  /// one, and all before the space, which is common within text and must fit most rows.
  private static func likeliestDelimiter(
    _ start: Bytes, _ end: Bytes, decimalComma: Bool
  ) -> UInt8 {
    let comma = UInt8(ascii: ",")
    let semicolon = UInt8(ascii: ";")
    let candidates: [UInt8] = [.tab, semicolon] + (decimalComma ? [] : [comma]) + [.space]
    var best: (delimiter: UInt8, rows: Int) = (decimalComma ? semicolon : comma, 0)
    for delimiter in candidates {
      let counts = firstFields(start, end, delimiter, before: start + judgedBytes).map(\.count)
      guard let first = counts.first, first > 1 else { continue }
      // Names of all columns but that of the rows' own names.
      let lacksOne = counts.count > 1 && counts.dropFirst().allSatisfy { $0 == first + 1 }
      let rows = lacksOne ? counts.count : counts.count { $0 == first }
      if delimiter == .space && 2 * rows < counts.count { continue }
      if rows > best.rows { best = (delimiter, rows) }
    }
    return best.delimiter
  }

  /// The first field and the number of fields of each of the first rows: 20, or fewer if they are
  /// long: those that begin before `limit`.
  private static func firstFields(
    _ start: Bytes, _ end: Bytes, _ delimiter: UInt8, before limit: Bytes
  ) -> [(first: Field, count: Int)] {
    var rows: [(first: Field, count: Int)] = []
    var cursor = CSVFields(start, end, delimiter: delimiter)
    while cursor.position < min(end, limit) && rows.count < 20 {
      var row = (first: cursor.next(), count: 1)
      while !cursor.isAtRowEnd {
        _ = cursor.next()
        row.count += 1
      }
      rows.append(row)
    }
    return rows
  }

  /// Whether all rows have one field more than there are names, and begin with a quoted one or with
  /// the number of the row: R's write.table writes the names of rows, but no name for these.
  private static func namesAllButRows(
    _ names: [String], _ rows: [(first: Field, count: Int)]
  ) -> Bool {
    guard let first = rows.first, rows.allSatisfy({ $0.count == names.count + 1 }) else {
      return false
    }
    if rows.allSatisfy({ $0.first.first == .quote }) { return true }
    guard let start = Int(name(first.first)), start == 0 || start == 1 else { return false }
    return rows.enumerated().allSatisfy { name($1.first) == "\(start + $0)" }
  }

  /// The names in a line of comment, if it has as many fields as the first row, not all of them
  /// numbers, and the first row is data by these names.
  private static func names(
    in comment: Field, _ row: FirstRow, _ options: ReadOptions, _ cells: Cells
  ) -> [String]? {
    guard options.header != false, let base = comment.baseAddress, !comment.isEmpty else {
      return nil
    }
    let count = row.fields.count
    let line = FirstRow(base, base + comment.count, row.delimiter, mostFields: count)
    guard let fields = line?.fields, fields.count == count,
      !fields.allSatisfy(cells.mayBe)
    else { return nil }
    let names = fields.map(name)
    // Columns that are not among the names are an error if the first row is data throughout.
    let chosen = try? options.chosenColumns(names: names, count: count, path: "")
    let labels = options.labels.flatMap { label in names.firstIndex(of: label) ?? place(label) }
    let isData = (chosen ?? Array(0..<count)).allSatisfy {
      $0 == labels || cells.mayBe(row.fields[$0])
    }
    return isData ? names : nil
  }

  /// The place, from 0, of a column that is called by its number.
  private static func place(_ column: String) -> Int? { Int(column).map { $0 - 1 } }

  /// Whether a chosen field of the first row, that of labels apart, is no number, or a column is chosen by
  /// name.
  private static func isHeader(
    _ fields: [Field], _ names: [String], _ options: ReadOptions, _ cells: Cells
  ) -> Bool {
    let labels = options.labels.map(place)
    if labels == .some(nil) { return true }
    var chosen: [Field] = []
    if options.columns == nil {
      chosen = fields.indices.filter { $0 != labels }.map { fields[$0] }
    }
    for column in options.columns ?? [] {
      guard let number = Int(column) else { return true }
      if number - 1 == labels { continue }
      if (1...fields.count).contains(number) {
        chosen.append(fields[number - 1])
      } else if names.contains(column) || !fields.allSatisfy(cells.mayBe) {
        // No column, unless by that name: the error is to list the names.
        return true
      }
    }
    // A column may have no name, as an index of rows, or no first value: the others tell.
    return !(chosen.allSatisfy(\.isEmpty) ? fields : chosen).allSatisfy(cells.mayBe)
  }

  /// What fields of data may be.
  private struct Cells {
    let numbers: DecimalNumbers
    let missing: MissingMarks?

    init(_ options: ReadOptions) {
      numbers = .shared(decimalComma: options.decimalComma)
      missing = options.missing.marks(decimalComma: options.decimalComma)
    }

    /// Whether a field is a number, finite or not, or stands for a missing cell: a row of data that
    /// has a `nan` or `NA` where none may be must become an error, not a header that is silently
    /// skipped.
    func mayBe(_ field: Field) -> Bool {
      if let missing, missing.contains(field) { return true }
      guard var position = field.baseAddress, !field.isEmpty else { return false }
      let end = position + field.count
      if numbers.read(&position, end) != nil { return position == end }
      return isMissingWord(field) || nonFiniteValue(of: field) != nil
    }
  }

  private static func name(_ field: Field) -> String {
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

/// The fields of a row without their quotes, and what is wrong with those.
private struct FirstRow {
  let delimiter: UInt8
  let fields: [CSVDialect.Field]
  let quoteFault: (column: Int, problem: RowSourceError.Problem)?
  /// Where the next row begins.
  let end: CSVDialect.Bytes

  /// - Returns: nil for a row of more than `mostFields`.
  init?(
    _ start: CSVDialect.Bytes, _ end: CSVDialect.Bytes, _ delimiter: UInt8, mostFields: Int
  ) {
    var cursor = CSVFields(start, end, delimiter: delimiter)
    var fields: [CSVDialect.Field] = []
    var fault: (column: Int, problem: RowSourceError.Problem)?
    repeat {
      let field = cursor.next()
      if cursor.hasOpenQuote { fault = fault ?? (fields.count, .openQuote) }
      if fields.count == mostFields { return nil }
      if hasStrayQuote(field) { fault = fault ?? (fields.count, .strayQuote) }
      fields.append(unquoted(field))
    } while !cursor.isAtRowEnd
    (self.delimiter, self.fields, quoteFault, self.end) = (
      delimiter, fields, fault, cursor.position
    )
  }
}
