import MessagePassing
import Synchronization

/// Ranks as threads that count what each of them is sent.
struct CountingCommunicator: Communicator {
  /// What one rank has been sent so far.
  final class Counts: Sendable {
    struct Totals: Sendable, Equatable {
      /// The bytes of all ranks that this rank has gathered.
      var gatheredBytes = 0
      /// The lengths of the sums, in numbers, in order.
      var sums: [Int] = []
      /// How many of them ended a walk over the rows.
      var walks = 0
      /// The number of calls of any collective.
      var calls = 0
    }
    let totals = Mutex(Totals())
  }

  let counts = Counts()
  private let ranks: ThreadCommunicator

  init(_ ranks: ThreadCommunicator) { self.ranks = ranks }

  var rank: Int { ranks.rank }
  var size: Int { ranks.size }

  func sum(_ values: UnsafeMutableBufferPointer<Double>) throws {
    counts.totals.withLock {
      $0.sums.append(values.count)
      $0.calls += 1
    }
    try ranks.sum(values)
  }

  func reduce(
    _ values: UnsafeMutableBufferPointer<Double>, by reduction: Reduction
  ) throws {
    counts.totals.withLock {
      $0.sums.append(values.count)
      $0.walks += 1
      $0.calls += 1
    }
    try ranks.reduce(values, by: reduction)
  }

  func maximum(_ values: UnsafeMutableBufferPointer<Double>) throws {
    counts.totals.withLock { $0.calls += 1 }
    try ranks.maximum(values)
  }

  func gather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    let gathered = try ranks.gather(bytes)
    counts.totals.withLock {
      $0.gatheredBytes += gathered.reduce(0) { $0 + $1.count }
      $0.calls += 1
    }
    return gathered
  }

  func barrier() throws {
    counts.totals.withLock { $0.calls += 1 }
    try ranks.barrier()
  }
}
