import Synchronization

/// The rank of this process in its world, for what has no world at hand, such as the handling of
/// signals.
public enum OwnRank {
  private static let rank = Atomic<Int>(0)

  /// 0 until the process has joined a world, and of a process that is alone, whatever rank the
  /// environment says it has: then it speaks for itself.
  public static var current: Int { rank.load(ordering: .relaxed) }

  package static func set(_ value: Int) { rank.store(value, ordering: .relaxed) }
}
