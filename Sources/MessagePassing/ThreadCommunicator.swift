/// Threads of one process as ranks: what tests run in place of mpirun.
///
/// Stricter than MPI where that finds mistakes: each rank begins a sum with its own values, so a
/// sum whose value depends on the order of additions differs between ranks; ranks that call
/// different collectives, or with different counts, get an error instead of garbage.
public struct ThreadCommunicator: Communicator {
  public let rank: Int
  public let size: Int
  private let meeting: Meeting

  /// Runs `body` once per rank, each on a thread of its own, and returns when all have ended.
  ///
  /// A rank that returns or throws leaves the world: ranks that then wait for it in a collective
  /// get `ThreadCommunicatorError.rankLeft`.
  ///
  /// - Returns: the results in rank order.
  /// - Throws: the error of the lowest rank that threw, preferring causes over `rankLeft`, which
  ///   only follows from another rank's end.
  public static func run<Value: Sendable>(
    ranks: Int, _ body: @escaping @Sendable (ThreadCommunicator) throws -> Value
  ) throws -> [Value] {
    precondition(ranks > 0, "a world of \(ranks) ranks")
    let meeting = Meeting(size: ranks)
    let outcomes = runThreads(ranks) { rank in
      defer { meeting.leave(rank: rank) }
      return Result { try body(ThreadCommunicator(rank: rank, size: ranks, meeting: meeting)) }
    }
    let errors = outcomes.compactMap { outcome -> (any Error)? in
      if case .failure(let error) = outcome { error } else { nil }
    }
    if let cause = errors.first(where: { !isConsequence($0) }) ?? errors.first { throw cause }
    return try outcomes.map { try $0.get() }
  }

  public func sum(_ values: UnsafeMutableBufferPointer<Double>) throws {
    try combine(values, "sum", +)
  }

  public func reduce(
    _ values: UnsafeMutableBufferPointer<Double>, by reduction: Reduction
  ) throws {
    let call = "\(reduction.name) of \(values.count) numbers"
    var all = try meeting.exchange(
      Array(UnsafeRawBufferPointer(values)), call: call, rank: rank)
    var count = CInt(values.count / reduction.elementSize)
    for offset in 1..<size {
      all[(rank + offset) % size].withUnsafeMutableBytes { theirs in
        reduction.combine(theirs.baseAddress, values.baseAddress, &count, nil)
      }
    }
  }

  public func maximum(_ values: UnsafeMutableBufferPointer<Double>) throws {
    try combine(values, "maximum", max)
  }

  public func gather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    try meeting.exchange(bytes, call: "gather", rank: rank)
  }

  public func barrier() throws {
    _ = try meeting.exchange([], call: "barrier", rank: rank)
  }

  private func combine(
    _ values: UnsafeMutableBufferPointer<Double>, _ name: String,
    _ operation: (Double, Double) -> Double
  ) throws {
    let call = "\(name) of \(values.count) numbers"
    let all = try meeting.exchange(
      Array(UnsafeRawBufferPointer(values)), call: call, rank: rank)
    for offset in 1..<size {
      all[(rank + offset) % size].withUnsafeBytes { theirs in
        for i in values.indices {
          let other = theirs.loadUnaligned(fromByteOffset: 8 * i, as: Double.self)
          values[i] = operation(values[i], other)
        }
      }
    }
  }

  private static func isConsequence(_ error: any Error) -> Bool {
    if case .rankLeft = error as? ThreadCommunicatorError { true } else { false }
  }
}

/// Why threads that act as ranks did not complete a collective.
public enum ThreadCommunicatorError: Error, Equatable, CustomStringConvertible {
  /// A rank ended, by return or error, while others called `call`.
  case rankLeft(rank: Int, call: String)
  /// Two ranks called different collectives at the same time.
  case mismatch(rank: Int, call: String, otherRank: Int, otherCall: String)

  public var description: String {
    switch self {
    case .rankLeft(let rank, let call):
      "rank \(rank) ended while other ranks waited for it in a \(call)"
    case .mismatch(let rank, let call, let otherRank, let otherCall):
      "rank \(rank) called a \(call), but rank \(otherRank) a \(otherCall); all ranks call the "
        + "same collectives in the same order"
    }
  }
}
