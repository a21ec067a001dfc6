import Foundation

/// What one run of a program took, those that it started included.
struct ProgramRun {
  let processorSeconds: Double
  let wallSeconds: Double
  /// Of the largest of its processes.
  let peakMemoryBytes: Int

  /// Runs the program to its end; what it prints is dropped, but for errors.
  ///
  /// - Parameter command: the program's name or path, and its arguments.
  init(_ command: [String]) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    let arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }

    var watch = StopWatch()
    var (process, status, usage) = (pid_t(), CInt(), rusage())
    guard posix_spawnp(&process, command[0], &actions, nil, arguments, environ) == 0,
      wait4(process, &status, 0, &usage) == process, status == 0
    else { throw ProgramFailed(command: command) }
    wallSeconds = watch.lap().wall
    processorSeconds = usage.ru_utime.seconds + usage.ru_stime.seconds
    peakMemoryBytes = usage.ru_maxrss * 1024
  }

  /// The fastest by the clock of `count` runs: neighbours on the machine only ever slow one down.
  static func fastest(of count: Int, _ command: [String]) throws -> ProgramRun {
    try (0..<count).map { _ in try ProgramRun(command) }.min { $0.wallSeconds < $1.wallSeconds }!
  }
}

/// A program that could not be run, or failed; it says why itself.
struct ProgramFailed: Error, CustomStringConvertible {
  let command: [String]

  var description: String { "\(command.joined(separator: " ")): failed" }
}

extension timeval {
  fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) * 1e-6 }
}
