#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The program that started this process as one of several ranks, as far as the environment tells.
///
/// Known before MPI starts. Without a launcher MPI need not start at all, which would take a
/// daemon and a second; and copies of a program that each believe to be alone are found out.
public struct Launcher: Equatable, Sendable {
  /// The variable that gave it away.
  public let variable: String
  /// The number of ranks it announced; nil if it does not say.
  public let rankCount: Int?
  /// The rank of this process; nil if it does not say.
  public let rank: Int?

  /// Variables of a launcher: Open MPI's mpirun; Hydra (MPICH, Intel MPI) and Slurm's PMI; a step
  /// of Slurm's srun; any PMIx server. The first that is set counts, because ranks inherit the
  /// variables of the launchers that started their launcher (mpirun starts its daemons by srun).
  ///
  /// Slurm's job variables (`SLURM_NTASKS`, and in batch scripts `SLURM_PROCID`) are no sign of a
  /// launcher: they are set throughout an allocation, for a plain `./program` too. Those of a
  /// step are set by srun only.
  private static let known: [(variable: String, isCount: Bool, rank: String)] = [
    ("OMPI_COMM_WORLD_SIZE", true, "OMPI_COMM_WORLD_RANK"),
    ("PMI_SIZE", true, "PMI_RANK"),
    ("SLURM_STEP_NUM_TASKS", true, "SLURM_PROCID"),
    ("PMIX_NAMESPACE", false, "PMIX_RANK"),
  ]

  /// - Parameter environment: the value of an environment variable; nil if it is not set.
  /// - Returns: nil if no launcher started the process.
  public init?(environment: (String) -> String?) {
    for (variable, isCount, rankVariable) in Launcher.known {
      guard let value = environment(variable) else { continue }
      self.variable = variable
      rankCount = isCount ? Int(value) : nil
      rank = environment(rankVariable).flatMap { Int($0) }
      return
    }
    return nil
  }

  /// The launcher of this process.
  public static let current = Launcher { name in getenv(name).map { String(cString: $0) } }

  /// Whether this process speaks for all: rank 0, or the only one. Known without MPI, hence
  /// also when MPI did not start, or has ended.
  public static var isReportingRank: Bool { (current?.rank ?? 0) == 0 }

  /// - Parameters:
  ///   - worldSize: the number of ranks that this process can talk to.
  ///   - library: the name of the MPI the program was built with; nil if with none.
  /// - Throws: `LauncherError` if several ranks were announced, but the process is alone.
  public func check(worldSize: Int, library: String?) throws {
    guard let rankCount, rankCount > 1, worldSize == 1 else { return }
    throw LauncherError(variable: variable, rankCount: rankCount, library: library)
  }
}

/// Several copies of the program were started, each of which would do the whole work.
public struct LauncherError: InputError, Equatable, CustomStringConvertible {
  /// The variable with which the launcher announced the ranks.
  public let variable: String
  /// The number of ranks announced.
  public let rankCount: Int
  /// The name of the MPI the program was built with; nil if with none.
  public let library: String?

  public var description: String {
    let found = "the launcher announced \(rankCount) ranks (\(variable)=\(rankCount)), but "
    guard let library else {
      return found + "this program was built without MPI; start it without a launcher, "
        + "or build it with the trait MPI"
    }
    return found + "each of them is alone: it does not speak with \(library), which this program "
      + "was built with; use the mpirun of that MPI, or under Slurm `srun --mpi=pmix`"
  }
}
