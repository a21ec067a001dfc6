import Files
import Logging
import MixtureModels
import ShardEM
import Words

/// The checkpoints of a selection: each fit has those that `fit` keeps, in a folder of its own in that of
/// the selection. The lock of this one is on all: of fits there may be more than a process may have files
/// open.
final class SelectionCheckpoints {
  private let options: CheckpointOptions
  private let engine: Engine
  private let data: DataFingerprint
  private let log: Logger
  /// Of the folder of the selection, on rank 0.
  private let lock: FolderLock?
  private var keepers: [SelectionFit: StateKeeper] = [:]
  /// The number of iterations of each fit, of all starts.
  private var iterations: [SelectionFit: Int] = [:]
  private var hasReported = false

  /// Collective. Nil where none are to be kept, or to be gone on from.
  ///
  /// - Throws: `CheckpointError` if there are none in the folder that a selection is to go on from.
  init?(_ options: CheckpointOptions, _ engine: Engine, _ log: Logger) throws {
    guard options.isUsed else { return nil }
    (self.options, self.engine, self.log) = (options, engine, log)
    let world = engine.world
    data = try engine.fingerprint()
    lock = try world.agree {
      guard world.rank == 0 else { return nil }
      if let resume = options.resume, !options.goesOnThere, try !Self.isBegun(resume) {
        throw CheckpointError(nothingIn: resume)
      }
      let lock = try options.lock(creating: true, withFolders: true, log)
      if let folder = options.checkpoint, !options.goesOnThere, try Self.isBegun(folder) {
        throw CheckpointError(folder, .occupied)
      }
      return lock
    }
  }

  /// Whether a folder is there that holds folders with checkpoints.
  private static func isBegun(_ folder: String) throws -> Bool {
    do {
      return try FolderListing.names(folder).contains { name in
        try CheckpointFolder("\(folder)/\(name)").hasCheckpoints
      }
    } catch let error as FileError where error.problem == .noSuchFile { return false }
  }

  /// Collective. What a fit goes on from.
  ///
  /// - Parameter name: of its folder.
  func begin(
    _ fit: SelectionFit, _ name: String, _ model: any Family, _ settings: FitSettings
  ) throws -> FitState? {
    let keeper = try options.within(name).keeper(
      of: model, settings, data: data, isAmongOthers: true, in: engine.world, log)
    keepers[fit] = keeper
    iterations[fit] = keeper.resumed?.place.iterations ?? 0
    return keeper.resumed
  }

  /// Tells, once, what the selection goes on from; all fits have begun.
  func report() {
    guard let resume = options.resume, !hasReported else { return }
    hasReported = true
    let resumed = keepers.values.count { $0.resumed != nil }
    log.notice(
      resumed == 0
        ? "\(resume): no checkpoint yet; beginning anew"
        : "going on with \(resumed) of \(counted(keepers.count, "fit")) in \(resume)")
  }

  /// Before every walk that follows an iteration of the fit, on every rank.
  func keep(_ fit: SelectionFit, _ state: FitState) throws {
    iterations[fit] = state.place.iterations
    do {
      try keepers[fit]?.keep(state)
    } catch let stop as Stopped {
      throw Stopped(
        signal: stop.signal, iterations: iterations.values.reduce(0, +), starts: keepers.count,
        folder: options.checkpoint!)
    }
  }

  /// Returns when the last states are on disk.
  func flush() throws { for keeper in keepers.values { try keeper.flush() } }
}
