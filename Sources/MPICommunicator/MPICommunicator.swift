#if MPI
  import CMPI
  import MessagePassing
  import SystemLibrary

  /// The ranks that mpirun or srun started, by MPI; made by `withMPI`.
  ///
  /// Collectives are called from the thread that started MPI only, unless MPI was started with
  /// MPI_THREAD_MULTIPLE: then from any, one at a time.
  ///
  /// Unchecked: the handle is an opaque constant, a pointer in some MPIs; that no thread calls MPI
  /// with it that must not is checked at every call.
  public struct MPICommunicator: Communicator, @unchecked Sendable {
    public let rank: Int
    public let size: Int
    private let world: shardem_mpi_communicator
    /// Whether MPI was started here, and not by the program that this is a part of.
    private let hasStartedMPI: Bool
    /// Whether MPI bears calls from any thread.
    private let anyThread: Bool

    /// The most elements in one call of MPI; more go in several calls.
    ///
    /// MPI counts in Int32. Far fewer still, because MPIs allocate a second buffer of the size of
    /// the message and some count its bytes in Int32; at 128 MiB a call's fixed cost is nothing.
    package var largestCount = 1 << 24 {
      willSet { precondition(newValue > 0 && newValue <= Int(CInt.max), "chunks of \(newValue)") }
    }

    /// Starts MPI, unless the process has done so.
    ///
    /// - Parameter anyThread: whether to ask for MPI_THREAD_MULTIPLE.
    init(anyThread: Bool) throws {
      world = shardem_mpi_world()
      var number: CInt = 0
      try checkMPI("MPI_Initialized", rank: 0, MPI_Initialized(&number))
      hasStartedMPI = number == 0
      if hasStartedMPI {
        let code = StartWatch.during { shardem_mpi_init_thread(anyThread ? 1 : 0) }
        try checkMPI("MPI_Init_thread", rank: 0, code)
      }
      try checkMPI("MPI_Query_thread", rank: 0, shardem_mpi_threads(&number))
      guard number > 0 else {
        throw MPIError(
          call: "MPI_Init_thread",
          reason: "this MPI has no MPI_THREAD_FUNNELED; use one that was built with threads",
          rank: 0)
      }
      self.anyThread = number > 1
      try checkMPI("MPI_Comm_set_errhandler", rank: 0, shardem_mpi_errors_return(world))
      try checkMPI("MPI_Comm_rank", rank: 0, shardem_mpi_rank(world, &number))
      rank = Int(number)
      try checkMPI("MPI_Comm_size", rank: rank, shardem_mpi_size(world, &number))
      size = Int(number)
    }

    /// Ends MPI if it was started here. Collective.
    func finalize() throws {
      if hasStartedMPI { try check("MPI_Finalize", MPI_Finalize()) }
    }

    /// Ends all ranks of the job at once.
    func abort(status: Int32) -> Never {
      _ = shardem_mpi_abort(world, status)
      // Not reached unless MPI could not do so; the launcher then notices the missing rank.
      exit(status)
    }

    public func sum(_ values: UnsafeMutableBufferPointer<Double>) throws {
      try forEachChunk(of: values) { chunk, count in
        try check("MPI_Allreduce", shardem_mpi_allreduce_sum(world, chunk, count))
      }
    }

    public func reduce(
      _ values: UnsafeMutableBufferPointer<Double>, by reduction: Reduction
    ) throws {
      let size = reduction.elementSize
      try forEachChunk(of: values, wholes: size) { chunk, count in
        try check(
          "MPI_Allreduce",
          shardem_mpi_allreduce(
            world, chunk, count / mpiCount(size), mpiCount(size), reduction.combine))
      }
    }

    public func maximum(_ values: UnsafeMutableBufferPointer<Double>) throws {
      try forEachChunk(of: values) { chunk, count in
        try check("MPI_Allreduce", shardem_mpi_allreduce_max(world, chunk, count))
      }
    }

    public func barrier() throws {
      try check("MPI_Barrier", shardem_mpi_barrier(world))
    }

    public func gather(_ bytes: [UInt8]) throws -> [[UInt8]] {
      var counts = [Int64](repeating: 0, count: size)
      try check(
        "MPI_Allgather", shardem_mpi_allgather_int64(world, Int64(bytes.count), &counts))
      var gathered = counts.map { count in
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(count))
        return bytes
      }
      // Places in the receiving buffer are counted in Int32 too: all ranks' chunks fit together.
      let chunk = max(1, min(largestCount, Int(CInt.max) / size))
      for start in stride(from: 0, to: Int(counts.max()!), by: chunk) {
        try gatherChunk(bytes, from: start, atMost: chunk, counts, into: &gathered)
      }
      return gathered
    }

    /// One call of MPI_Allgatherv: the bytes from `start` on, at most `chunk`, of every rank.
    private func gatherChunk(
      _ bytes: [UInt8], from start: Int, atMost chunk: Int, _ counts: [Int64],
      into gathered: inout [[UInt8]]
    ) throws {
      let lengths = counts.map { min(chunk, max(0, Int($0) - start)) }
      var total = 0
      let offsets = lengths.map { length in
        defer { total += length }
        return total
      }
      var received = [UInt8](repeating: 0, count: total)
      try bytes.withUnsafeBytes { own in
        let source = own.baseAddress.map { $0 + min(start, own.count) }
        try check(
          "MPI_Allgatherv",
          shardem_mpi_allgatherv_bytes(
            world, source, mpiCount(lengths[rank]), &received, lengths.map(mpiCount),
            offsets.map(mpiCount)))
      }
      for other in 0..<size {
        gathered[other] += received[offsets[other]..<offsets[other] + lengths[other]]
      }
    }

    /// - Parameter wholes: how many numbers stay together.
    private func forEachChunk(
      of values: UnsafeMutableBufferPointer<Double>, wholes: Int = 1,
      _ body: (UnsafeMutablePointer<Double>, CInt) throws -> Void
    ) throws {
      let largest = max(1, largestCount / wholes) * wholes
      for start in stride(from: 0, to: values.count, by: largest) {
        let count = min(largest, values.count - start)
        try body(values.baseAddress! + start, mpiCount(count))
      }
    }

    /// Every call of MPI after the start goes through here.
    private func check(_ call: String, _ code: @autoclosure () -> CInt) throws {
      if !anyThread {
        var isMain: CInt = 0
        MPI_Is_thread_main(&isMain)
        guard isMain != 0 else {
          throw MPIError(
            call: call,
            reason:
              "called from another thread than the one that started MPI, which this MPI bears "
              + "only if it was started with MPI_THREAD_MULTIPLE (withMPI(anyThread: true))",
            rank: rank)
        }
      }
      try checkMPI(call, rank: rank, code())
    }
  }
#endif
