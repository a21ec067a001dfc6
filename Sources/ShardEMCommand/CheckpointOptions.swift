import ArgumentParser
import Files
import Host
import Logging
import MessagePassing
import MixtureModels
import ModelFiles
import ShardEM
import Words

/// Where a fit keeps what it needs to go on after its end.
struct CheckpointOptions: ParsableArguments, CommonOptions {
  @Option(
    help: ArgumentHelp(
      "Keep checkpoints in this folder, and stop with status 75 after the iteration in which "
        + "SIGTERM or SIGUSR1 comes.", valueName: "folder"))
  var checkpoint: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The least seconds between two checkpoints; 0: after every iteration. (default: as many as "
        + "keep the writing below 2 % of the time)", valueName: "seconds"))
  var checkpointInterval: Double?

  @Option(
    help: ArgumentHelp(
      "Go on from the newest checkpoint in this folder, which is only read; with --checkpoint of the "
        + "same folder, from the beginning if there is none yet.", valueName: "folder"))
  var resume: String?

  func validate() throws {
    if checkpoint == "" || resume == "" {
      throw ValidationError("--checkpoint and --resume need the name of a folder")
    }
    guard let interval = checkpointInterval else { return }
    guard interval >= 0, interval.isFinite else {
      throw ValidationError(
        "--checkpoint-interval \(interval); expected a number of seconds from 0 up")
    }
    // Three centuries; a duration of 1e21 seconds would be none.
    guard interval <= 1e10 else {
      throw ValidationError(
        "--checkpoint-interval \(interval); expected a number of seconds from 0 to 1e10")
    }
    if checkpoint == nil {
      throw ValidationError("--checkpoint-interval \(interval) without --checkpoint")
    }
  }

  var common: [String] { [word("--checkpoint", checkpoint), word("--resume", resume)] }

  /// Collective. What a fit goes on from, and who keeps its checkpoints; nothing of both without
  /// the options.
  func keeper(
    of mixture: any Family, settings: FitSettings, _ engine: Engine, _ log: Logger
  ) throws -> StateKeeper? {
    guard isUsed else { return nil }
    let keeper = try keeper(
      of: mixture, settings, data: try engine.fingerprint(), in: engine.world, log)
    if let file = keeper.resumedFile {
      log.notice("going on from \(file)")
    } else if let resume {
      log.notice("\(resume): no checkpoint yet; beginning anew")
    }
    return keeper
  }

  /// Whether there are checkpoints to be kept or gone on from.
  var isUsed: Bool { checkpoint != nil || resume != nil }

  /// Those of one fit among others, in folders of its own in these.
  func within(_ name: String) -> CheckpointOptions {
    var own = self
    own.checkpoint = checkpoint.map { "\($0)/\(name)" }
    own.resume = goesOnThere ? own.checkpoint : resume.map { "\($0)/\(name)" }
    return own
  }

  /// Collective.
  ///
  /// - Parameter isAmongOthers: whether the fit is one of a selection: of those that are to go on one begins
  ///   where there is no checkpoint of it, and the folder of all is locked.
  func keeper(
    of mixture: any Family, _ settings: FitSettings, data: DataFingerprint,
    isAmongOthers: Bool = false, in world: any Communicator, _ log: Logger
  ) throws -> StateKeeper {
    let identity = FitIdentity(
      settings: settings, limitOption: SearchOptions.limitOption, isOfSelection: isAmongOthers,
      data: data)
    // Before the newest is read: another fit could be about to write a newer one.
    let lock = try world.agree { () -> FolderLock? in
      guard world.rank == 0 else { return nil }
      guard isAmongOthers else { return try self.lock(creating: false, log) }
      try checkpoint.map(CheckpointFolder.init)?.requireUnlocked { log.notice("\($0)") }
      return nil
    }
    let resumption = try resume.flatMap {
      try CheckpointFolder($0).resumption(of: mixture, identity, in: world)
    }
    let writer = try world.agree { () -> CheckpointWriter? in
      if resumption == nil, let resume, !goesOnThere, !isAmongOthers {
        throw CheckpointError(nothingIn: resume)
      }
      guard world.rank == 0, let checkpoint else { return nil }
      if isAmongOthers { try CheckpointFolder(checkpoint).create() }
      return try self.writer(
        CheckpointFolder(checkpoint), of: mixture, identity, resumption,
        isAmongOthers ? nil : lock ?? self.lock(creating: true, log))
    }
    for file in resumption?.damaged ?? [] {
      log.warning("\(file) is damaged; going on from the checkpoint before it")
    }
    return StateKeeper(
      resumed: resumption?.state, from: resumption?.file, writer: writer, folder: checkpoint)
  }

  /// Whether checkpoints go to where the fit goes on from.
  var goesOnThere: Bool {
    guard let checkpoint, let resume else { return false }
    return isSameFolder(resume, checkpoint)
  }

  /// The lock of the folder for checkpoints; nil if there is none, or not yet.
  ///
  /// - Parameter withFolders: whether it is also on the folders in that.
  func lock(creating: Bool, withFolders: Bool = false, _ log: Logger) throws -> FolderLock? {
    try checkpoint.flatMap {
      try CheckpointFolder($0).locked(creating: creating, withFolders: withFolders) {
        log.notice("\($0)")
      }
    }
  }

  private func writer(
    _ folder: CheckpointFolder, of mixture: any Family, _ identity: FitIdentity,
    _ resumption: Resumption?, _ lock: FolderLock?
  ) throws -> CheckpointWriter {
    let writer = CheckpointWriter(
      folder, of: mixture, identity,
      interval: checkpointInterval.map(CheckpointInterval.seconds) ?? .standard,
      resuming: resumption?.state, lock: lock)
    if resumption == nil || !goesOnThere { try folder.requireEmpty() }
    // What the fit goes on from is from now on in the folder that it is told to keep.
    if let resumption, !goesOnThere { try writer.keep(resumption.state) }
    return writer
  }
}

/// Whether two names stand for one folder, that need not be there yet.
private func isSameFolder(_ one: String, _ other: String) -> Bool {
  FileIdentity(of: one).map { $0 == FileIdentity(of: other) } ?? (one == other)
}

/// Keeps the state of a fit, and ends the fit when the process is told to stop.
final class StateKeeper {
  /// What the fit goes on from; nil: from the beginning.
  let resumed: FitState?
  /// Where that is from.
  let resumedFile: String?
  /// On rank 0.
  private let writer: CheckpointWriter?
  /// Where checkpoints go; nil: there are none to stop with.
  private let folder: String?

  init(
    resumed: FitState?, from file: String?, writer: CheckpointWriter?, folder: String?
  ) {
    (self.resumed, resumedFile, self.writer, self.folder) = (resumed, file, writer, folder)
    if folder != nil { StopSignals.install() }
  }

  /// Before every walk that follows an iteration, on every rank.
  func keep(_ state: FitState) throws {
    try writer?.keep(state)
    // A fit that has converged is as good as done.
    if let folder, let signal = StopSignals.received, !state.isSettled {
      throw Stopped(
        signal: signal, iterations: state.place.iterations, starts: state.starts.count,
        folder: folder)
    }
  }

  /// Returns when the last state is on disk: the fit is done or has been stopped, perhaps by another
  /// rank.
  func flush() throws { try writer?.flush() }
}

/// The job was told to stop, and can go on later.
struct Stopped: Interruption, CustomStringConvertible {
  /// The name of the signal.
  let signal: String
  /// Of all starts.
  let iterations: Int
  let starts: Int
  let folder: String

  var description: String {
    let place =
      starts == 1
      ? "iteration \(iterations)" : "\(counted(iterations, "iteration")) of \(starts) starts"
    return "stopped by \(signal) after \(place); --resume \(folder) goes on from there"
  }
}
