import Kernels
import Rows
import Synchronization

/// What a thread reuses from block to block.
final class ThreadMemory {
  let reading = Workspace()
  let computing = Workspace()
  let numbers = Workspace()
  /// Of each pass.
  private(set) var sums: [ExactSums] = []

  /// Begins new sums, in the same memory where it suffices.
  func restart(counts: [Int], additions: Int) {
    var idle = sums
    sums = counts.map { count in
      guard let place = idle.firstIndex(where: { $0.fits(count: count, additions: additions) })
      else { return ExactSums(count: count, additions: additions) }
      let sums = idle.remove(at: place)
      sums.restart()
      return sums
    }
  }
}

/// What threads reuse from walk to walk; one set for each walk that is under way at the same time.
final class ThreadMemories: Sendable {
  private let idle = Mutex<[PerThread<ThreadMemory>]>([])
  private let threads: Int

  init(threads: Int) { self.threads = threads }

  func withOne<Result>(_ body: (PerThread<ThreadMemory>) throws -> Result) rethrows -> Result {
    let memory = idle.withLock { $0.popLast() } ?? PerThread(threads: threads) { ThreadMemory() }
    defer { idle.withLock { $0.append(memory) } }
    return try body(memory)
  }
}
