import Files

/// A text file that is compressed by gzip. It can be unpacked from its start only, which everybody
/// who needs some of its rows does, and keeps no more than a window of the text.
struct GzipText: CSVText {
  private let path: String
  private let format: CSVFormat
  private let windowBytes: Int

  static func open(
    _ path: String, _ options: ReadOptions, windowBytes: Int
  ) throws -> (CSVFormat, any CSVText, byteCount: Int) {
    let window = try GzipWindow(path: path, bytes: windowBytes)
    let limits = TextLimits(memory: options.memory)
    repeat {
      try requireRowEnds(window.text, limits, path: path)
      try window.extend()
    } while !window.isAtEnd && !showsFormat(window.text)
    let end = window.isAtEnd ? endOfRows(window.text) : window.text.count
    let format = try CSVFormat(
      of: UnsafeBufferPointer(rebasing: window.text[..<end]), options, path: path)
    return (
      format, GzipText(path: path, format: format, windowBytes: windowBytes),
      try InputFile(path: path).size
    )
  }

  /// - Throws: `RowSourceError` if the last row, which has no end yet, is longer than rows may be.
  private static func requireRowEnds(
    _ text: UnsafeBufferPointer<UInt8>, _ limits: TextLimits, path: String
  ) throws {
    guard text.count > CSVDialect.judgedBytes + 3 + limits.rowBytes else { return }
    var (row, start) = (1, 0)
    while true {
      let rest = UnsafeBufferPointer(rebasing: text[start...])
      let length = offset(after: 1, in: rest, isInside: false)
      guard length < rest.count else { throw limits.longRow(row, path: path) }
      row += occurrences(of: .newline, in: UnsafeBufferPointer(rebasing: rest[..<length]))
      start += length
    }
  }

  /// Whether the start of a text has all that its format is judged by: it goes on behind the end of
  /// a row beyond the bytes that are looked at, which follow a byte order mark and comments.
  private static func showsFormat(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let text = UnsafeBufferPointer(rebasing: text[CSVComments.tableOffset(ofFile: text)...])
    guard text.count > CSVDialect.judgedBytes else { return false }
    let judged = UnsafeBufferPointer(rebasing: text[..<CSVDialect.judgedBytes])
    let rest = UnsafeBufferPointer(rebasing: text[judged.count...])
    let isInside = !occurrences(of: .quote, in: judged).isMultiple(of: 2)
    return offset(after: 1, in: rest, isInside: isInside) < rest.count
  }

  /// The text from the first row of data on.
  private func window() throws -> GzipWindow {
    let window = try GzipWindow(path: path, bytes: windowBytes)
    var remaining = format.dataOffset
    while remaining > 0 && !window.isAtEnd {
      try window.extend()
      let dropped = min(remaining, window.text.count)
      window.drop(dropped)
      remaining -= dropped
    }
    return window
  }

  var partCount: Int { 1 }

  func scan(part number: Int) throws -> CSVPartScan {
    let window = try window()
    var all = CSVPartScan(UnsafeBufferPointer(start: nil, count: 0))
    // Up to the last byte that is not blank: as far as the rows go.
    var rows: CSVPartScan?
    while true {
      let text = window.text
      let blanks = text.reversed().prefix { $0.isWhiteSpace }.count
      let written = text.count - blanks
      if written > 0 {
        all = all.followed(by: CSVPartScan(UnsafeBufferPointer(rebasing: text[..<written])))
        rows = all
      }
      all = all.followed(by: CSVPartScan(UnsafeBufferPointer(rebasing: text[written...])))
      window.drop(text.count)
      if window.isAtEnd { break }
      try window.extend()
    }
    guard let rows else { throw RowSourceError(.noRows, path: path) }
    return rows
  }

  /// The reader knows when it comes to one.
  func requireRows(within limits: TextLimits, _ index: CSVIndex) {}

  func reader(_ index: CSVIndex, threads: Int) throws -> any CSVReader {
    GzipReader(try window(), format, path: path)
  }
}
