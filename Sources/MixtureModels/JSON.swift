/// A JSON value in memory.
///
/// Foundation's decoder is not used because on Linux it tells neither where a document stops being
/// JSON nor why; a model file is written by people too, and they need the line.
enum JSON: Equatable {
  case null
  case bool(Bool)
  /// A whole number from 0 up, exact, up to 2^53 however it is written, beyond that of digits only:
  /// seeds use all 64 bits.
  case integer(UInt64)
  case number(Double)
  case string(String)
  case list([JSON])
  case object([String: JSON])

  /// The value in a sentence: `the number 3.5`, `a list of 2`.
  var described: String {
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
