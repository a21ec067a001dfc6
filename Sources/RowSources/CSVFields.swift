/// Walks over the fields of text rows, by the one rule that all readers of the file share: every
/// double quote opens or closes a quoted stretch, in which delimiters and newlines are text.
///
/// (A doubled quote inside a stretch closes and opens again, which changes nothing. A quote that
/// neither encloses a field nor is doubled is an error: see `hasStrayQuote`.)
struct CSVFields {
  typealias Bytes = UnsafePointer<UInt8>

  /// Where the next field begins, or the next row after the last field of one.
  private(set) var position: Bytes
  /// Whether the field just returned was the last of its row.
  private(set) var isAtRowEnd = false
  /// Whether the text ended inside a quoted stretch of the field just returned.
  private(set) var hasOpenQuote = false

  private let end: Bytes
  private let delimiter: UInt8

  init(_ position: Bytes, _ end: Bytes, delimiter: UInt8) {
    self.position = position
    self.end = end
    self.delimiter = delimiter
  }

  /// The next field without the blanks around it, its quotes still in place.
  mutating func next() -> UnsafeBufferPointer<UInt8> {
    let mergesBlanks = delimiter == .space
    if mergesBlanks { skipBlanks() }
    let start = position
    var isQuoted = false
    while position < end {
      let byte = position.pointee
      if byte == .quote {
        isQuoted.toggle()
      } else if !isQuoted
        && (byte == .newline || byte == delimiter || mergesBlanks && byte == .tab)
      {
        break
      }
      position += 1
    }
    let field = trimmed(UnsafeBufferPointer(start: start, count: position - start))
    hasOpenQuote = isQuoted
    if mergesBlanks { skipBlanks() }
    isAtRowEnd = position == end || position.pointee == .newline
    if position < end && (isAtRowEnd || !mergesBlanks) { position += 1 }
    return field
  }

  private mutating func skipBlanks() {
    while position < end, position.pointee.isBlank { position += 1 }
  }
}

/// `text` without white space at both ends; it has newlines only between quotes.
func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
  guard let first = text.firstIndex(where: { !$0.isWhiteSpace }),
    let last = text.lastIndex(where: { !$0.isWhiteSpace })
  else { return UnsafeBufferPointer(rebasing: text[..<0]) }
  return UnsafeBufferPointer(rebasing: text[first...last])
}

/// What a trimmed field says between its quotes; doubled quotes stay doubled.
func unquoted(_ field: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
  guard field.count >= 2, field.first == .quote, field.last == .quote else { return field }
  return trimmed(UnsafeBufferPointer(rebasing: field[1..<(field.count - 1)]))
}

/// Whether a trimmed field has a quote that neither encloses it nor is one of two inside: taken for
/// the opening of a quoted stretch, it would join this row to the next without a word.
func hasStrayQuote(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
  guard field.contains(.quote) else { return false }
  guard field.count >= 2, field.first == .quote, field.last == .quote else { return true }
  var isOdd = false
  for byte in field[1..<(field.count - 1)] {
    if byte == .quote {
      isOdd.toggle()
    } else if isOdd {
      return true
    }
  }
  return isOdd
}

/// What a field of the words `nan`, `inf` or `infinity` stands for, with or without a sign and in
/// any case; nil if it is no such word.
func nonFiniteValue(of field: UnsafeBufferPointer<UInt8>) -> Double? {
  var word = String(decoding: field.prefix(10), as: UTF8.self).lowercased()
  let isNegative = word.hasPrefix("-")
  if isNegative || word.hasPrefix("+") { word.removeFirst() }
  return switch word {
  case "nan": .nan
  case "inf", "infinity": isNegative ? -.infinity : .infinity
  default: nil
  }
}

extension UInt8 {
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let quote = UInt8(ascii: "\"")
  static let space = UInt8(ascii: " ")
  static let tab = UInt8(ascii: "\t")

  /// Space, tab, or the carriage return of a line's end.
  @inline(__always) var isBlank: Bool {
    self == .space || self == .tab || self == .carriageReturn
  }

  @inline(__always) var isWhiteSpace: Bool { isBlank || self == .newline }
}
