/// How much of a text its rows and fields may take: a table keeps within them, and of what is none no
/// more is looked at or held.
struct TextLimits: Sendable {
  /// The bytes of a row: 64 MiB, or as much as may be held in memory if that is less, but 1 MiB.
  let rowBytes: Int
  /// The fields of a row, of each of which some words are kept (its number, place and name): 2^21, or
  /// a 16th of the bytes that may be held in memory.
  let fieldCount: Int

  /// The bytes of a number, a category or a name of a column. A float64 written to its last digit
  /// has up to 1077.
  static let fieldBytes = 4096

  /// - Parameter memory: how many bytes of rows may be held; nil: as many as there are.
  init(memory: Int?) {
    let memory = max(memory ?? .max, 1 << 20)
    rowBytes = min(64 << 20, memory)
    fieldCount = min(1 << 21, memory / 16)
  }

  /// - Parameter text: the start of a text.
  /// - Throws: `RowSourceError` about the first of its rows that does not end within their limit.
  func requireRowEnds(_ text: UnsafeBufferPointer<UInt8>, path: String) throws {
    var (line, start) = (1, 0)
    while text.count - start > rowBytes {
      let row = UnsafeBufferPointer(rebasing: text[start...(start + rowBytes)])
      guard let length = endOfRow(1, in: row) else { throw longRow(line, path: path) }
      line += occurrences(of: .newline, in: UnsafeBufferPointer(rebasing: row[..<length]))
      start += length
    }
  }

  func longRow(_ row: Int, path: String) -> RowSourceError {
    RowSourceError(.longRow(limit: rowBytes), path: path, row: row)
  }
}
