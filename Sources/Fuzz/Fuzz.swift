import ArgumentParser
import Foundation

/// Gives damaged files to everything that reads files.
@main
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Fuzz",
    abstract: "Give damaged files to everything that reads files.",
    discussion: """
      Each input is a good file with a few changes, the same for the same seed, target and number. It \
      is either read, and then right, or refused in one line: no crash, no hang of 10 seconds, no \
      piece of memory that the file's size does not justify. Prints a line `not ok` for each input \
      that does otherwise, with the options that repeat it, and at the end `N passed, N failed`, \
      targets being counted. Where the HDF5 library itself crashes (1.10.8: in 1 of 18,000 of its \
      inputs), a line `library` says so; that is no failure.
      """)

  @Option(help: "Inputs of all targets together.")
  var inputs = 6000

  @Option(help: "Gives other inputs.")
  var seed: UInt64 = 1

  @Option(
    parsing: .upToNextOption,
    help: "Which readers: npy raw csv missing gzip hdf5 model checkpoint sealed-checkpoint.")
  var targets: [String] = []

  @Option(help: "The number of the first input of each target.")
  var first = 0

  @Option(help: "Has the samples in HDF5.")
  var data = "Tests/Data"

  @Flag(help: .hidden)
  var work = false

  @Option(
    help: ArgumentHelp(
      "Writes the first input of each target here, and reads nothing.", valueName: "folder"))
  var keep: String?

  @Option(
    help: ArgumentHelp(
      "Lets libFuzzer choose the inputs of one target, and keeps here those that reached new code; "
        + "its own options follow --. For scripts/fuzz.", valueName: "folder"))
  var guided: String?

  @Argument(parsing: .postTerminator, help: .hidden)
  var libFuzzerOptions: [String] = []

  func run() throws {
    let folder = try Scratch()
    defer { folder.remove() }
    let all =
      try DataTargets(scratch: ScratchFile(folder.path), testData: data).all() + ModelTargets.all()
    let chosen = targets.isEmpty ? all : all.filter { targets.contains($0.name) }
    if let missing = targets.first(where: { name in !all.contains { $0.name == name } }) {
      throw ValidationError(
        "--targets \(missing); expected some of \(all.map(\.name).joined(separator: " "))")
    }
    let share = max(1, inputs / chosen.count)
    if let keep {
      for target in chosen {
        try Data(target.file(first, seed: seed)).write(
          to: URL(fileURLWithPath: "\(keep)/\(target.name)"))
      }
    } else if let guided {
      guard let target = chosen.first, chosen.count == 1 else {
        throw ValidationError("--guided needs one of --targets")
      }
      try Guided.run(target, folder: guided, options: libFuzzerOptions, data: data)
    } else if work {
      LibraryCrash.install()
      for target in chosen { Worker(target, seed: seed).run(first..<first + share) }
    } else {
      var failed = 0
      for target in chosen {
        let watch = Watch(target.name, seed: seed, data: data)
        if try !watch.run(first..<first + share) { failed += 1 }
      }
      print("\(chosen.count - failed) passed, \(failed) failed")
      if failed > 0 { throw ExitCode(1) }
    }
  }
}

/// The folder of a process in memory, if there is one.
struct Scratch {
  let path: String

  init() throws {
    self.init(of: getpid())
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// That of a process which may have ended.
  init(of process: Int32) {
    let parent =
      access("/dev/shm", W_OK) == 0 ? "/dev/shm" : FileManager.default.temporaryDirectory.path
    path = "\(parent)/shardem-fuzz-\(process)"
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
