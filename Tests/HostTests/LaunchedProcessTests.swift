import Host
import Testing

@Suite struct LaunchedProcessTests {
  @Test("The parent of a process that has not ended is read from whatever its name is")
  func parents() {
    #expect(LaunchedProcesses.parent("12 (bash) S 7 12 7 0 -1\n") == 7)
    #expect(LaunchedProcesses.parent("12 (a) b) 3 (c) R 9 12 7\n") == 9)
    #expect(LaunchedProcesses.parent("12 (true) Z 7 12 7\n") == nil)
    #expect(LaunchedProcesses.parent("") == nil)
  }

  @Test("Open MPI's launchers are known by their names")
  func launchers() {
    #expect(
      ["mpirun\n", "mpirun.openmpi\n", "orted\n", "prterun\n"].allSatisfy(
        LaunchedProcesses.isLauncher))
    #expect(!["bash\n", "srun\n", ""].contains(where: LaunchedProcesses.isLauncher))
  }
}
