/// How much of a text its rows and fields may take: a table keeps within them, and of what is none no
/// more is looked at or held.
struct TextLimits: Sendable {
  /// The bytes of a row: 64 MiB, or as much as may be held in memory if that is less, but 1 MiB.
  let rowBytes: Int
  /// The fields of a row, of each of which some words are kept (its number, place and name): 2^21, or
  /// a 16th of the bytes that may be held in memory.
  let fieldCount: Int

  /// The bytes of a number or a name of a column. A float64 written to its last digit has up to 1077.
  static let fieldBytes = 4096

  /// - Parameter memory: how many bytes of rows may be held; nil: as many as there are.
  init(memory: Int?) {
    let memory = max(memory ?? .max, 1 << 20)
    rowBytes = min(64 << 20, memory)
    fieldCount = min(1 << 21, memory / 16)
  }

  /// - Parameter text: begins with a row.
  /// - Throws: `RowSourceError` if that row, of number `row`, does not end within its limit.
  func requireRowEnd(_ text: UnsafeBufferPointer<UInt8>, row: Int, path: String) throws {
    guard text.count > rowBytes else { return }
    let start = UnsafeBufferPointer(rebasing: text[...rowBytes])
    guard offset(after: 1, in: start, isInside: false) == start.count, start.last != .newline else {
      return
    }
    throw longRow(row, path: path)
  }

  func longRow(_ row: Int, path: String) -> RowSourceError {
    RowSourceError(.longRow(limit: rowBytes), path: path, row: row)
  }
}
