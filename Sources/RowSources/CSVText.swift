import Files

/// The text of a table in a file, gzip'ed or not. It is opened whenever some of it is read: processes
/// may keep few files open.
struct CSVText: Sendable {
  let path: String
  /// Whether the text must be unpacked, which goes from its start only.
  let isPacked: Bool
  /// The size of the file.
  let byteCount: Int
  /// How much of the text is at hand at a time, unless a row is longer.
  private let windowBytes: Int
  private let limits: TextLimits

  init(_ path: String, windowBytes: Int, _ limits: TextLimits) throws {
    let file = try InputFile(path: path)
    let kind = try FileKind(file.start(atMost: FileKind.judgedBytes))
    isPacked = path.lowercased().hasSuffix(".gz") || kind == .gzip
    byteCount = file.size
    (self.path, self.windowBytes, self.limits) = (path, windowBytes, limits)
  }

  /// The text from `offset` on, up to `end` if it is not packed.
  func window(from offset: Int = 0, to end: Int = .max) throws -> TextWindow {
    let file = try InputFile(path: path, ofBytesOrMore: byteCount)
    let stream: any TextStream =
      try isPacked ? GzipStream(file) : PlainStream(file, offset..<min(end, byteCount))
    let window = try TextWindow(
      stream, bytes: windowBytes, most: CSVDialect.judgedBytes + limits.rowBytes + 4)
    var remaining = isPacked ? offset : 0
    while remaining > 0 && !window.isAtEnd {
      try window.extend()
      let dropped = min(remaining, window.text.count)
      window.drop(dropped)
      remaining -= dropped
    }
    return window
  }

  /// Judges the format by the first rows.
  func format(_ options: ReadOptions) throws -> CSVFormat {
    let window = try window()
    repeat { try window.extend() } while !window.isComplete && !CSVText.showsFormat(window.text)
    return try CSVFormat(of: writtenRows(window.text), options, limits, path: path)
  }

  /// Whether the start of a text has all that its format is judged by: it goes on behind the end of
  /// a row beyond the bytes that are looked at, which follow a byte order mark and comments.
  private static func showsFormat(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let text = writtenRows(text)
    let table = UnsafeBufferPointer(rebasing: text[CSVComments.tableOffset(ofFile: text)...])
    guard table.count > CSVDialect.judgedBytes else { return false }
    let judged = UnsafeBufferPointer(rebasing: table[..<CSVDialect.judgedBytes])
    let rest = UnsafeBufferPointer(rebasing: table[judged.count...])
    let isInside = !occurrences(of: .quote, in: judged).isMultiple(of: 2)
    return endOfRow(1, in: rest, isInside: isInside).map { $0 < rest.count } ?? false
  }
}

/// A text up to the end of the last row that is not blank, without its newline.
private func writtenRows(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
  let last = text.lastIndex { !$0.isWhiteSpace }
  let end = last.map { text[$0...].firstIndex(of: .newline) ?? text.count } ?? 0
  return UnsafeBufferPointer(rebasing: text[..<end])
}

/// Where in `text` row number `count`, from 1, ends with its newline; nil if fewer rows end.
///
/// - Parameter isInside: whether `text` begins inside a quoted field.
func endOfRow(_ count: Int, in text: UnsafeBufferPointer<UInt8>, isInside: Bool = false) -> Int? {
  var remaining = count
  var isInside = isInside
  for offset in text.indices {
    let byte = text[offset]
    if byte == .quote { isInside.toggle() }
    if byte == .newline && !isInside {
      remaining -= 1
      if remaining == 0 { return offset + 1 }
    }
  }
  return nil
}
