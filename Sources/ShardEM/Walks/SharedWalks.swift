import Synchronization

/// Walks over the rows that searches share: each is a task that waits for a walk whenever it
/// wants sums, and when all of them wait, one walk gives all of them theirs.
///
/// The tasks run one at a time, on the thread that has called `run`. So what they do between two walks
/// may call collectives, which every rank then calls in the same order: tasks are functions of what all
/// ranks have in common, and go on in the order of their places.
final class SharedWalks: TaskExecutor {
  typealias Walk = ([WalkRequest]) throws -> [WalkTotal]

  private struct Waiting {
    let place: [Int]
    let request: WalkRequest
    let continuation: CheckedContinuation<WalkTotal, any Error>
  }

  private struct State {
    var jobs: ArraySlice<UnownedJob> = []
    var waiting: [Waiting] = []
    /// The error by which all tasks end.
    var failure: (any Error)?
  }

  private let state = Mutex(State())

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
  }

  /// Runs a task, and those that it begins, to their ends.
  ///
  /// - Parameter walk: gives each request its sums.
  func run<Value: Sendable>(
    walk: Walk, _ body: @escaping @Sendable () async throws -> Value
  ) throws -> Value {
    let outcome = Outcome<Value>()
    Task(executorPreference: self) {
      do { outcome.set(.success(try await body())) } catch { outcome.set(.failure(error)) }
    }
    while true {
      while let job = state.withLock({ $0.jobs.popFirst() }) {
        job.runSynchronously(on: asUnownedTaskExecutor())
      }
      if let outcome = outcome.value { return try outcome.get() }
      goOn(walk)
    }
  }

  /// Does the walk that all tasks wait for.
  private func goOn(_ walk: Walk) {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting.sorted { $0.place.lexicographicallyPrecedes($1.place) }
    }
    precondition(!waiting.isEmpty, "tasks that wait for something else than a walk")
    do {
      let totals = try walk(waiting.map(\.request))
      for (task, total) in zip(waiting, totals) { task.continuation.resume(returning: total) }
    } catch {
      end(error)
      for task in waiting { task.continuation.resume(throwing: error) }
    }
  }

  /// The sums that a walk gives, when all other tasks wait for one too.
  ///
  /// - Parameter place: where in the order of tasks this one is.
  func total(_ request: WalkRequest, place: [Int]) async throws -> WalkTotal {
    try await withCheckedThrowingContinuation { continuation in
      let failure = state.withLock { state in
        if state.failure == nil {
          state.waiting.append(Waiting(place: place, request: request, continuation: continuation))
        }
        return state.failure
      }
      if let failure { continuation.resume(throwing: failure) }
    }
  }

  /// Ends all tasks by an error, met by all ranks: none gets sums any more.
  func end(_ error: any Error) {
    let waiting = state.withLock { state in
      state.failure = state.failure ?? error
      defer { state.waiting = [] }
      return state.waiting
    }
    for task in waiting { task.continuation.resume(throwing: error) }
  }

  /// The error by which all tasks have ended.
  var failure: (any Error)? { state.withLock { $0.failure } }
}

/// What a task comes to.
private final class Outcome<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)

  var value: Result<Value, any Error>? { result.withLock { $0 } }
  func set(_ value: Result<Value, any Error>) { result.withLock { $0 = value } }
}
