import Dispatch
import Synchronization

/// A text file of numbers, mapped into memory, whose rows can be found and parsed in parallel.
///
/// Every process that opens the file knows its dialect. Where its rows are is known once all parts
/// have been scanned - by different ranks and threads, in any order - and `index` has put the
/// scans together; then every rank parses the rows it owns and no others.
public struct CSVFile: Sendable {
  /// The file's path as given.
  public let name: String
  /// The byte between fields; a space stands for any run of spaces and tabs.
  public let delimiter: UInt8
  /// Whether the first row was taken for names.
  public let hasHeader: Bool
  /// The number of chosen columns.
  public let columnCount: Int
  /// The numbers of the chosen columns in the file, from 1.
  public let columnNumbers: [Int]
  /// The names of the chosen columns; nil without a header.
  public let columnNames: [String]?
  /// How many parts there are to scan.
  public let scanPartCount: Int

  private let file: MappedFile
  /// The rows of data, without blank lines at the end.
  private let dataRange: Range<Int>
  private let partBytes: Int
  private let fieldNames: [String]?
  /// Per field of a row, the place of its number in the output; -1: not chosen.
  private let slots: [Int]

  /// Opens `path` and detects its dialect from its first rows.
  ///
  /// - Parameter partBytes: the size of the parts in which rows are searched for.
  /// - Throws: `RowSourceError` if the file cannot be read, has no rows, or lacks a chosen column.
  public init(
    path: String, options: ReadOptions = ReadOptions(), partBytes: Int = 4 << 20
  ) throws {
    precondition(partBytes > 0, "parts of \(partBytes) bytes")
    file = try MappedFile(path: path)
    file.expectSequentialReading()
    let bytes = file.bytes.bindMemory(to: UInt8.self)
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      throw RowSourceError(.notUTF8, path: path)
    }
    let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    let end = CSVFile.endOfRows(bytes)
    guard start < end else { throw RowSourceError(.noRows, path: path) }
    let dialect = CSVDialect(of: UnsafeBufferPointer(rebasing: bytes[start..<end]), options)
    if dialect.hasHeader, let (column, problem) = dialect.quoteFault {
      throw RowSourceError(problem, path: path, row: 1, column: .init(number: column + 1))
    }
    let names = dialect.hasHeader ? dialect.firstRow : nil
    let fieldCount = dialect.firstRow.count
    let columns = try options.chosenColumns(names: names, count: fieldCount, path: path)
    dataRange = start + dialect.dataOffset..<end
    guard !dataRange.isEmpty else { throw RowSourceError(.noRows, path: path) }

    name = path
    delimiter = dialect.delimiter
    hasHeader = dialect.hasHeader
    fieldNames = names
    columnCount = columns.count
    columnNumbers = columns.map { $0 + 1 }
    columnNames = names.map { names in columns.map { names[$0] } }
    slots = (0..<fieldCount).map { columns.firstIndex(of: $0) ?? -1 }
    self.partBytes = partBytes
    scanPartCount = (dataRange.count + partBytes - 1) / partBytes
  }

  /// The end of the last row that is not blank, without its newline.
  private static func endOfRows(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    guard let last = bytes.lastIndex(where: { !$0.isWhiteSpace }) else { return 0 }
    return bytes[last...].firstIndex(of: .newline) ?? bytes.count
  }

  /// The size of the file, in bytes.
  public var byteCount: Int { file.bytes.count }

  private func bytes(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: file.bytes.bindMemory(to: UInt8.self)[range])
  }

  private func part(_ number: Int) -> Range<Int> {
    let start = dataRange.lowerBound + number * partBytes
    return start..<min(start + partBytes, dataRange.upperBound)
  }

  // MARK: Finding rows

  /// Scans part `number`, 0 to `scanPartCount` - 1, for the ends of rows.
  public func scan(part number: Int) -> CSVPartScan { CSVPartScan(bytes(part(number))) }

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
  /// - Complexity: reads only the parts in which the rows begin.
  public func parse(rows: Range<Int>, index: CSVIndex, threads: Int = 1) throws -> InMemoryRows {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= index.rowCount,
      "rows \(rows) of \(name), which has \(index.rowCount)")
    let values = try [Double](unsafeUninitializedCapacity: rows.count * columnCount) {
      buffer, count in
      try fill(buffer, rows: rows, index: index, threads: max(threads, 1))
      count = rows.count * columnCount
    }
    return InMemoryRows(
      name: name, columnCount: columnCount, columnNumbers: columnNumbers, columnNames: columnNames,
      values: values, firstRow: rows.lowerBound, rowCount: index.rowCount,
      firstRowNumber: hasHeader ? 2 : 1)
  }

  /// All rows, for one process.
  public func parseAll(threads: Int = 1) throws -> InMemoryRows {
    let index = index((0..<scanPartCount).map(scan))
    return try parse(rows: 0..<index.rowCount, index: index, threads: threads)
  }

  /// Parses the parts in which `rows` begin, each into its own place of `output`.
  private func fill(
    _ output: UnsafeMutableBufferPointer<Double>, rows: Range<Int>, index: CSVIndex, threads: Int
  ) throws {
    let parts = index.parts(of: rows)
    let firstFault = Mutex<(part: Int, fault: CSVFault)?>(nil)
    // Parts are of one size: thread i of n takes parts i, i + n, ...
    let workers = min(threads, parts.count)
    nonisolated(unsafe) let output = output
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for part in stride(from: parts.lowerBound + worker, to: parts.upperBound, by: workers) {
        do throws(CSVFault) {
          try fill(output, part: part, rows: rows, index: index)
        } catch {
          firstFault.withLock { if part < $0?.part ?? Int.max { $0 = (part, error) } }
          return
        }
      }
    }
    if let (_, fault) = firstFault.withLock({ $0 }) { throw located(fault, index) }
  }

  /// Parses those of `rows` that begin in one part.
  private func fill(
    _ output: UnsafeMutableBufferPointer<Double>, part number: Int, rows: Range<Int>,
    index: CSVIndex
  ) throws(CSVFault) {
    let firstOfPart = index.firstRows[number]
    let own = rows.clamped(to: firstOfPart..<index.firstRows[number + 1])
    guard !own.isEmpty else { return }
    // The first row of the file begins with the part; other first rows behind a row's end.
    let rowEnds = own.lowerBound - firstOfPart + (number == 0 ? 0 : 1)
    let start = position(after: rowEnds, in: number, isInside: index.beginsInside[number])
    let text = bytes(0..<dataRange.upperBound)
    let target = output.baseAddress! + (own.lowerBound - rows.lowerBound) * columnCount
    try slots.withUnsafeBufferPointer { slots throws(CSVFault) in
      try CSVRowParser(text, delimiter: delimiter, slots: slots)
        .parse(own.count, from: start, width: columnCount, into: target)
    }
  }

  /// Where the row begins before which `rowEnds` rows of a part have ended.
  private func position(
    after rowEnds: Int, in number: Int, isInside: Bool
  ) -> UnsafePointer<UInt8> {
    let text = bytes(part(number))
    var remaining = rowEnds
    var isInside = isInside
    var offset = 0
    while remaining > 0 && offset < text.count {
      let byte = text[offset]
      if byte == .quote { isInside.toggle() }
      if byte == .newline && !isInside { remaining -= 1 }
      offset += 1
    }
    return text.baseAddress! + offset
  }

  /// The fault with its place as an editor shows it: the number of the line.
  private func located(_ fault: CSVFault, _ index: CSVIndex) -> RowSourceError {
    // An empty field at the end of the data may begin behind the last part.
    let number = min((fault.offset - dataRange.lowerBound) / partBytes, scanPartCount - 1)
    let line =
      1 + occurrences(of: .newline, in: bytes(0..<dataRange.lowerBound))
      + index.newlinesBefore[number]
      + occurrences(of: .newline, in: bytes(part(number).lowerBound..<fault.offset))
    return RowSourceError(
      fault.problem, path: name, row: line,
      column: fault.column.map { column in
        let names = fieldNames ?? []
        return .init(
          number: column + 1, name: names.indices.contains(column) ? names[column] : nil)
      })
  }
}
