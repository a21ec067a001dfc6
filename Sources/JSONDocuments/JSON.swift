import Words

/// A JSON value in memory.
///
/// Foundation's decoder is not used because on Linux it tells neither where a document stops being
/// JSON nor why; a model file is written by people too, and they need the line.
package enum JSON {
  case null
  case bool(Bool)
  /// A whole number from 0 up, exact, up to 2^53 however it is written, beyond that of digits only:
  /// seeds use all 64 bits.
  case integer(UInt64)
  case number(Double)
  case string(String)
  case list(JSONList)
  case object([String: JSON])

  /// The value in a sentence: `the number 3.5`, `a list of 2`.
  package var described: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "the number \(value)"
    case .number(let value): "the number \(unpointed(value))"
    case .string(let value): quoted(String(value.prefix(40)))
    case .list(let values): "a list of \(values.count)"
    case .object: "an object"
    }
  }
}

/// The values of a list, still as text: a list may have millions, of which no two are needed at a time,
/// and in memory each takes many times its text.
package struct JSONList: Sequence {
  /// How many values there are.
  package let count: Int
  /// Stands behind the opening bracket of a list without mistakes.
  let start: JSONParser

  package func makeIterator() -> Iterator { Iterator(parser: start, remaining: count) }

  package struct Iterator: IteratorProtocol {
    fileprivate var parser: JSONParser
    fileprivate var remaining: Int

    package mutating func next() -> JSON? {
      guard remaining > 0 else { return nil }
      remaining -= 1
      // There are no mistakes; but an object may have more keys than are held.
      return (try? parser.entry()) ?? .null
    }
  }
}
