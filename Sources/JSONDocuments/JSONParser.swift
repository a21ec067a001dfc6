import Words

/// Reads JSON (RFC 8259) with the line and column of the first mistake.
///
/// In time proportional to the text, and, beside the text itself, in memory for the values of its
/// objects alone: lists are passed over, and read when they are asked for.
package struct JSONParser {
  /// What is wrong, and where: both counted from 1, columns in bytes.
  package struct Mistake: Error {
    package var line: Int
    package var column: Int
    package var reason: String
    /// The key if it is one that its object has already.
    package var repeatedKey: String?
  }

  let bytes: [UInt8]
  var position = 0
  /// Lists in lists; a limit keeps a hostile file from exhausting the stack.
  private var depth = 0
  private static let depthLimit = 64
  /// Keys of objects that are held.
  private var keyCount = 0
  private static let keyLimit = 10_000
  /// The bytes of a number; a float64 written to its last digit has up to 1077.
  static let numberLimit = 4096

  /// The value of a whole document, which may start with a byte-order mark.
  package static func parse(_ bytes: [UInt8]) throws(Mistake) -> JSON {
    var parser = JSONParser(bytes: bytes)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
    let value = try parser.value()
    parser.skipSpace()
    if parser.position < bytes.count { throw parser.mistake("the end of the file") }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// The entry of a list at which the parser stands; goes past it and the comma behind it.
  mutating func entry() throws(Mistake) -> JSON {
    keyCount = 0
    let value = try value()
    skipSpace()
    _ = take(",")
    return value
  }

  private mutating func value() throws(Mistake) -> JSON {
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .list(try list())
    case UInt8(ascii: "\""): return .string(try string())
    default: return try scalar()
    }
  }

  /// Goes past a value, which is not needed.
  private mutating func skipValue() throws(Mistake) {
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"):
      try members { parser throws(Mistake) in
        try parser.skipString()
        try parser.colon()
        try parser.skipValue()
      }
    case UInt8(ascii: "["): _ = try list()
    case UInt8(ascii: "\""): try skipString()
    default:
      if try skipNumber() == nil { _ = try scalar() }
    }
  }

  /// `true`, `false`, `null` or a number.
  private mutating func scalar() throws(Mistake) -> JSON {
    if let number = try skipNumber() { return try value(of: number) }
    if take("true") { return .bool(true) }
    if take("false") { return .bool(false) }
    if take("null") { return .null }
    throw mistake("a value")
  }

  // MARK: Lists and objects

  private mutating func list() throws(Mistake) -> JSONList {
    try open()
    defer { depth -= 1 }
    let start = self
    var count = 0
    if take("]") { return JSONList(count: 0, start: start) }
    while true {
      try skipValue()
      count += 1
      skipSpace()
      if take("]") { return JSONList(count: count, start: start) }
      guard take(",") else { throw mistake("a comma or ]") }
    }
  }

  private mutating func object() throws(Mistake) -> [String: JSON] {
    var members: [String: JSON] = [:]
    try self.members { parser throws(Mistake) in
      guard parser.keyCount < Self.keyLimit else {
        throw parser.mistake("at most \(Self.keyLimit) keys")
      }
      parser.keyCount += 1
      let start = parser.position
      let key = try parser.string()
      // Which of two values counts differs from reader to reader.
      if members[key] != nil { throw parser.repetition(of: key, at: start) }
      try parser.colon()
      members[key] = try parser.value()
    }
    return members
  }

  /// Calls `body` at the key of each member, to go past it and its value.
  private mutating func members(
    _ body: (inout JSONParser) throws(Mistake) -> Void
  ) throws(Mistake) {
    try open()
    defer { depth -= 1 }
    if take("}") { return }
    while true {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw mistake("a key in quotes") }
      try body(&self)
      skipSpace()
      if take("}") { return }
      guard take(",") else { throw mistake("a comma or }") }
    }
  }

  /// Goes past the opening bracket of a list or object.
  private mutating func open() throws(Mistake) {
    guard depth < Self.depthLimit else { throw mistake("at most \(Self.depthLimit) nested lists") }
    depth += 1
    position += 1
    skipSpace()
  }

  private mutating func colon() throws(Mistake) {
    skipSpace()
    guard take(":") else { throw mistake("a colon") }
  }

  // MARK: Bytes

  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Whether the text, of ASCII characters, comes next; if so, goes past it.
  @inline(__always)
  mutating func take(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count - position >= count else { return false }
    for i in 0..<count where bytes[position + i] != text.utf8Start[i] { return false }
    position += count
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
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

  func mistake(_ expected: String) -> Mistake {
    let (line, column) = place(position)
    let rest = String(decoding: bytes[position...].prefix(20), as: UTF8.self)
    let word = rest.prefix { $0.isLetter || $0.isNumber }
    let found = rest.first.map { word.isEmpty ? String($0) : String(word) }
    return Mistake(
      line: line, column: column,
      reason: "found \(found.map(quoted) ?? "the end of the file"), expected \(expected)")
  }
}
