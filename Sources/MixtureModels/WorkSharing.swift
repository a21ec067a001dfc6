import Synchronization

/// How parts of a computation that do not depend on each other are shared out, such as by threads.
public struct WorkSharing: Sendable {
  /// Calls `body` for every part, 0 to `count - 1`, in any order, several at a time.
  ///
  /// Throws the error of the lowest part that failed; parts after it may have been left out.
  public typealias ForEach =
    @Sendable (
      _ count: Int, _ body: @Sendable (_ part: Int) throws -> Void
    ) throws -> Void

  private let forEach: ForEach

  public init(_ forEach: @escaping ForEach) { self.forEach = forEach }

  /// One part after the other.
  public static let none = WorkSharing { count, body in
    for part in 0..<count { try body(part) }
  }

  /// The results of all parts, in order.
  ///
  /// - Throws: the error of the lowest part that failed.
  func map<Result: Sendable>(
    _ count: Int, _ part: @Sendable (_ number: Int) throws -> Result
  ) throws -> [Result] {
    let results = Mutex([Result?](repeating: nil, count: count))
    try forEach(count) { number in
      let result = try part(number)
      results.withLock { $0[number] = result }
    }
    return results.withLock { $0.map { $0! } }
  }
}
