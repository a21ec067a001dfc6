#if MPI
  import Host
  import MessagePassing
  import Synchronization
  import SystemLibrary

  /// Watches the start of Open MPI, which waits for ever for a rank that has ended without it, such as
  /// another program: its mpirun takes notice of such an end only once some rank has started MPI.
  enum StartWatch {
    private static let isOver = Atomic<Bool>(false)

    /// Runs `start`; ends the process, and so the job, if there come to be fewer processes on this
    /// host than ranks.
    static func during(_ start: () -> CInt) -> CInt {
      guard let count = getenv("OMPI_COMM_WORLD_LOCAL_SIZE").flatMap({ Int(String(cString: $0)) }),
        count > 1
      else { return start() }
      defer { isOver.store(true, ordering: .relaxed) }
      startDetachedThread { watch(count) }
      return start()
    }

    /// A start takes less than the first pause, or is looked at a few times: launchers that are still
    /// starting ranks come to have more, not the same number each time.
    private static func watch(_ count: Int) {
      let rank = Launcher.current?.rank ?? 0
      sleep(3)
      var timesMissing = 0
      var last: Int?
      while !isOver.load(ordering: .relaxed) {
        guard let alive = LaunchedProcesses.alive() else { return }
        timesMissing = alive < count && (last == nil || alive == last) ? timesMissing + 1 : 0
        last = alive
        if timesMissing >= 3 && !isOver.load(ordering: .relaxed) {
          // Mostly one line: the first rank that ends lets the launcher end the others.
          usleep(UInt32(rank % 16) * 100_000)
          printError(
            "rank \(rank): \(alive) of the \(count) ranks on this host are left while MPI starts; "
              + "all ranks need to run the same program, with the same MPI")
          _exit(2)
        }
        sleep(2)
      }
    }
  }
#endif
