#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ends the process with a status that the whole job shall have.
///
/// Only the reporting rank ends with it, the others with 0: launchers return the highest status,
/// but they kill the remaining ranks when the first one ends with another status than 0, and that
/// could be before rank 0 has said why.
public func endProcess(status: Int32) -> Never {
  exit(Launcher.isReportingRank ? status : 0)
}

/// Ends the process because of an error that all ranks know: the reporting rank prints it.
///
/// - Parameter program: the name that stands before the message.
public func endProcess(reporting error: any Error, program: String) -> Never {
  if Launcher.isReportingRank { printError("\(program): \(error)") }
  endProcess(status: exitStatus(of: error))
}

/// Writes a line to standard error, in one piece, so that lines of several ranks do not mix.
package func printError(_ line: String) {
  var line = line + "\n"
  line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
