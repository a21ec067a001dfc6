import Host
import SystemLibrary

/// Where threads that act as ranks wait for each other and exchange what they bring.
///
/// Unchecked: every stored variable is read and written only while `mutex` is held.
final class Meeting: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// What each rank has brought to the current round; nil before it arrives.
  private var brought: [(call: String, bytes: [UInt8])?]
  /// The number of completed rounds.
  private var rounds = 0
  /// What the last completed round gave. Stays until all ranks have come back for the next one.
  private var outcome: Result<[[UInt8]], ThreadCommunicatorError> = .success([])
  /// The first rank that left for good.
  private var leaver: Int?

  init(size: Int) {
    brought = Array(repeating: nil, count: size)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Waits for all ranks, and returns what each of them brought, in rank order.
  func exchange(_ bytes: [UInt8], call: String, rank: Int) throws -> [[UInt8]] {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    let round = rounds
    brought[rank] = (call, bytes)
    completeRoundIfAllArrived()
    while rounds == round {
      if let leaver { throw ThreadCommunicatorError.rankLeft(rank: leaver, call: call) }
      pthread_cond_wait(changed, mutex)
    }
    return try outcome.get()
  }

  /// Tells the ranks that wait, now or later, not to wait for this one.
  func leave(rank: Int) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    leaver = leaver ?? rank
    pthread_cond_broadcast(changed)
  }

  private func completeRoundIfAllArrived() {
    let all = brought.compactMap { $0 }
    guard all.count == brought.count else { return }
    if let other = all.firstIndex(where: { $0.call != all[0].call }) {
      outcome = .failure(
        .mismatch(rank: 0, call: all[0].call, otherRank: other, otherCall: all[other].call))
    } else {
      outcome = .success(all.map(\.bytes))
    }
    for rank in brought.indices { brought[rank] = nil }
    rounds += 1
    pthread_cond_broadcast(changed)
  }
}

/// Runs `body` for 0 to `count - 1`, each on a thread of its own, since they wait for each other;
/// returns what they returned.
func runThreads<Value: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) -> Value
) -> [Value] {
  // Each thread writes its own element once; they are read after the threads have ended.
  nonisolated(unsafe) let values = UnsafeMutablePointer<Value?>.allocate(capacity: count)
  values.initialize(repeating: nil, count: count)
  defer {
    values.deinitialize(count: count)
    values.deallocate()
  }
  let threads = (0..<count).map { index in
    startThread { values[index] = body(index) }
  }
  for thread in threads { pthread_join(thread, nil) }
  return (0..<count).map { values[$0]! }
}
