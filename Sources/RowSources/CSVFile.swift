/// A text file of numbers, compressed by gzip or not.
///
/// Every process that opens the file knows its format. Where its rows are is known once all parts
/// have been scanned - by different ranks and threads, in any order - and `index` has put the
/// scans together; then every rank parses the rows it owns and no others.
public struct CSVFile: Sendable {
  /// The file's path as given.
  public let name: String
  /// The size of the file, in bytes.
  public let byteCount: Int
  /// The numbers of the chosen columns in the file, from 1.
  public let columnNumbers: [Int]
  /// The names of the chosen columns; nil without a header.
  public let columnNames: [String]?

  private let format: CSVFormat
  private let text: any CSVText

  /// Opens `path` and judges its format by its first rows.
  ///
  /// - Parameter partBytes: the size of the parts in which rows are searched for.
  /// - Throws: `FileError` or `RowSourceError` if the file cannot be read, has no rows, or lacks a chosen column.
  public init(
    path: String, options: ReadOptions = ReadOptions(), partBytes: Int = 4 << 20
  ) throws {
    precondition(partBytes > 0, "parts of \(partBytes) bytes")
    name = path
    if try path.lowercased().hasSuffix(".gz") || FileKind(of: path) == .gzip {
      (format, text, byteCount) = try GzipText.open(path, options, windowBytes: partBytes)
    } else {
      (format, text, byteCount) = try MappedText.open(path, options, partBytes: partBytes)
    }
    columnNumbers = format.columns.map { $0 + 1 }
    columnNames = format.fieldNames.map { [columns = format.columns] names in
      columns.map { names[$0] }
    }
  }

  /// The byte between fields; a space stands for any run of spaces and tabs.
  public var delimiter: UInt8 { format.delimiter }
  /// Columns that look as if they were no measurements; nil if columns were chosen.
  public var suspects: SuspectColumns? { format.suspects }
  /// Whether the names are in a line of comment before the first row.
  public var hasNamesInComment: Bool { format.hasNamesInComment }
  /// Whether the first row, or a line of comment before it, was taken for names.
  public var hasHeader: Bool { format.fieldNames != nil }
  /// What messages call the first row: 2 below a line of column names, as an editor does.
  var firstRowNumber: Int { format.firstRowNumber }
  /// The number of chosen columns.
  public var columnCount: Int { format.columns.count }

  // MARK: Finding rows

  /// How many parts there are to scan; one if the file is compressed.
  public var scanPartCount: Int { text.partCount }

  /// Scans part `number`, 0 to `scanPartCount` - 1, for the ends of rows.
  ///
  /// - Throws: `RowSourceError` if the file is compressed and damaged, or has no rows.
  public func scan(part number: Int) throws -> CSVPartScan { try text.scan(part: number) }

  /// Puts the scans of all parts, in order, together.
  public func index(_ scans: [CSVPartScan]) -> CSVIndex {
    precondition(scans.count == scanPartCount, "\(scans.count) scans of \(scanPartCount) parts")
    return CSVIndex(scans)
  }

  // MARK: Parsing rows

  /// Parses the rows `rows`, counted from 0, and no others.
  ///
  /// - Parameter threads: how many threads share the work; the result does not depend on it.
  /// - Throws: `RowSourceError` for the first fault of the rows: a field that is no finite number,
  ///   a row with more or fewer fields than the file's first, a quote that is never closed.
  /// - Complexity: reads only the parts in which the rows begin; a compressed file up to their end.
  public func parse(rows: Range<Int>, index: CSVIndex, threads: Int = 1) throws -> InMemoryRows {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= index.rowCount,
      "rows \(rows) of \(name), which has \(index.rowCount)")
    try text.requireRows(within: format.limits, index)
    if index.rowCount > format.mostRows(inBytes: index.byteCount) {
      // Some row is too short: found before memory is taken for what the text cannot hold.
      try forEachPiece(of: rows, index: index, threads: threads) { _, _ in }
    }
    let values = try [Double](unsafeUninitializedCapacity: rows.count * columnCount) {
      buffer, count in
      if let base = buffer.baseAddress, !rows.isEmpty {
        try text.reader(index, threads: max(threads, 1)).read(rows, into: base)
      }
      count = rows.count * columnCount
    }
    return InMemoryRows(
      name: name, columnCount: columnCount, columnNumbers: columnNumbers, columnNames: columnNames,
      values: values, firstRow: rows.lowerBound, rowCount: index.rowCount,
      firstRowNumber: firstRowNumber)
  }

  /// All rows, for one process.
  public func parseAll(threads: Int = 1) throws -> InMemoryRows {
    let index = index(try (0..<scanPartCount).map(scan))
    return try parse(rows: 0..<index.rowCount, index: index, threads: threads)
  }

  /// Parses `rows` in order, and gives `body` one piece of them after the other, row-major, of
  /// `pieceBytes` or one row.
  ///
  /// - Throws: as `parse`, or what `body` throws.
  package func forEachPiece(
    of rows: Range<Int>, index: CSVIndex, pieceBytes: Int = 32 << 20, threads: Int,
    _ body: (UnsafePointer<Double>, Range<Int>) throws -> Void
  ) throws {
    guard !rows.isEmpty else { return }
    try text.requireRows(within: format.limits, index)
    let reader = try text.reader(index, threads: max(threads, 1))
    try RowSources.forEachPiece(of: rows, columnCount: columnCount, pieceBytes: pieceBytes) {
      piece, memory in
      try reader.read(piece, into: memory)
      try body(memory, piece)
    }
  }
}

/// The text of a table as its file keeps it.
protocol CSVText: Sendable {
  /// How many parts there are to scan.
  var partCount: Int { get }
  /// Scans a part, counted from 0, for the ends of rows.
  func scan(part number: Int) throws -> CSVPartScan
  /// - Throws: `RowSourceError` if a row that `index` counts is known to be longer.
  func requireRows(within limits: TextLimits, _ index: CSVIndex) throws
  /// A reader of the rows that `index` counts.
  func reader(_ index: CSVIndex, threads: Int) throws -> any CSVReader
}

/// Parses rows, each time others behind those of the time before.
protocol CSVReader {
  /// Parses the rows `rows`, not none, into row-major `output`.
  ///
  /// - Throws: `RowSourceError` for their first fault.
  func read(_ rows: Range<Int>, into output: UnsafeMutablePointer<Double>) throws
}
