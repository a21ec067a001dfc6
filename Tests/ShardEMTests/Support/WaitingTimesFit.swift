import MessagePassing
import MixtureModels
import ModelFiles
import ShardEM

// The fit of the example of README.md, word for word; a test compares them.

/// Collective. Fits waiting times, going on where an earlier fit of them was stopped.
func fitWaitingTimes(
  _ files: [String], components: Int, to path: String, in world: any Communicator
) throws -> Fit {
  let data = try DataSet.open(files, world: world)
  let engine = Engine(data, threads: try world.coreShare(), world: world)
  let times = WaitingTimes(components: components)

  let folder = CheckpointFolder(path + ".checkpoints")
  let lock = try world.agree { world.rank == 0 ? try folder.locked(creating: true) : nil }
  let identity = FitIdentity(
    settings: [("components", "\(components)")], data: try engine.fingerprint())
  let earlier = try folder.resumption(of: times, identity, in: world)?.state
  let writer = CheckpointWriter(folder, of: times, identity, resuming: earlier, lock: lock)
  let fit = try engine.fit(
    times, from: .kMeansPlusPlus, resuming: earlier,
    keep: { if world.rank == 0 { try writer.keep($0) } })
  try world.agree {
    guard world.rank == 0 else { return }
    try writer.flush()
    try ModelFile(times, fit.parameters).write(to: path)
  }
  return fit
}
