import ArgumentParser
import Logging
import MessagePassing
import MixtureModels
import RowSources
import ShardEM

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
      "The least seconds between two checkpoints; 0: after every iteration.",
      valueName: "seconds"))
  var checkpointInterval = 0.0

  @Option(
    help: ArgumentHelp(
      "Go on from the newest checkpoint in this folder; with --checkpoint of the same folder, from "
        + "the beginning if there is none yet.", valueName: "folder"))
  var resume: String?

  func validate() throws {
    guard checkpointInterval >= 0, checkpointInterval.isFinite else {
      throw ValidationError(
        "--checkpoint-interval \(checkpointInterval); expected a number of seconds from 0 up")
    }
    // Three centuries; a duration of 1e21 seconds would be none.
    guard checkpointInterval <= 1e10 else {
      throw ValidationError(
        "--checkpoint-interval \(checkpointInterval); expected a number of seconds from 0 to 1e10")
    }
    if checkpoint == "" || resume == "" {
      throw ValidationError("--checkpoint and --resume need the name of a folder")
    }
  }

  var common: [String] { [word("--checkpoint", checkpoint), word("--resume", resume)] }

  /// Where checkpoints go: to where they come from, unless told otherwise.
  private var target: String? { checkpoint ?? resume }

  /// Collective. What a fit goes on from, and who keeps its checkpoints; nothing of both without
  /// the options.
  func keeper<Mixture: FiledMixture, World: Communicator>(
    of mixture: Mixture, settings: [(option: String, value: String)], _ sweep: Sweep<World>,
    _ log: Logger
  ) throws -> StateKeeper<Mixture>? {
    guard let target else { return nil }
    let world = sweep.world
    let identity = FitIdentity(settings: settings, data: try sweep.fingerprint())
    let resumption = try resume.flatMap {
      try CheckpointFolder($0).resumption(of: mixture, identity, in: world)
    }
    let folder = CheckpointFolder(target)
    let writer =
      world.rank > 0
      ? nil
      : CheckpointWriter(
        folder, of: mixture, identity, interval: .seconds(checkpointInterval),
        resuming: resumption?.state)
    try world.agree {
      guard let writer else { return }
      let goesOnThere = resume.map { isSameFolder($0, target) } ?? false
      if resumption == nil, let resume, checkpoint == nil || !goesOnThere {
        throw CheckpointError(nothingIn: resume)
      }
      if resumption == nil || !goesOnThere { try folder.prepareForNewFit() }
      // What the fit goes on from is from now on in the folder that it is told to keep.
      if let resumption, !goesOnThere { try writer.keep(resumption.state) }
    }
    for file in resumption?.damaged ?? [] {
      log.warning("\(file) is damaged; going on from the checkpoint before it")
    }
    if let resumption {
      log.notice("going on from \(resumption.file)")
    } else if resume != nil {
      log.notice("\(target): no checkpoint yet; beginning anew")
    }
    return StateKeeper(resumed: resumption?.state, writer: writer, folder: target)
  }
}

/// Whether two names stand for one folder, that need not be there yet.
private func isSameFolder(_ one: String, _ other: String) -> Bool {
  FileIdentity(of: one).map { $0 == FileIdentity(of: other) } ?? (one == other)
}

/// Keeps the state of a fit, and ends the fit when the process is told to stop.
final class StateKeeper<Mixture: FiledMixture> {
  /// What the fit goes on from; nil: from the beginning.
  let resumed: FitState<Mixture.Parameters>?
  /// On rank 0.
  private let writer: CheckpointWriter<Mixture>?
  private let folder: String

  init(
    resumed: FitState<Mixture.Parameters>?, writer: CheckpointWriter<Mixture>?, folder: String
  ) {
    (self.resumed, self.writer, self.folder) = (resumed, writer, folder)
    StopSignals.install()
  }

  /// After every iteration, on every rank.
  func keep(_ state: FitState<Mixture.Parameters>) throws {
    try writer?.keep(state)
    // A fit that has converged is as good as done.
    if let signal = StopSignals.received, !state.converged {
      throw Stopped(signal: signal, iteration: state.iteration, folder: folder)
    }
  }

  /// When the fit has been stopped, perhaps by another rank.
  func flush() throws { try writer?.flush() }
}

/// The job was told to stop, and can go on later.
struct Stopped: Interruption, CustomStringConvertible {
  /// The name of the signal.
  let signal: String
  let iteration: Int
  let folder: String

  var description: String {
    "stopped by \(signal) after iteration \(iteration); --resume \(folder) goes on from there"
  }
}
