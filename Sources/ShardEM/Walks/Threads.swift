import Dispatch
import Synchronization

/// Runs `body` for every item, 0 to `count - 1`, on up to `threads` threads.
///
/// Items are handed out one by one as threads become free, so that slow ones do not hold up the
/// rest; which thread gets which item must not matter to the result.
/// - Parameter body: gets the number of its thread, 0 to `threads - 1`, and the item.
/// - Throws: the error of the lowest item that failed; items after it may have been left out.
func forEachItem(
  of count: Int, threads: Int, _ body: @Sendable (_ thread: Int, _ item: Int) throws -> Void
) throws {
  let next = Atomic(0)
  let firstFailure = Mutex<(item: Int, error: any Error)?>(nil)

  @Sendable func work(thread: Int) {
    while true {
      let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard item < count else { return }
      do {
        try body(thread, item)
      } catch {
        // Items are handed out in order: every item below this one is done or being done.
        next.store(count, ordering: .relaxed)
        firstFailure.withLock { if item < $0?.item ?? Int.max { $0 = (item, error) } }
      }
    }
  }

  let used = min(threads, count)
  if used <= 1 {
    work(thread: 0)
  } else {
    DispatchQueue.concurrentPerform(iterations: used) { work(thread: $0) }
  }
  if let failure = firstFailure.withLock({ $0 }) { throw failure.error }
}

/// One state for each thread, touched by that thread only while threads run.
struct PerThread<State: AnyObject>: @unchecked Sendable {
  private let states: [State]

  init(threads: Int, _ make: () -> State) { states = (0..<threads).map { _ in make() } }

  subscript(thread: Int) -> State { states[thread] }
}
