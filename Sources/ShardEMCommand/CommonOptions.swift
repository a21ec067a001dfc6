import MessagePassing
import ShardEM

/// Options of which ranks make their common plans, in words such as `--shards 8`.
///
/// A launcher can give each rank a command line of its own (`mpirun -n 1 ... : -n 1 ...`). Ranks with
/// different plans would wait for each other in different collectives, for ever.
protocol CommonOptions {
  var common: [String] { get }
}

/// An option and its value; nil where it is not given.
func word(_ option: String, _ value: Any?) -> String {
  value.map { "\(option) \($0)" } ?? "no \(option)"
}

/// A flag.
func word(_ flag: String, isOn: Bool) -> String { isOn ? flag : "no \(flag)" }

/// Ranks that were given different commands or options.
struct DifferentOptions: InputError, CustomStringConvertible {
  let rank: Int
  let found: String
  /// On rank 0.
  let expected: String

  var description: String {
    "\(expected) on rank 0, but \(found) on rank \(rank); all ranks need the same command and options"
  }

  /// Collective.
  ///
  /// - Throws: on every rank the same error if not all have the same words.
  static func check<World: Communicator>(_ words: [String], in world: World) throws {
    guard let difference = try world.firstDifference(of: words) else { return }
    throw DifferentOptions(
      rank: difference.rank, found: difference.found ?? "nothing",
      expected: difference.expected ?? "nothing")
  }
}
