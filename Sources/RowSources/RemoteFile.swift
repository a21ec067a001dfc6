/// What is known of a shard on a disk of another host.
public struct RemoteFile: DataFile, Equatable {
  public private(set) var table: Table
  public let summary: String
  public let scanPartCount: Int
  public var details: String { summary }

  package init(_ file: any DataFile) {
    (table, summary, scanPartCount) = (file.table, file.summary, file.scanPartCount)
  }

  public func found(by scans: [CSVPartScan]) -> any DataFile {
    var file = self
    file.table.rowCount = CSVIndex(scans).rowCount
    return file
  }

  public func coded(by coding: [ColumnCoding]) -> any DataFile { self }

  public func scan(part number: Int) throws -> CSVPartScan { preconditionFailure(misuse) }
  public func source(
    of rows: Range<Int>, inMemory: Bool, threads: Int
  ) throws -> any RowSource { preconditionFailure(misuse) }
  public func forEachPiece(
    of rows: Range<Int>, pieceBytes: Int, threads: Int,
    _ body: (UnsafePointer<Double>, Range<Int>) throws -> Void
  ) throws { preconditionFailure(misuse) }

  private var misuse: String { "rows of \(name) on another host than its own" }

  /// The words of which `init(words:)` makes the same again.
  package var words: [String] {
    [
      name, summary, "\(firstRowNumber)", "\(rowCount)", "\(scanPartCount)", "\(columnCount)",
      columnNames == nil ? "" : "named",
    ] + columnNumbers.map { "\($0)" } + (columnNames ?? [])
  }

  /// Takes the words of one file from the front of `words`.
  package init(words: inout ArraySlice<String>) {
    let (name, summary) = (words.removeFirst(), words.removeFirst())
    let numbers = (0..<4).map { _ in Int(words.removeFirst())! }
    let (firstRow, rowCount, parts, columnCount) = (numbers[0], numbers[1], numbers[2], numbers[3])
    let isNamed = !words.removeFirst().isEmpty
    func take() -> [String] {
      defer { words.removeFirst(columnCount) }
      return Array(words.prefix(columnCount))
    }
    table = Table(
      name: name, rowCount: rowCount, columnNumbers: take().map { Int($0)! },
      columnNames: isNamed ? take() : nil, firstRowNumber: firstRow)
    (self.summary, scanPartCount) = (summary, parts)
  }
}
