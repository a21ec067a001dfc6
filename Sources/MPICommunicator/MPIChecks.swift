#if MPI
  import CMPI

  /// Throws what MPI says about `code`, unless it is success.
  func checkMPI(_ call: String, rank: Int, _ code: CInt) throws {
    guard code != shardem_mpi_success() else { return }
    let reason = mpiText { MPI_Error_string(code, $0, $1) } ?? "error \(code)"
    throw MPIError(call: call, reason: reason, rank: rank)
  }

  /// `count` as MPI takes it; callers have cut it into chunks.
  func mpiCount(_ count: Int) -> CInt {
    guard let result = CInt(exactly: count) else {
      preconditionFailure("\(count) elements in one call of MPI, which counts to \(CInt.max)")
    }
    return result
  }

  /// The name and version of the MPI that the program runs with, such as `Open MPI v4.1.4`
  /// or `MPICH 4.0.2`.
  func mpiLibraryName() -> String {
    let text = mpiText { MPI_Get_library_version($0, $1) } ?? "an unknown MPI"
    let name = text.prefix { $0 != "," && $0 != "\n" }
    let words = name.split(whereSeparator: \.isWhitespace).filter { $0 != "Version:" }
    return words.joined(separator: " ")
  }

  /// A text that MPI writes, and its length, into memory of the caller; nil if it fails.
  private func mpiText(
    _ write: (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<CInt>) -> CInt
  ) -> String? {
    var length: CInt = 0
    var code: CInt = 0
    let text = String(unsafeUninitializedCapacity: Int(shardem_mpi_text_capacity())) { buffer in
      buffer.withMemoryRebound(to: CChar.self) { code = write($0.baseAddress!, &length) }
      return code == shardem_mpi_success() ? Int(length) : 0
    }
    return code == shardem_mpi_success() ? text : nil
  }
#endif
