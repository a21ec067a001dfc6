import Foundation
import Testing

/// The built program, run as a user runs it.
enum Shardem {
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    /// The lines that the program itself wrote as errors; mpirun adds some of its own.
    var errorLines: [String] {
      errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("shardem: ") }
    }
  }

  /// Runs `shardem arguments` in `folder`, and ends it after a minute: no command may hang.
  ///
  /// - Parameters:
  ///   - ranks: under mpirun with so many; nil: without a launcher.
  ///   - other: the arguments of one rank more.
  static func run(
    _ arguments: [String], in folder: Folder, ranks: Int? = nil, besides other: [String]? = nil
  ) throws -> Outcome {
    let process = Process()
    process.currentDirectoryURL = folder.url
    if let ranks {
      let launcher: URL = try #require(mpirun)
      process.executableURL = launcher
      process.arguments =
        ["-np", "\(ranks)", program.path] + arguments
        + (other.map { [":", "-np", "1", program.path] + $0 } ?? [])
      process.environment = ProcessInfo.processInfo.environment.merging(mpiSettings) { $1 }
    } else {
      process.executableURL = program
      process.arguments = arguments
    }
    // Files, as a pipe that is full would block the program.
    let streams = try Folder()
    let (output, errors) = (try streams.create("output"), try streams.create("errors"))
    (process.standardOutput, process.standardError) = (output, errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let isTimely = process.wait(seconds: 60)
    #expect(isTimely, "shardem \(arguments) did not end")
    return Outcome(
      status: process.terminationStatus, output: try streams.text("output"),
      errors: try streams.text("errors"))
  }

  /// Starts `shardem arguments` in `folder`, to be killed; what it writes is dropped.
  static func start(_ arguments: [String], in folder: Folder) throws -> Process {
    let process = Process()
    process.currentDirectoryURL = folder.url
    (process.executableURL, process.arguments) = (program, arguments)
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Stands in the products directory beside the bundle of the tests.
  private static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("shardem")

  /// One process, and two ranks if the program was built for them.
  #if MPI
    static let aloneAndOnRanks: [Int?] = [nil, 2]
  #else
    static let aloneAndOnRanks: [Int?] = [nil]
  #endif

  /// Where a launcher of MPI programs is; nil if there is none.
  static let mpirun: URL? = (ProcessInfo.processInfo.environment["PATH"] ?? "")
    .split(separator: ":").map { URL(fileURLWithPath: "\($0)/mpirun") }
    .first { FileManager.default.isExecutableFile(atPath: $0.path) }

  /// Lets Open MPI run as root, as in containers, and more ranks than cores.
  private static let mpiSettings = [
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
  ]
}

extension Process {
  /// Whether the process ended by itself in time; otherwise it is killed.
  fileprivate func wait(seconds: Int) -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while isRunning && ContinuousClock.now < end { usleep(2000) }
    let ended = !isRunning
    if !ended { kill(processIdentifier, SIGKILL) }
    waitUntilExit()
    return ended
  }
}
