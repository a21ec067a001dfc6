/// Reads JSON (RFC 8259) with the line and column of the first mistake.
struct JSONParser {
  /// What is wrong, and where: both counted from 1, columns in bytes.
  struct Mistake: Error {
    var line: Int
    var column: Int
    var reason: String
    /// The key if it is one that its object has already.
    var repeatedKey: String?
  }

  private let bytes: [UInt8]
  private var position = 0
  /// Lists in lists; a limit keeps a hostile file from exhausting the stack.
  private var depth = 0
  private static let depthLimit = 64

  /// The value of a whole document, which may start with a byte-order mark.
  static func parse(_ bytes: [UInt8]) throws(Mistake) -> JSON {
    var parser = JSONParser(bytes: bytes)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
    let value = try parser.value()
    parser.skipSpace()
    if parser.position < bytes.count { throw parser.mistake("the end of the file") }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func value() throws(Mistake) -> JSON {
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try list()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"): return try number()
    case let byte? where byte.isDigit: return try number()
    default:
      if take("true") { return .bool(true) }
      if take("false") { return .bool(false) }
      if take("null") { return .null }
      throw mistake("a value")
    }
  }

  /// Goes past the opening bracket of a list or object.
  private mutating func open() throws(Mistake) {
    guard depth < Self.depthLimit else { throw mistake("at most \(Self.depthLimit) nested lists") }
    depth += 1
    position += 1
    skipSpace()
  }

  private mutating func list() throws(Mistake) -> JSON {
    try open()
    defer { depth -= 1 }
    var values: [JSON] = []
    if take("]") { return .list(values) }
    while true {
      values.append(try value())
      skipSpace()
      if take("]") { return .list(values) }
      guard take(",") else { throw mistake("a comma or ]") }
    }
  }

  private mutating func object() throws(Mistake) -> JSON {
    try open()
    defer { depth -= 1 }
    var members: [String: JSON] = [:]
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw mistake("a key in quotes") }
      let start = position
      let key = try string()
      // Which of two values counts differs from reader to reader.
      if members[key] != nil { throw repetition(of: key, at: start) }
      skipSpace()
      guard take(":") else { throw mistake("a colon") }
      members[key] = try value()
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { throw mistake("a comma or }") }
    }
  }

  /// -? digits (. digits)? ([eE] [+-]? digits)?, without leading zeros.
  private mutating func number() throws(Mistake) -> JSON {
    let start = position
    let negative = take("-")
    if !take("0") { try digits() }
    let whole = position
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if !negative && position == whole, let integer = UInt64(text) { return .integer(integer) }
    guard let value = Double(text) else { throw mistake("a number") }
    // For JSON, 2.0 and 2e0 are 2. Beyond 2^53 the float64 may have been rounded.
    if !negative, value <= 0x1p53, let integer = UInt64(exactly: value) { return .integer(integer) }
    return .number(value)
  }

  private mutating func digits() throws(Mistake) {
    let start = position
    while let byte = peek, byte.isDigit { position += 1 }
    if position == start { throw mistake("a digit") }
  }

  private mutating func string() throws(Mistake) -> String {
    position += 1
    var units: [UInt8] = []
    while let byte = peek, byte >= 0x20 {
      position += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: units, as: UTF8.self) }
      if byte == UInt8(ascii: "\\") {
        units += try escaped().utf8
      } else {
        units.append(byte)
      }
    }
    throw mistake("a closing quote")
  }

  /// The character after a backslash; a surrogate pair is two escapes.
  private mutating func escaped() throws(Mistake) -> String {
    let plain = [
      "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{c}", "n": "\n", "r": "\r", "t": "\t",
    ]
    for (letter, character) in plain where take(letter) { return character }
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

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Whether the text comes next; if so, goes past it.
  private mutating func take(_ text: String) -> Bool {
    guard bytes[position...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  /// The line and column of a byte.
  private func place(_ position: Int) -> (line: Int, column: Int) {
    let before = bytes[..<position]
    return (1 + before.count { $0 == 0x0A }, position - (before.lastIndex(of: 0x0A) ?? -1))
  }

  private func repetition(of key: String, at position: Int) -> Mistake {
    let (line, column) = place(position)
    return Mistake(line: line, column: column, reason: "a key again", repeatedKey: key)
  }

  private func mistake(_ expected: String) -> Mistake {
    let (line, column) = place(position)
    let rest = String(decoding: bytes[position...].prefix(20), as: UTF8.self)
    let word = rest.prefix { $0.isLetter || $0.isNumber }
    let found = rest.first.map { word.isEmpty ? String($0) : String(word) }
    return Mistake(
      line: line, column: column,
      reason: "found \(found.map(quoted) ?? "the end of the file"), expected \(expected)")
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

/// `text` as a JSON string.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": result += "\\\(scalar)"
    case "\0"..<" ", "\u{7f}"..<"\u{a0}":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
