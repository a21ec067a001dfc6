import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The rank of this process in its world, for what has no world at hand, such as the handling of
/// signals.
public enum OwnRank {
  private static let rank = Atomic<Int>(0)

  /// 0 until the process has joined a world, and of a process that is alone, whatever rank the
  /// environment says it has: then it speaks for itself.
  public static var current: Int { rank.load(ordering: .relaxed) }

  package static func set(_ value: Int) { rank.store(value, ordering: .relaxed) }
}

/// Writes a line to standard error, in one piece, so that lines of several ranks do not mix, and as
/// `plain` text.
package func printError(_ line: String) {
  var line = plain(line) + "\n"
  line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
