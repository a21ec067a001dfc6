/// What is known of a shard on a disk of another host.
public struct RemoteFile: Sendable, Equatable {
  public let name: String
  package let columnNumbers: [Int]
  package let columnNames: [String]?
  package let firstRowNumber: Int
  package let summary: String
  /// The number of rows; nil if they must be searched for.
  package let rowCount: Int?
  /// The parts to scan for rows; 0 if their number is known.
  package let scanPartCount: Int

  package init(_ file: DataFile) {
    name = file.name
    columnNumbers = file.columnNumbers
    columnNames = file.columnNames
    firstRowNumber = file.firstRowNumber
    summary = file.summary
    rowCount = file.rowCount
    scanPartCount = file.scanPartCount
  }

  /// The words of which `init(words:)` makes the same again.
  package var words: [String] {
    [
      name, summary, "\(firstRowNumber)", rowCount.map { "\($0)" } ?? "", "\(scanPartCount)",
      "\(columnNumbers.count)", columnNames == nil ? "" : "named",
    ] + columnNumbers.map { "\($0)" } + (columnNames ?? [])
  }

  /// Takes the words of one file from the front of `words`.
  package init(words: inout ArraySlice<String>) {
    (name, summary) = (words.removeFirst(), words.removeFirst())
    firstRowNumber = Int(words.removeFirst())!
    rowCount = Int(words.removeFirst())
    scanPartCount = Int(words.removeFirst())!
    let columnCount = Int(words.removeFirst())!
    let isNamed = !words.removeFirst().isEmpty
    columnNumbers = words.prefix(columnCount).map { Int($0)! }
    words.removeFirst(columnCount)
    columnNames = isNamed ? Array(words.prefix(columnCount)) : nil
    if isNamed { words.removeFirst(columnCount) }
  }
}
