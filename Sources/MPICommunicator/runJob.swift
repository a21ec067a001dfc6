import Host
import MessagePassing
import SystemLibrary

/// Runs a whole program on all ranks, and ends each of them with the same status: that of the job.
///
/// Errors that all ranks know are printed once, by rank 0, and nobody ends before it has done so: a
/// launcher kills the other ranks when the first one ends with another status than 0. A process
/// that is alone, or whose MPI fails, speaks for itself. Errors that one rank keeps to itself end
/// the job as `withMPI` says.
///
/// - Parameters:
///   - program: the name that stands before messages.
///   - advice: what to do where copies of the program do not know each other, if they need not.
///   - anyThread: whether `body` calls collectives from any thread, one at a time.
///   - body: returns the exit status; what rank 0 returns is that of all.
public func runJob(
  _ program: String, ranks: JobRanks = .launched, anyThread: Bool = false, advice: String? = nil,
  _ body: (any Communicator) throws -> Int32
) -> Never {
  let status: Int32
  do {
    status = try withMPI(ranks: ranks, anyThread: anyThread) { world in
      do {
        let own = try body(world)
        var status = [world.rank == 0 ? Double(own) : 0]
        try world.sum(&status)
        return Int32(status[0])
      } catch  where areAllRanksMeeting(error) || world.size == 1 {
        if world.rank == 0 { printError("\(program): \(error)") }
        try world.barrier()
        return exitStatus(of: error)
      }
    }
  } catch {
    let advice = error is LauncherError ? advice.map { "; \($0)" } : nil
    printError("\(program): \(error)\(advice ?? "")")
    exit(exitStatus(of: error))
  }
  // What rank 0 has said may still be on its way from another host when the launcher hears of the
  // first rank that ended.
  if status != 0 && OwnRank.current > 0 { usleep(200_000) }
  exit(status)
}
