import SystemLibrary

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

  /// Variables of a launcher: Open MPI's mpirun; that of MVAPICH2; Hydra (MPICH, Intel MPI) and
  /// others that speak PMI; IBM's jsrun; Cray's PALS and ALPS; Flux; a step of Slurm's srun; any
  /// PMIx server. The first that is set counts, because ranks inherit the variables of the launchers
  /// that started their launcher (mpirun starts its daemons by srun).
  ///
  /// Slurm's job variables (`SLURM_NTASKS`, and in batch scripts `SLURM_PROCID`) are no sign of a
  /// launcher: they are set throughout an allocation, for a plain `./program` too. Those of a
  /// step are set by srun only.
  private static let known: [(variable: String, isCount: Bool, rank: String)] = [
    ("OMPI_COMM_WORLD_SIZE", true, "OMPI_COMM_WORLD_RANK"),
    ("MV2_COMM_WORLD_SIZE", true, "MV2_COMM_WORLD_RANK"),
    ("PMI_SIZE", true, "PMI_RANK"),
    ("JSM_NAMESPACE_SIZE", true, "JSM_NAMESPACE_RANK"),
    ("PALS_SIZE", true, "PALS_RANKID"),
    ("PALS_RANKID", false, "PALS_RANKID"),
    ("ALPS_APP_PE", false, "ALPS_APP_PE"),
    ("FLUX_JOB_SIZE", true, "FLUX_TASK_RANK"),
    ("SLURM_STEP_NUM_TASKS", true, "SLURM_PROCID"),
    ("PMIX_NAMESPACE", false, "PMIX_RANK"),
    ("PMIX_RANK", false, "PMIX_RANK"),
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

  /// - Parameters:
  ///   - worldSize: the number of ranks that this process can talk to.
  ///   - library: the name of the MPI the program was built with; nil if with none.
  /// - Throws: `LauncherError` if several ranks were announced, but the process is alone.
  public func check(worldSize: Int, library: String?) throws {
    guard worldSize == 1 else { return }
    if let rankCount, rankCount > 1 {
      throw LauncherError(variable: variable, announced: .ranks(rankCount), library: library)
    }
    // A launcher that does not tell the number: a second rank is proof enough.
    if rankCount == nil, let rank, rank > 0 {
      throw LauncherError(variable: variable, announced: .rank(rank), library: library)
    }
  }
}

/// Several copies of the program were started, each of which would do the whole work.
public struct LauncherError: InputError, Equatable, CustomStringConvertible {
  /// What a launcher says of its ranks.
  public enum Announcement: Equatable, Sendable {
    /// How many there are.
    case ranks(Int)
    /// Only which one this is, not the first.
    case rank(Int)
  }

  /// The variable that gave the launcher away.
  public let variable: String
  /// What the launcher announced.
  public let announced: Announcement
  /// The name of the MPI the program was built with; nil if with none.
  public let library: String?

  public var description: String {
    let found =
      switch announced {
      case .ranks(let count):
        "the launcher announced \(count) ranks (\(variable)=\(count)), but "
      case .rank(let rank):
        "the launcher calls this rank \(rank) of several (\(variable)), but "
      }
    guard let library else {
      return found + "this program was built without MPI; start it without a launcher, "
        + "or build it with the trait MPI"
    }
    return found + "each of them is alone: it does not speak with \(library), which this program "
      + "was built with; use the mpirun of that MPI, or under Slurm `srun --mpi=pmix`"
  }
}
