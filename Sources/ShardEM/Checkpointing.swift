import MessagePassing
import MixtureModels

/// What a checkpoint must have in common with the fit that goes on from it.
public struct FitIdentity: Sendable, Equatable {
  let settings: [Checkpoint.Setting]
  package let data: DataFingerprint

  /// - Parameter settings: the options that the result depends on, and their values.
  public init(settings: [(option: String, value: String)], data: DataFingerprint) {
    self.settings = settings.map { Checkpoint.Setting(option: $0.option, value: $0.value) }
    self.data = data
  }

  /// The option that may have another value when a fit goes on.
  ///
  /// A start that is not done goes the same way under any limit, until it gets there. A start that
  /// has ended by one cannot go on once another has begun, and another limit could have made it the
  /// best: from then on the limit stays. A tolerance always stays: whether a start would have
  /// converged earlier by another one is not known from the checkpoint, which has no changes of
  /// parameters.
  package static let limitOption = "--max-iterations"

  /// - Throws: `CheckpointError` with the first difference.
  fileprivate func require(_ checkpoint: Checkpoint, file: String) throws {
    func value(_ option: String, _ settings: [Checkpoint.Setting]) -> String? {
      settings.first { $0.option == option }?.value
    }
    for option in (settings + checkpoint.settings).map(\.option) {
      let found = value(option, checkpoint.settings)
      let expected = value(option, settings)
      guard found != expected else { continue }
      if option == Self.limitOption, let found, let limit = expected.flatMap({ Int($0) }) {
        try require(limit, instead: found, checkpoint, file: file)
      } else {
        throw CheckpointError(file, .setting(option: option, found: found, expected: expected))
      }
    }
    if let difference = data.difference(from: checkpoint.data) {
      throw CheckpointError(file, .data(difference))
    }
  }

  private func require(
    _ limit: Int, instead found: String, _ checkpoint: Checkpoint, file: String
  ) throws {
    if checkpoint.restart > 0 {
      throw CheckpointError(file, .startsEnded(found: found, expected: limit))
    }
    if checkpoint.iteration > limit {
      throw CheckpointError(file, .beyondLimit(iteration: checkpoint.iteration, limit: limit))
    }
  }
}

/// A state to go on from, and where it comes from.
public struct Resumption<Parameters: Sendable>: Sendable {
  public let state: FitState<Parameters>
  public let file: String
  /// Newer checkpoints that were passed over because they are damaged.
  public let damaged: [String]
}

extension CheckpointFolder {
  /// Collective. The state in the newest whole checkpoint, which rank 0 reads for all.
  ///
  /// - Returns: nil if there is no checkpoint.
  /// - Throws: on every rank the same `CheckpointError` if the checkpoint is of another fit.
  public func resumption<Model: LatentVariableModel, World: Communicator>(
    of model: Model, _ identity: FitIdentity, in world: World
  ) throws -> Resumption<Model.Parameters>? {
    let newest = try world.agree { try world.rank == 0 ? self.newest() : nil }
    let bytes = try world.gather(newest?.checkpoint.encoded() ?? [])[0]
    guard let checkpoint = Checkpoint(bytes) else { return nil }
    let file = newest?.file ?? path
    return try world.agree { () -> Resumption<Model.Parameters> in
      try identity.require(checkpoint, file: file)
      guard let state = checkpoint.state(of: model) else { throw CheckpointError(file, .size) }
      return Resumption(state: state, file: file, damaged: newest?.damaged ?? [])
    }
  }
}

/// Writes the checkpoints of one fit; on one rank.
public final class CheckpointWriter<Model: LatentVariableModel> {
  private let folder: CheckpointFolder
  private let model: Model
  private let identity: FitIdentity
  private let interval: Duration
  private var lastWritten: FitPlace?
  private var lastTime: ContinuousClock.Instant?
  /// The newest state, if it is not written yet.
  private var pending: FitState<Model.Parameters>?

  /// - Parameters:
  ///   - interval: the least time between two checkpoints; 0 for one after every iteration.
  ///   - state: what the fit goes on from.
  public init(
    _ folder: CheckpointFolder, of model: Model, _ identity: FitIdentity, interval: Duration,
    resuming state: FitState<Model.Parameters>?
  ) {
    (self.folder, self.model, self.identity, self.interval) = (folder, model, identity, interval)
    lastWritten = state?.place
  }

  /// Writes the state if it is time to.
  ///
  /// - Throws: `RowSourceError` if it cannot be written; older checkpoints are untouched then.
  public func keep(_ state: FitState<Model.Parameters>) throws {
    pending = state
    if let lastTime, ContinuousClock.now - lastTime < interval, !state.converged { return }
    try flush()
  }

  /// Writes the newest state if it is not written yet.
  public func flush() throws {
    guard let state = pending else { return }
    let checkpoint = Checkpoint(
      state, of: model, settings: identity.settings, data: identity.data)
    lastWritten = try folder.write(checkpoint, previous: lastWritten)
    (pending, lastTime) = (nil, .now)
  }
}
