import Synchronization

/// How parts of a computation that do not depend on each other are shared out: by the threads of a
/// rank, and by ranks where that pays.
public struct WorkSharing: Sendable {
  /// Calls `body` for every part, 0 to `count - 1`, in any order, several at a time.
  ///
  /// Throws the error of the lowest part that failed; parts after it may have been left out.
  public typealias ForEach =
    @Sendable (
      _ count: Int, _ body: @Sendable (_ part: Int) throws -> Void
    ) throws -> Void

  /// The numbers of all parts, in order, of which this rank computes some by `numbers` and gets the
  /// others from other ranks, where they `payToExchange`. All ranks call it, with equal parts.
  ///
  /// Throws the error of the lowest part that failed, on every rank.
  public typealias Exchange =
    @Sendable (
      _ parts: Parts, _ numbers: (_ range: Range<Int>) throws -> [[Double]]
    ) throws -> [[Double]]

  private let forEach: ForEach
  private let exchange: Exchange

  /// - Parameters:
  ///   - exchange: how ranks exchange parts; by default there is one.
  ///   - forEach: how a rank goes through its own.
  public init(
    exchange: @escaping Exchange = { parts, numbers in try numbers(0..<parts.count) },
    _ forEach: @escaping ForEach
  ) {
    (self.exchange, self.forEach) = (exchange, forEach)
  }

  /// One part after the other.
  public static let none = WorkSharing { count, body in
    for part in 0..<count { try body(part) }
  }

  /// The results of all parts, in order, by this rank.
  ///
  /// - Throws: the error of the lowest part that failed.
  package func map<Result: Sendable>(
    _ count: Int, _ part: @Sendable (_ number: Int) throws -> Result
  ) throws -> [Result] {
    let results = Mutex([Result?](repeating: nil, count: count))
    try forEach(count) { number in
      let result = try part(number)
      results.withLock { $0[number] = result }
    }
    return results.withLock { $0.map { $0! } }
  }

  /// The numbers of all parts, in order, by all ranks where that pays. All ranks call it.
  ///
  /// - Parameter part: a function of what all ranks have in common.
  /// - Throws: the error of the lowest part that failed.
  package func numbers(
    of parts: Parts, _ part: @Sendable (_ number: Int) throws -> [Double]
  ) throws -> [[Double]] {
    try exchange(parts) { range in
      try map(range.count) { try part(range.lowerBound + $0) }
    }
  }

  /// Parts of one size.
  public struct Parts: Sendable, Equatable {
    /// Their number.
    public let count: Int
    /// The floating-point operations of each.
    public let operations: Double
    /// How many numbers each gives.
    public let numberCount: Int

    public init(count: Int, operations: Double, numberCount: Int) {
      (self.count, self.operations, self.numberCount) = (count, operations, numberCount)
    }

    /// Whether it takes less time to compute some of the parts on each rank, and to gather the others,
    /// than to compute all on every rank.
    ///
    /// A function of the sizes alone, as all ranks must decide alike. At 10 GFLOP/s of one thread,
    /// gathering takes less time than the operations that it saves from 0.6 GB/s on (from 10 GB/s
    /// on with 16 threads); and these take 0.4 ms or more in all, several times what a gather of
    /// nothing takes on thousands of ranks.
    public func payToExchange(among ranks: Int) -> Bool {
      let busiest = (count + ranks - 1) / ranks
      return Double(count - busiest) * operations >= 0x1p22
        && operations >= 16 * Double(8 * numberCount)
    }
  }
}
