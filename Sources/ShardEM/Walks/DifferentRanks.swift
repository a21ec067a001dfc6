import Host
import MessagePassing

/// Ranks that were asked for different things: they would wait for each other in different
/// collectives, for ever.
public struct DifferentRanks: InputError, CommonError, Equatable, CustomStringConvertible {
  /// The first rank that differs from rank 0.
  public let rank: Int
  /// What it has, in words; nil if there is no such thing.
  public let found: String?
  /// What rank 0 has.
  public let expected: String?

  public var description: String {
    "\(expected ?? "nothing") on rank 0, but \(found ?? "nothing") on rank \(rank); all ranks need "
      + "the same model, options and data"
  }
}

extension Communicator {
  /// Collective: one gather of 8 bytes, and of the words if they differ.
  ///
  /// - Throws: on every rank the same `DifferentRanks` unless all have the same words.
  package func requireSame(_ words: [String]) throws {
    guard let difference = try firstDifference(of: words) else { return }
    throw DifferentRanks(
      rank: difference.rank, found: difference.found, expected: difference.expected)
  }
}

/// A thing and its value, or that there is none.
func word(_ name: String, _ value: Any?) -> String { value.map { "\(name) \($0)" } ?? "no \(name)" }

/// The properties of a value that are numbers, texts, flags or cases, or say themselves what they are,
/// with their names, and those of values in it: the settings of a model or a fit.
func settings(of value: Any) -> [String] {
  Mirror(reflecting: value).children.flatMap { child -> [String] in
    guard let name = child.label else { return [] }
    let mirror = Mirror(reflecting: child.value)
    // First, as a number that may be missing is taken for a number too.
    if mirror.displayStyle == .optional { return [word(name, mirror.children.first?.value)] }
    switch (child.value, mirror.displayStyle) {
    case (is any BinaryInteger, _), (is any BinaryFloatingPoint, _), (is Bool, _), (is String, _),
      (_, .enum):
      return ["\(name) \(child.value)"]
    case (is any CustomStringConvertible, .struct): return ["\(name) \(child.value)"]
    case (_, .struct): return settings(of: child.value)
    default: return []
    }
  }
}
