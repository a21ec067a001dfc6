import ArgumentParser
import Logging
import MessagePassing

/// How a command runs: nothing here changes a result.
struct RunOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Threads of each rank. (default: the cores that the launcher left this rank)",
      valueName: "n"))
  var threads: Int?

  @Flag(name: .shortAndLong, help: "Log more to standard error.")
  var verbose = false

  @Flag(
    name: .shortAndLong,
    help: "Log warnings only, and show no progress unless --progress says how.")
  var quiet = false

  @OptionGroup var alone: AloneOption

  func validate() throws {
    if let threads, !(1...4096).contains(threads) {
      throw ValidationError(
        """
        --threads \(threads); expected 1 to 4096: each takes memory, and more than there are \
        cores gain nothing
        """)
    }
    if verbose && quiet { throw ValidationError("--verbose and --quiet exclude each other") }
  }

  /// Collective. The threads of this rank.
  func threadCount(in world: any Communicator) throws -> Int {
    // Asked by all ranks: some may have been given a number, others not.
    let share = try world.coreShare()
    return threads ?? share
  }

  /// How progress is shown.
  ///
  /// - Parameter given: what `--progress` says.
  func progress(_ given: Progress.Style?) -> Progress.Style {
    given ?? (quiet ? Progress.Style.none : .auto)
  }

  /// Where rank 0 logs; other ranks stay silent.
  func logger(on world: any Communicator) -> Logger {
    guard world.rank == 0 else {
      return Logger(label: "shardem") { _ in SwiftLogNoOpLogHandler() }
    }
    let level: Logger.Level = verbose ? .debug : quiet ? .warning : .info
    return Logger(label: "shardem") { _ in LineLogHandler(logLevel: level) }
  }
}

/// Whether a process is one of several.
struct AloneOption: ParsableArguments {
  /// Looked for before the command line is parsed, which may be refused.
  static let flag = "--no-mpi"

  @Flag(
    name: .customLong("no-mpi"),
    help: """
      One process, whatever the launcher says: for many fits, each of its own, under one srun or \
      mpirun. MPI does not start.
      """)
  var isAlone = false
}
