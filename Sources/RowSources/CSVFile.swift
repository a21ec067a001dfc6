import Words

/// A text file of numbers, compressed by gzip or not.
///
/// Every process that opens the file knows its format. Where its rows are is known once all parts
/// have been scanned - by different ranks and threads, in any order; then every rank parses the
/// rows it owns and no others.
public struct CSVFile: DataFile {
  public private(set) var table: Table
  private var format: CSVFormat
  private let text: CSVText
  /// Where the rows are; nil until they are found.
  private var index: CSVIndex?
  private let partBytes: Int

  /// So much of a text stays in a processor's cache while it is parsed.
  private static let windowBytes = 1 << 18

  /// Opens `path` and judges its format by its first rows.
  ///
  /// - Parameter partBytes: the size of the parts in which rows are searched for.
  /// - Throws: `FileError` or `RowSourceError` if the file cannot be read, has no rows, or lacks a
  ///   chosen column.
  public init(
    path: String, options: ReadOptions = ReadOptions(), partBytes: Int = 4 << 20
  ) throws {
    precondition(partBytes > 0, "parts of \(partBytes) bytes")
    self.partBytes = partBytes
    let limits = TextLimits(memory: options.memory)
    text = try CSVText(path, windowBytes: min(partBytes, CSVFile.windowBytes), limits)
    format = try text.format(options)
    table = Table(
      name: path, rowCount: 0, columnNumbers: format.columns.map { $0 + 1 },
      columnNames: format.fieldNames.map { [format] names in format.columns.map { names[$0] } },
      firstRowNumber: format.firstRowNumber)
  }

  /// The byte between fields; a space stands for any run of spaces and tabs.
  public var delimiter: UInt8 { format.delimiter }
  /// Columns that look as if they were no measurements; nil if columns were chosen.
  public var suspects: SuspectColumns? { format.suspects }
  /// Whether the names are in a line of comment before the first row.
  public var hasNamesInComment: Bool { format.hasNamesInComment }
  /// Whether only blanks separate fields that are not all numbers: they may be blanks within words.
  package var mayHaveBlanksInWords: Bool { delimiter == .space && !format.beginsWithNumbers }
  /// Whether the first row, or a line of comment before it, was taken for names.
  public var hasHeader: Bool { format.fieldNames != nil }

  public var summary: String {
    let names = columnNames.map { "with the names " + $0.joined(separator: ", ") }
    return "\(text.byteCount) bytes, \(columnCount) columns, "
      + "delimiter \"\(Character(UnicodeScalar(delimiter)))\", " + (names ?? "without names")
  }
  public var details: String {
    let known: [UInt8: String] = [
      UInt8(ascii: ","): "comma", UInt8(ascii: ";"): "semicolon", .tab: "tab", .space: "space",
    ]
    return "text, \(rowCount) x \(counted(columnCount, "column")), "
      + "delimiter \(known[delimiter] ?? "\"\(Character(UnicodeScalar(delimiter)))\""), "
      + "first row taken for \(hasHeader ? "column names" : "data")"
  }

  // MARK: Finding rows

  /// How many parts there are to scan; one if the file is compressed.
  public var scanPartCount: Int {
    text.isPacked ? 1 : max(1, (text.byteCount - format.dataOffset + partBytes - 1) / partBytes)
  }

  /// Where a part begins, in bytes from the start of the text.
  private func start(ofPart number: Int) -> Int { format.dataOffset + number * partBytes }

  public func scan(part number: Int) throws -> CSVPartScan {
    let window = try text.window(from: start(ofPart: number), to: start(ofPart: number + 1))
    var scan = CSVPartScan(window.text, tabsAreBlank: format.tabsAreBlank)
    while !window.isAtEnd {
      window.drop(window.text.count)
      try window.extend()
      scan.append(CSVPartScan(window.text, tabsAreBlank: format.tabsAreBlank))
    }
    return scan
  }

  public func found(by scans: [CSVPartScan]) -> any DataFile {
    precondition(scans.count == scanPartCount, "\(scans.count) scans of \(scanPartCount) parts")
    var file = self
    let index = CSVIndex(scans)
    (file.index, file.table.rowCount) = (index, index.rowCount)
    return file
  }

  public func coded(by coding: [ColumnCoding]) -> any DataFile {
    var file = self
    file.format.coding = coding.allSatisfy(\.isNumber) ? nil : coding
    return file
  }

  // MARK: Parsing rows

  /// Parses the rows `rows`, and no others.
  ///
  /// - Throws: `RowSourceError` for the first fault of the rows: a field that is no finite number,
  ///   a row with more or fewer fields than the file's first, a quote that is never closed.
  /// - Complexity: reads only the parts in which the rows begin; a compressed file up to their end.
  public func source(
    of rows: Range<Int>, inMemory: Bool, threads: Int
  ) throws -> any RowSource {
    let reader = reader(of: rows, threads: threads)
    if rowCount > format.mostRows(inBytes: reader.index.byteCount) {
      // Some row is too short: found before memory is taken for what the text cannot hold.
      try forEachPiece(of: rows, pieceBytes: 32 << 20, threads: threads) { _, _ in }
    }
    let values = try [Double](unsafeUninitializedCapacity: rows.count * columnCount) {
      buffer, count in
      if let base = buffer.baseAddress { try reader.read(rows, into: base) }
      count = rows.count * columnCount
    }
    return InMemoryRows(table, values: values, firstRow: rows.lowerBound)
  }

  public func forEachPiece(
    of rows: Range<Int>, pieceBytes: Int, threads: Int,
    _ body: (UnsafePointer<Double>, Range<Int>) throws -> Void
  ) throws {
    let reader = reader(of: rows, threads: threads)
    try RowSources.forEachPiece(of: rows, columnCount: columnCount, pieceBytes: pieceBytes) {
      piece, memory in
      try reader.read(piece, into: memory)
      try body(memory, piece)
    }
  }

  private func reader(of rows: Range<Int>, threads: Int) -> CSVReader {
    requireRows(rows)
    guard let index else { preconditionFailure("the rows of \(name) have not been found") }
    return CSVReader(self, index, threads: threads)
  }

  /// A reader of the rows that begin in a part.
  func reader(ofPart number: Int, _ index: CSVIndex) throws -> CSVPartReader {
    CSVPartReader(
      try text.window(from: start(ofPart: number)), format,
      // The first row of the file begins with the part; other first rows behind a row's end.
      row: index.firstRows[number] - (number == 0 ? 0 : 1),
      line: format.firstRowNumber + index.newlinesBefore[number],
      isInside: index.beginsInside[number])
  }
}
