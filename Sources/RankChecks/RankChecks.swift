import Host
import MPICommunicator
import MessagePassing

/// Checks of what needs several processes; `scripts/ranks` runs them under mpirun.
///
/// Without arguments: one line `ok ...` or `not ok ...` per check, and status 1 if one failed. An
/// argument chooses an ending instead, for the caller to see what the job prints and returns:
/// `agreed-failure` (the last rank has wrong input, and all agree on it), `lone-failure` (the last
/// rank throws while the others wait for it), `status` (each rank returns 70 + its number), or
/// `any-thread` (a fit on another thread than the first).
@main struct RankChecks {
  static func main() {
    let isAnyThread = CommandLine.arguments.dropFirst().first == "any-thread"
    runJob("RankChecks", anyThread: isAnyThread) { world in
      switch CommandLine.arguments.dropFirst().first {
      case nil: try runChecks(world)
      case "agreed-failure": try world.agree { try failOnLastRank(of: world) }
      case "lone-failure":
        try failOnLastRank(of: world)
        try world.barrier()
      case "any-thread": try fitOnOtherThread(in: world)
      case "status": return 70 + Int32(world.rank)
      case let other?: throw world.common(BadRow(text: "\(other): no such ending"))
      }
      return 0
    }
  }

  static func runChecks(_ world: any Communicator) throws {
    var checks = Checks(world: world)
    try checkCollectives(&checks)
    try checkChunks(&checks)
    try checkThread(&checks)
    try checkExactSums(&checks)
    try checkAgreement(&checks)
    try world.agree { if checks.failures > 0 { throw ChecksFailed(count: checks.failures) } }
  }

  static func failOnLastRank(of world: any Communicator) throws {
    if world.rank == world.size - 1 { throw BadRow(text: "part-0001.csv: row 7: not a number") }
  }
}

/// An error of the input, for checks.
struct BadRow: InputError, CustomStringConvertible {
  let text: String
  var description: String { text }
}

/// Some of this rank's checks failed.
struct ChecksFailed: Error, CustomStringConvertible {
  let count: Int
  var description: String { "\(count) checks failed" }
}
