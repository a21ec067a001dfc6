import JSONDocuments
import MixtureModels
import ModelFiles
import Words

/// Takes the members of an object of options one after the other.
struct OptionReader {
  private var members: [String: JSON]

  /// - Parameter text: a JSON object of UTF-8.
  /// - Throws: `ArgumentError` about the first mistake.
  init(_ text: UnsafePointer<CChar>?) throws {
    guard let text else { throw ArgumentError("no options") }
    let bytes = Array(String(cString: text).utf8)
    let value: JSON
    do { value = try JSONParser.parse(bytes) } catch {
      throw ArgumentError(
        "options: line \(error.line), column \(error.column): no JSON: \(error.reason)")
    }
    guard case .object(let members) = value else {
      throw ArgumentError("options: found \(value.described), expected an object")
    }
    self.members = members
  }

  /// The member, once; nil if there is none, or null.
  private mutating func take(_ key: String) -> JSON? {
    guard let value = members.removeValue(forKey: key) else { return nil }
    if case .null = value { return nil }
    return value
  }

  private func error(_ key: String, _ value: JSON, _ expected: String) -> ArgumentError {
    ArgumentError("\(key): found \(value.described), expected \(expected)")
  }

  mutating func string(_ key: String) throws -> String? {
    guard let value = take(key) else { return nil }
    guard case .string(let text) = value else { throw error(key, value, "a string") }
    return text
  }

  mutating func bool(_ key: String) throws -> Bool? {
    guard let value = take(key) else { return nil }
    guard case .bool(let flag) = value else { throw error(key, value, "true or false") }
    return flag
  }

  mutating func integer(_ key: String, _ range: ClosedRange<UInt64>) throws -> UInt64? {
    guard let value = take(key) else { return nil }
    guard case .integer(let number) = value, range.contains(number) else {
      throw error(key, value, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A finite number from 0 up.
  mutating func number(_ key: String) throws -> Double? {
    guard let value = take(key) else { return nil }
    let number: Double? =
      switch value {
      case .integer(let number): Double(number)
      case .number(let number): number
      default: nil
      }
    guard let number, number >= 0, number.isFinite else {
      throw error(key, value, "a finite number from 0 up")
    }
    return number
  }

  /// One of some words.
  mutating func word<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String, _: Word.Type
  ) throws -> Word? {
    guard let text = try string(key) else { return nil }
    guard let word = Word(rawValue: text) else {
      throw ArgumentError(
        "\(key): found \(quoted(text)), expected "
          + Word.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return word
  }

  mutating func strings(_ key: String) throws -> [String]? {
    guard let value = take(key) else { return nil }
    guard case .list(let list) = value else { throw error(key, value, "a list of strings") }
    return try list.map {
      guard case .string(let text) = $0 else { throw error(key, $0, "a string") }
      return text
    }
  }

  /// How many threads are to work; nil: as many as there are cores.
  mutating func threads() throws -> Int? { try integer("threads", 1...4096).map { Int($0) } }

  /// Lists of strings, some of which may be null.
  mutating func lists(_ key: String) throws -> [[String]?]? {
    guard let value = take(key) else { return nil }
    let expected = "a list of lists of strings"
    guard case .list(let list) = value else { throw error(key, value, expected) }
    return try list.map { entry -> [String]? in
      switch entry {
      case .null: return nil
      case .list(let names):
        return try names.map {
          guard case .string(let name) = $0 else { throw error(key, $0, expected) }
          return name
        }
      default: throw error(key, entry, expected)
      }
    }
  }

  /// A list of whole numbers from `range`.
  mutating func integers(_ key: String, _ range: ClosedRange<UInt64>) throws -> [UInt64]? {
    guard let value = take(key) else { return nil }
    let expected = "a list of whole numbers from \(range.lowerBound) to \(range.upperBound)"
    guard case .list(let list) = value else { throw error(key, value, expected) }
    return try list.map {
      guard case .integer(let number) = $0, range.contains(number) else {
        throw error(key, $0, expected)
      }
      return number
    }
  }

  mutating func texts(_ key: String) throws -> [String: String]? {
    guard let value = take(key) else { return nil }
    guard case .object(let members) = value else { throw error(key, value, "an object of strings") }
    return try members.mapValues {
      guard case .string(let text) = $0 else { throw error(key, $0, "a string") }
      return text
    }
  }

  /// - Throws: `ArgumentError` about a member that nobody has taken.
  func requireEmpty() throws {
    if let key = members.keys.min() { throw ArgumentError("options: no option \(quoted(key))") }
  }
}
