import MPICommunicator
import MessagePassing

/// Checks of what needs several processes; `scripts/ranks` runs them under mpirun.
///
/// Without arguments: one line `ok ...` or `not ok ...` per check, and status 1 if one failed. An
/// argument chooses an ending instead, for the caller to see what the job prints and returns:
/// `agreed-failure` (the last rank has wrong input, and all agree on it) or `lone-failure` (the
/// last rank throws while the others wait for it).
@main struct RankChecks {
  static func main() {
    do {
      try withMPI { world in
        switch CommandLine.arguments.dropFirst().first {
        case nil: try runChecks(world)
        case "agreed-failure": try world.agree { try failOnLastRank(of: world) }
        case "lone-failure":
          try failOnLastRank(of: world)
          try world.barrier()
        case let other?: throw BadRow(text: "\(other): no such ending")
        }
      }
    } catch {
      endProcess(reporting: error, program: "RankChecks")
    }
  }

  static func runChecks(_ world: any Communicator) throws {
    var checks = Checks(world: world)
    try checkCollectives(&checks)
    try checkChunks(&checks)
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
