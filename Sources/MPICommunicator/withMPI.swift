import Host
import MessagePassing

/// Runs `body` in the world of all ranks that the launcher started, or alone without a launcher.
///
/// Owns the start and the end of MPI, so a process calls it at most once; a process that has
/// started MPI otherwise (mpi4py) owns them itself, and calls it as often as it likes. MPI does not
/// start, and `world` is a `SoloCommunicator`, where it has nothing to do: without mpirun, srun or
/// the like (it would start a daemon), as the only rank (in the shell of a Slurm allocation, which
/// is a step of one task, Open MPI may refuse to start), and in builds without the trait MPI.
///
/// - Parameters:
///   - ranks: which processes take part.
///   - anyThread: whether `body` calls collectives from other threads than the one it is called on,
///     one at a time: MPI is then asked for MPI_THREAD_MULTIPLE.
///   - body: calls the collectives of `world`; unless `anyThread`, on the thread it is called on.
/// - Returns: what `body` returns on this rank.
/// - Throws: `LauncherError` if the launcher started several copies that do not know each other;
///   a `CommonError` that `body` throws, since all ranks throw it; in a world of one whatever
///   `body` throws. Any other error would leave the other ranks waiting in their next collective:
///   it is printed with its rank and ends the whole job.
public func withMPI<Value>(
  ranks: JobRanks = .launched, anyThread: Bool = false,
  _ body: (any Communicator) throws -> Value
) throws -> Value {
  guard ranks != .one, let launcher = Launcher.current, launcher.rankCount != 1 else {
    return try body(SoloCommunicator())
  }
  #if MPI
    let world = try MPICommunicator(anyThread: anyThread)
    OwnRank.set(world.rank)
    let outcome = Result {
      if ranks == .launched {
        try launcher.check(worldSize: world.size, library: mpiLibraryName())
      }
      return try body(world)
    }
    if case .failure(let error) = outcome, world.size > 1, !areAllRanksMeeting(error) {
      printError("rank \(world.rank): \(error)")
      world.abort(status: exitStatus(of: error))
    }
    try world.finalize()
    return try outcome.get()
  #else
    if ranks == .launched { try launcher.check(worldSize: 1, library: nil) }
    return try body(SoloCommunicator())
  #endif
}
