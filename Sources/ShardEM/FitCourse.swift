import MixtureModels
import Synchronization

/// How far a fit is, and who is to know.
///
/// Unchecked: the closures are called by the thread that has called `with`, until it returns.
final class FitCourse: @unchecked Sendable {
  private struct Progress {
    var state: FitState
    /// Whether `keep` has yet to be given the state.
    var isNew = false
    /// Of the seconds that `keep` took, the part of each search that was under way.
    var keepSeconds = 0.0
    /// The number of walks so far.
    var walks = 0
    /// What it was at each start's last iteration or beginning; nil of one that is not under way.
    var marks: [Int?]
  }

  private let progress: Mutex<Progress>
  private let onIteration: IterationHook
  private let keep: FitKeeper
  private let onSearch: SearchHook

  /// That of a fit which begins with `state`. The closures are called by the thread that runs it.
  init(
    _ state: FitState, _ onIteration: @escaping IterationHook = { _ in },
    _ keep: @escaping FitKeeper = { _ in }, _ onSearch: @escaping SearchHook = { _ in }
  ) {
    progress = Mutex(
      Progress(state: state, marks: Array(repeating: nil, count: state.starts.count)))
    (self.onIteration, self.keep, self.onSearch) = (onIteration, keep, onSearch)
  }

  /// Calls `body` with the course of a fit that begins with `state`.
  static func with<Value>(
    _ state: FitState, _ onIteration: IterationHook,
    _ keep: FitKeeper = { _ in }, _ onSearch: SearchHook = { _ in },
    _ body: (FitCourse) throws -> Value
  ) rethrows -> Value {
    try withoutActuallyEscaping(onIteration) { onIteration in
      try withoutActuallyEscaping(keep) { keep in
        try withoutActuallyEscaping(onSearch) { onSearch in
          try body(FitCourse(state, onIteration, keep, onSearch))
        }
      }
    }
  }

  var state: FitState { progress.withLock { $0.state } }
  var keepSeconds: Double { progress.withLock { $0.keepSeconds } }

  /// One more start is to be run, that follows from something with this digest.
  func addStart(from source: UInt64) {
    progress.withLock {
      $0.state.addStart(from: source)
      $0.marks += Array(repeating: nil, count: $0.state.starts.count - $0.marks.count)
    }
  }

  /// For how many walks start number `restart` of a fit that goes on waits before it does: until those are
  /// done that others have to take again.
  ///
  /// So all starts go on side by side as they were, which no result depends on, but the order of the lines
  /// in the trace. (A start that draws ten thousand walks long loses that.)
  func walksToWait(_ restart: Int) -> Int {
    progress.withLock { progress in
      guard let own = progress.state.walks[restart] else { return 0 }
      return min((progress.state.walks.compactMap { $0 }.max() ?? 0) - own, 10_000)
    }
  }

  /// Start number `restart` begins, or goes on.
  func begin(_ restart: Int) { progress.withLock { $0.marks[restart] = $0.walks } }

  /// What is told comes before what is kept: a fit that goes on finds its iterations in the trace.
  func report(_ report: IterationReport) throws { try onIteration(report) }

  /// What a search for a start is doing.
  func tell(_ report: SearchReport) { onSearch(report) }

  /// Start number `restart` has come so far.
  func reach(_ start: StartState, restart: Int) {
    progress.withLock {
      $0.state.starts[restart] = start
      $0.marks[restart] = $0.walks
      $0.isNew = true
    }
  }

  /// Start number `restart` has ended, likelier or less likely than others that have.
  ///
  /// - Parameter parameters: what it gives; nil if it has failed.
  func end(_ restart: Int, _ end: StartEnd, with parameters: Parameters? = nil) {
    progress.withLock { progress in
      var start = progress.state.starts[restart] ?? StartState(parameters: nil)
      (start.end, start.parameters) = (end, parameters)
      start.accelerator = nil
      progress.state.starts[restart] = start
      progress.marks[restart] = nil
      let state = progress.state
      // What an added start leads to may turn out to be no result.
      let kept = [state.best(among: state.own), state.best(among: state.starts.indices)]
      for other in state.starts.indices
      where !kept.contains(other) && state.starts[other]?.hasEnded == true {
        progress.state.starts[other]?.parameters = nil
      }
      progress.isNew = true
    }
  }

  /// Before a walk of so many searches: gives the state to whoever keeps it, if there is a new one.
  func keepState(searches: Int) throws {
    guard let state = takeNew() else { return }
    let clock = ContinuousClock()
    let began = clock.now
    defer {
      let seconds = (clock.now - began).seconds / Double(searches)
      progress.withLock { $0.keepSeconds += seconds }
    }
    try keep(state)
  }

  /// Counts the walk.
  private func takeNew() -> FitState? {
    progress.withLock { progress in
      defer {
        progress.isNew = false
        progress.walks += 1
      }
      guard progress.isNew else { return nil }
      progress.state.walks = progress.marks.map { mark in mark.map { progress.walks - $0 } }
      return progress.state
    }
  }
}
