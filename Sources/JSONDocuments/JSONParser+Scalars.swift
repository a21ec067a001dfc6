extension JSONParser {
  // MARK: Numbers

  /// A number as it is written.
  struct Digits {
    let range: Range<Int>
    /// Digits alone: no sign, point or exponent.
    let isPlain: Bool
  }

  /// Goes past -? digits (. digits)? ([eE] [+-]? digits)?, without leading zeros; nil, and the parser
  /// where it was, if no number begins here.
  mutating func skipNumber() throws(Mistake) -> Digits? {
    guard let first = peek, first.isDigit || first == UInt8(ascii: "-") else { return nil }
    let start = position
    let isNegative = take("-")
    if !take("0") { try digits() }
    let whole = position
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    guard position - start <= Self.numberLimit else {
      throw mistake("numbers of at most \(Self.numberLimit) characters")
    }
    return Digits(range: start..<position, isPlain: !isNegative && position == whole)
  }

  func value(of digits: Digits) throws(Mistake) -> JSON {
    let text = String(decoding: bytes[digits.range], as: UTF8.self)
    if digits.isPlain, let integer = UInt64(text) { return .integer(integer) }
    guard let value = Double(text) else { throw mistake("a number") }
    // For JSON, 2.0 and 2e0 are 2. Beyond 2^53 the float64 may have been rounded.
    if value.sign == .plus, value <= 0x1p53, let integer = UInt64(exactly: value) {
      return .integer(integer)
    }
    return .number(value)
  }

  private mutating func digits() throws(Mistake) {
    let start = position
    while let byte = peek, byte.isDigit { position += 1 }
    if position == start { throw mistake("a digit") }
  }

  // MARK: Strings

  mutating func string() throws(Mistake) -> String {
    var units: [UInt8] = []
    try string { units += $0 }
    return String(decoding: units, as: UTF8.self)
  }

  mutating func skipString() throws(Mistake) { try string { _ in } }

  /// Goes past a string, and gives `body` what it says, piece by piece.
  private mutating func string(_ body: (ArraySlice<UInt8>) -> Void) throws(Mistake) {
    position += 1
    var start = position
    while let byte = peek, byte >= 0x20 {
      if byte == UInt8(ascii: "\"") {
        body(bytes[start..<position])
        position += 1
        return
      }
      if byte == UInt8(ascii: "\\") {
        body(bytes[start..<position])
        position += 1
        body(Array(try escaped().utf8)[...])
        start = position
      } else {
        position += 1
      }
    }
    throw mistake("a closing quote")
  }

  /// The character after a backslash; a surrogate pair is two escapes.
  private mutating func escaped() throws(Mistake) -> String {
    if let character = plainEscape() {
      position += 1
      return character
    }
    var units: [UInt16] = []
    repeat {
      guard take("u") else { throw mistake("an escape such as \\n or \\u00e9") }
      let hexadecimal = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
      guard hexadecimal.utf8.count == 4, hexadecimal.allSatisfy(\.isHexDigit),
        let unit = UInt16(hexadecimal, radix: 16)
      else { throw mistake("four hexadecimal digits") }
      position += 4
      units.append(unit)
    } while units.count == 1 && UTF16.isLeadSurrogate(units[0]) && take("\\")
    return String(decoding: units, as: UTF16.self)
  }

  /// What the next letter stands for behind a backslash; nil if it is `u`, or no escape.
  private func plainEscape() -> String? {
    guard let byte = peek else { return nil }
    return switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      String(UnicodeScalar(byte))
    case UInt8(ascii: "b"): "\u{8}"
    case UInt8(ascii: "f"): "\u{c}"
    case UInt8(ascii: "n"): "\n"
    case UInt8(ascii: "r"): "\r"
    case UInt8(ascii: "t"): "\t"
    default: nil
    }
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
