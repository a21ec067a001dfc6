import Dispatch
import Synchronization

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
  private let text: CSVText
  private let partBytes: Int

  /// So much of a text stays in a processor's cache while it is parsed.
  private static let windowBytes = 1 << 18

  /// Opens `path` and judges its format by its first rows.
  ///
  /// - Parameter partBytes: the size of the parts in which rows are searched for.
  /// - Throws: `FileError` or `RowSourceError` if the file cannot be read, has no rows, or lacks a chosen column.
  public init(
    path: String, options: ReadOptions = ReadOptions(), partBytes: Int = 4 << 20
  ) throws {
    precondition(partBytes > 0, "parts of \(partBytes) bytes")
    name = path
    self.partBytes = partBytes
    let limits = TextLimits(memory: options.memory)
    text = try CSVText(path, windowBytes: min(partBytes, CSVFile.windowBytes), limits)
    byteCount = text.byteCount
    format = try text.format(options)
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
  public var scanPartCount: Int {
    text.isPacked ? 1 : max(1, (byteCount - format.dataOffset + partBytes - 1) / partBytes)
  }

  /// Where a part begins, in bytes from the start of the text.
  private func start(ofPart number: Int) -> Int { format.dataOffset + number * partBytes }

  /// Scans part `number`, 0 to `scanPartCount` - 1, for the ends of rows.
  ///
  /// - Throws: `FileError` or `RowSourceError` if the file has been shortened, or is compressed and damaged.
  public func scan(part number: Int) throws -> CSVPartScan {
    let window = try text.window(from: start(ofPart: number), to: start(ofPart: number + 1))
    var scan = CSVPartScan(window.text)
    while !window.isAtEnd {
      window.drop(window.text.count)
      try window.extend()
      scan.append(CSVPartScan(window.text))
    }
    return scan
  }

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
    if index.rowCount > format.mostRows(inBytes: index.byteCount) {
      // Some row is too short: found before memory is taken for what the text cannot hold.
      try forEachPiece(of: rows, index: index, threads: threads) { _, _ in }
    }
    let values = try [Double](unsafeUninitializedCapacity: rows.count * columnCount) {
      buffer, count in
      if let base = buffer.baseAddress, !rows.isEmpty {
        try CSVReaders(self, index, threads: threads).read(rows, into: base)
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
    let readers = CSVReaders(self, index, threads: threads)
    try RowSources.forEachPiece(of: rows, columnCount: columnCount, pieceBytes: pieceBytes) {
      piece, memory in
      try readers.read(piece, into: memory)
      try body(memory, piece)
    }
  }

  /// A reader of the rows of a part on.
  fileprivate func reader(ofPart number: Int, _ index: CSVIndex) throws -> CSVReader {
    CSVReader(
      try text.window(from: start(ofPart: number)), format,
      // The first row of the file begins with the part; other first rows behind a row's end.
      row: index.firstRows[number] - (number == 0 ? 0 : 1),
      line: format.firstRowNumber + index.newlinesBefore[number],
      isInside: index.beginsInside[number])
  }
}

/// Parses rows of a file on several threads, each time others behind those of the time before: a thread
/// parses the rows that begin in a part.
private final class CSVReaders: Sendable {
  private let file: CSVFile
  private let index: CSVIndex
  private let threads: Int
  /// The reader of the last part, which goes on where it ended.
  private let last = Mutex<(part: Int, reader: CSVReader)?>(nil)

  init(_ file: CSVFile, _ index: CSVIndex, threads: Int) {
    (self.file, self.index, self.threads) = (file, index, max(threads, 1))
  }

  /// - Throws: `RowSourceError` for the first fault of the rows.
  func read(_ rows: Range<Int>, into output: UnsafeMutablePointer<Double>) throws {
    let parts = index.parts(of: rows)
    let failure = Mutex<(part: Int, error: any Error)?>(nil)
    // Parts are of one size: thread i of n takes parts i, i + n, ...
    let workers = min(threads, parts.count)
    nonisolated(unsafe) let output = output
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for part in stride(from: parts.lowerBound + worker, to: parts.upperBound, by: workers) {
        do {
          let own = rows.clamped(to: index.rows(ofPart: part))
          if own.isEmpty { continue }
          let reader = try reader(ofPart: part)
          try reader.read(
            own, into: output + (own.lowerBound - rows.lowerBound) * file.columnCount)
          if part == parts.upperBound - 1 { last.withLock { $0 = (part, reader) } }
        } catch {
          failure.withLock { if part < $0?.part ?? Int.max { $0 = (part, error) } }
          return
        }
      }
    }
    if let (_, error) = failure.withLock({ $0 }) { throw error }
  }

  private func reader(ofPart number: Int) throws -> CSVReader {
    let kept = last.withLock { $0?.part == number ? $0?.reader : nil }
    return try kept ?? file.reader(ofPart: number, index)
  }
}
