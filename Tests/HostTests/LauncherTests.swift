import Host
import Testing

@Suite struct LauncherTests {
  func launcher(_ environment: [String: String]) -> Launcher? {
    Launcher { environment[$0] }
  }

  @Test("Launchers are known by the variables they set for each rank")
  func launchers() throws {
    let mpirun = try #require(
      launcher(["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3"]))
    #expect((mpirun.rankCount, mpirun.rank) == (4, 3))
    let hydra = try #require(launcher(["PMI_SIZE": "2", "PMI_RANK": "0"]))
    #expect((hydra.rankCount, hydra.rank) == (2, 0))
    let srun = try #require(
      launcher(["SLURM_STEP_NUM_TASKS": "8", "SLURM_NTASKS": "8", "SLURM_PROCID": "5"]))
    #expect((srun.rankCount, srun.rank) == (8, 5))
    let pmix = try #require(launcher(["PMIX_NAMESPACE": "prte.1", "PMIX_RANK": "6"]))
    #expect((pmix.rankCount, pmix.rank) == (nil, 6))
  }

  @Test(
    "So are those of other systems",
    arguments: [
      (["MV2_COMM_WORLD_SIZE": "4", "MV2_COMM_WORLD_RANK": "1"], 4),
      (["JSM_NAMESPACE_SIZE": "4", "JSM_NAMESPACE_RANK": "1"], 4),
      (["PALS_SIZE": "4", "PALS_RANKID": "1"], 4), (["PALS_RANKID": "1"], nil),
      (["ALPS_APP_PE": "1"], nil), (["FLUX_JOB_SIZE": "4", "FLUX_TASK_RANK": "1"], 4),
      (["PMIX_RANK": "1"], nil),
      // Flux under Slurm; Slurm tells the number that PMIx does not.
      (
        [
          "FLUX_JOB_SIZE": "4", "FLUX_TASK_RANK": "1", "SLURM_STEP_NUM_TASKS": "2",
          "SLURM_PROCID": "0",
        ], 4
      ),
      (
        [
          "SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "1", "PMIX_NAMESPACE": "slurm.7.0",
          "PMIX_RANK": "1",
        ], 4
      ),
    ] as [([String: String], Int?)])
  func otherSystems(environment: [String: String], count: Int?) throws {
    let found = try #require(launcher(environment))
    #expect((found.rankCount, found.rank) == (count, 1))
  }

  @Test(
    "A plain program in a terminal, a batch script or an allocation has no launcher",
    arguments: [
      [:],
      ["SLURM_JOB_ID": "7", "SLURM_NTASKS": "8", "SLURM_PROCID": "0", "SLURM_NNODES": "2"],
      ["SLURM_JOB_ID": "7", "SLURM_NTASKS": "8", "SLURM_TASKS_PER_NODE": "4(x2)"],
    ])
  func noLauncher(environment: [String: String]) {
    #expect(launcher(environment) == nil)
  }

  @Test("The shell of an interactive step of a large job is one rank, and alone by right")
  func interactiveStep() throws {
    let step = try #require(
      launcher(["SLURM_STEP_NUM_TASKS": "1", "SLURM_NTASKS": "8", "SLURM_PROCID": "0"]))
    #expect(throws: Never.self) { try step.check(worldSize: 1, library: nil) }
  }

  @Test("Ranks of an mpirun whose daemons srun started belong to the mpirun")
  func nested() throws {
    let rank = try #require(
      launcher([
        "SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "1",
        "OMPI_COMM_WORLD_SIZE": "6", "OMPI_COMM_WORLD_RANK": "4",
      ]))
    #expect((rank.rankCount, rank.rank) == (6, 4))
  }

  @Test("Several ranks that know only themselves are refused, with the launcher to use")
  func refused() throws {
    let hydra = try #require(launcher(["PMI_SIZE": "3", "PMI_RANK": "1"]))
    let error = #expect(throws: LauncherError.self) {
      try hydra.check(worldSize: 1, library: "Open MPI v4.1.4")
    }
    #expect(
      "\(try #require(error))" == "the launcher announced 3 ranks (PMI_SIZE=3), but each of them "
        + "is alone: it does not speak with Open MPI v4.1.4, which this program was built with; "
        + "use the mpirun of that MPI, or under Slurm `srun --mpi=pmix`")
    let without = #expect(throws: LauncherError.self) {
      try hydra.check(worldSize: 1, library: nil)
    }
    #expect(
      "\(try #require(without))" == "the launcher announced 3 ranks (PMI_SIZE=3), but this "
        + "program was built without MPI; start it without a launcher, or build it with the "
        + "trait MPI")
    #expect(exitStatus(of: try #require(error)) == 2)
  }

  @Test("A second rank that is alone is refused though its launcher does not tell their number")
  func refusedWithoutCount() throws {
    let first = try #require(launcher(["ALPS_APP_PE": "0"]))
    #expect(throws: Never.self) { try first.check(worldSize: 1, library: nil) }
    let second = try #require(launcher(["ALPS_APP_PE": "1"]))
    #expect(throws: Never.self) { try second.check(worldSize: 2, library: "MPICH") }
    let error = #expect(throws: LauncherError.self) {
      try second.check(worldSize: 1, library: "MPICH 4.0.2")
    }
    #expect(
      "\(try #require(error))"
        == "the launcher calls this rank 1 of several (ALPS_APP_PE), but each "
        + "of them is alone: it does not speak with MPICH 4.0.2, which this program was built with; "
        + "use the mpirun of that MPI, or under Slurm `srun --mpi=pmix`")
  }

  @Test("A world of as many ranks as announced, or of one announced rank, is accepted")
  func accepted() throws {
    let three = try #require(launcher(["PMI_SIZE": "3", "PMI_RANK": "1"]))
    #expect(throws: Never.self) { try three.check(worldSize: 3, library: "MPICH") }
    let one = try #require(launcher(["OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"]))
    #expect(throws: Never.self) { try one.check(worldSize: 1, library: nil) }
  }
}
