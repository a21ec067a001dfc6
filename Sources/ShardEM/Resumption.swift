import MessagePassing
import MixtureModels

/// A state to go on from, and where it comes from.
public struct Resumption: Sendable {
  /// What the fit goes on from.
  public let state: FitState
  /// The checkpoint that it was in.
  public let file: String
  /// Newer checkpoints that were passed over because they are damaged.
  public let damaged: [String]
}

extension CheckpointFolder {
  /// Collective. The state in the newest whole checkpoint, which rank 0 reads for all.
  ///
  /// - Returns: nil if there is no checkpoint.
  /// - Throws: on every rank the same error if the checkpoint cannot be read or is of another fit or
  ///   program.
  public func resumption(
    of model: any Model, _ identity: FitIdentity, in world: any Communicator
  ) throws -> Resumption? {
    let newest = try world.agree { try world.rank == 0 ? self.newest() : nil }
    let bytes = try world.gather(newest?.checkpoint.encoded() ?? [])[0]
    if bytes.isEmpty { return nil }
    let file = newest?.file ?? path
    return try world.agree { () -> Resumption in
      let checkpoint = try Checkpoint(bytes, path: file)
      try identity.require(checkpoint, file: file)
      guard let state = checkpoint.state(of: model) else { throw CheckpointError(file, .size) }
      return Resumption(state: state, file: file, damaged: newest?.damaged ?? [])
    }
  }
}
