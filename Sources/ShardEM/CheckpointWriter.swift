import Dispatch
import MixtureModels
import Synchronization

/// How long a fit lets pass between two checkpoints.
public enum CheckpointInterval: Sendable, Equatable {
  /// At least so long from the beginning of one to that of the next; 0 for one after every
  /// iteration, which then waits until the one before is on disk.
  case seconds(Double)
  /// So long that writing takes at most this part of the time.
  case share(Double)

  /// 2 % of the time.
  public static let standard = CheckpointInterval.share(0.02)
}

/// Writes the checkpoints of one fit, on one rank, beside the iterations that follow.
public final class CheckpointWriter {
  private let folder: CheckpointFolder
  private let model: any Model
  private let identity: FitIdentity
  private let interval: CheckpointInterval
  /// For as long as this writes.
  private let lock: FolderLock?
  private var lastWritten: FitPlace?
  /// The newest state, if its writing has not begun.
  private var pending: FitState?
  /// What is being written.
  private var writing: Writing?
  private var began: ContinuousClock.Instant?
  /// What the last checkpoint took.
  private var cost = Duration.zero

  /// - Parameters:
  ///   - state: what the fit goes on from, if it does so in the same folder.
  ///   - lock: of the folder.
  public init(
    _ folder: CheckpointFolder, of model: any Model, _ identity: FitIdentity,
    interval: CheckpointInterval = .standard, resuming state: FitState? = nil,
    lock: FolderLock? = nil
  ) {
    (self.folder, self.model, self.identity, self.interval) = (folder, model, identity, interval)
    (self.lock, lastWritten) = (lock, state?.place)
  }

  /// A fit that fails leaves no part of a file.
  deinit { _ = writing?.wait() }

  /// Begins to write the state, if it is time to and the one before is written. The first is written
  /// at once; of one that has converged nothing is to come.
  ///
  /// - Throws: `FileError` if an earlier one cannot be written; those before it are untouched.
  public func keep(_ state: FitState) throws {
    pending = state
    let mayWait = interval == .seconds(0) || state.isSettled
    if writing?.isDone == true || mayWait { try finish() }
    if writing == nil && (state.isSettled || isDue) { begin() }
  }

  /// Returns when the newest state is on disk.
  public func flush() throws {
    try finish()
    begin()
    try finish()
  }

  private var isDue: Bool {
    guard let began else { return true }
    let passed = ContinuousClock.now - began
    return switch interval {
    case .seconds(let seconds): passed >= .seconds(seconds)
    case .share(let share): passed * share >= cost
    }
  }

  private func begin() {
    guard let state = pending else { return }
    pending = nil
    began = .now
    writing = Writing { [folder, model, identity, lastWritten] in
      try folder.write(Checkpoint(state, of: model, identity), previous: lastWritten)
    }
    lastWritten = state.place
  }

  /// Waits for what is being written.
  private func finish() throws {
    guard let writing else { return }
    self.writing = nil
    cost = try writing.wait().get()
  }
}

/// Work on a thread of its own.
private final class Writing: Sendable {
  /// How long it took, or why it failed.
  typealias Outcome = Result<Duration, any Error>
  private let outcome = Mutex<Outcome?>(nil)
  private let group = DispatchGroup()

  init(_ work: @escaping @Sendable () throws -> Void) {
    DispatchQueue(label: "checkpoint").async(group: group) {
      let outcome = Result { try ContinuousClock().measure(work) }
      self.outcome.withLock { $0 = outcome }
    }
  }

  var isDone: Bool { outcome.withLock { $0 != nil } }

  func wait() -> Outcome {
    group.wait()
    return outcome.withLock { $0! }
  }
}
