import ArgumentParser
import Host
import MessagePassing
import ShardEM

/// Options of which ranks make their common plans, in words such as `--shards 8`.
///
/// A launcher can give each rank a command line of its own (`mpirun -n 1 ... : -n 1 ...`). Ranks with
/// different plans would wait for each other in different collectives, for ever.
protocol CommonOptions {
  var common: [String] { get }
}

/// An option of a command line as the command holds it.
struct GivenOption {
  /// Without the dashes.
  let name: String
  /// Nil if it is not given and has no default.
  let value: String?
  let isFlag: Bool

  /// Those of a command and its groups, in order. Arguments are none: each rank may call its files
  /// otherwise, and they are compared by what is in them.
  static func all(of command: Any) -> [GivenOption] {
    Mirror(reflecting: command).children.flatMap { child -> [GivenOption] in
      // A property wrapper is stored under the name of its property behind an underscore.
      guard let label = child.label, label.hasPrefix("_") else { return [] }
      switch child.value {
      case let group as any OptionGroupValue: return all(of: group.anyValue)
      case let option as any OptionValue:
        return [
          GivenOption(
            name: hyphenated(label.dropFirst()), value: text(of: option.anyValue),
            isFlag: option.isFlag)
        ]
      default: return []
      }
    }
  }

  /// `maxIterations` as ArgumentParser writes it: max-iterations.
  private static func hyphenated(_ name: Substring) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
  }

  /// Nil for the nil of any type.
  private static func text(of value: Any) -> String? {
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .optional else { return "\(value)" }
    return mirror.children.first.map { "\($0.value)" }
  }

  /// As messages have it.
  var word: String {
    if isFlag { return ShardEMCommand.word("--" + name, isOn: value == "true") }
    return ShardEMCommand.word("--" + name, value)
  }
}

/// The value of an option or flag, whatever its type.
private protocol OptionValue {
  var anyValue: Any { get }
  var isFlag: Bool { get }
}

extension Option: OptionValue {
  fileprivate var anyValue: Any { wrappedValue }
  fileprivate var isFlag: Bool { false }
}

extension Flag: OptionValue {
  fileprivate var anyValue: Any { wrappedValue }
  fileprivate var isFlag: Bool { true }
}

private protocol OptionGroupValue { var anyValue: Any { get } }

extension OptionGroup: OptionGroupValue { fileprivate var anyValue: Any { wrappedValue } }

/// An option and its value; nil where it is not given.
func word(_ option: String, _ value: Any?) -> String {
  value.map { "\(option) \($0)" } ?? "no \(option)"
}

/// A flag.
func word(_ flag: String, isOn: Bool) -> String { isOn ? flag : "no \(flag)" }

/// Ranks that were given different commands or options.
struct DifferentOptions: InputError, CommonError, CustomStringConvertible {
  let rank: Int
  let found: String
  /// On rank 0.
  let expected: String

  var description: String {
    "\(expected) on rank 0, but \(found) on rank \(rank); all ranks need the same command and options"
  }

  /// The options that ranks may have of their own: no result depends on them, nor what is written
  /// or when a rank ends or waits for others.
  static let own: Set = ["threads", "memory", "progress", "verbose", "quiet", "is-alone"]

  /// The words for all options but those, and those that `words` has in words of their own.
  static func words(for options: [GivenOption], besides words: [String]) -> [String] {
    let named = Set(
      words.flatMap { $0.split(separator: " ") }.filter { $0.hasPrefix("--") }.map {
        $0.dropFirst(2)
      })
    return options.filter { !own.contains($0.name) && !named.contains($0.name[...]) }.map(\.word)
  }

  /// Collective.
  ///
  /// - Throws: on every rank the same error if not all have the same words.
  static func check(_ words: [String], in world: any Communicator) throws {
    guard let difference = try world.firstDifference(of: words) else { return }
    throw DifferentOptions(
      rank: difference.rank, found: difference.found ?? "nothing",
      expected: difference.expected ?? "nothing")
  }
}
