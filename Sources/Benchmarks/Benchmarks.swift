import ArgumentParser
import Foundation
import Kernels

/// Measures ShardEM beside what the core can do at most, and beside other libraries.
@main
struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Benchmarks",
    subcommands: [
      Run.self, Network.self, FitWorker.self, MixtureWorker.self, ReadWorker.self,
      CeilingsWorker.self,
    ],
    defaultSubcommand: Run.self)
}

/// What can be measured; each prints a table of its own.
enum Group: String, CaseIterable {
  case standard
  case odd
  case negligible
  case models
  case text
  case program
  case checkpoints

  static var names: [String] { allCases.map(\.rawValue) }
}

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Time ShardEM beside the core's ceilings and other libraries.")

  @OptionGroup var settings: Settings

  @Option(
    help: ArgumentHelp(
      "What to measure: \(Group.names.joined(separator: ", ")), or shapes N,D,K,TYPE[,SEPARATION].",
      valueName: "list"))
  var cases = Group.names.joined(separator: " ")

  @Option(help: "Has room for the rows, 200 MB, while they are used.")
  var folder = FileManager.default.temporaryDirectory.path

  @Option(help: ArgumentHelp("Where to write all figures, as lines of JSON.", valueName: "file"))
  var json: String?

  func validate() throws {
    for word in words where Group(rawValue: word) == nil && BenchmarkCase(word) == nil {
      throw ValidationError(
        "--cases: \(word); expected \(Group.names.joined(separator: ", ")), or N,D,K,TYPE such as "
          + "500000,16,16,full")
    }
  }

  func run() throws {
    if let missing = Processor.missingInstructionSet {
      throw ValidationError("built for \(missing), which this processor lacks; set SHARDEM_CPU")
    }
    // To a worker that has ended: then `line` throws.
    signal(SIGPIPE, SIG_IGN)
    let report = try Report(path: json)
    try measure(report)
    Goal.printTable(of: report.goals)
  }

  private func measure(_ report: Report) throws {
    let worker = try WorkerProcess.own("ceilings")
    let peaks: Peaks = try worker.ask("measure")
    try worker.end()
    try report.add(peaks)
    print(
      "\(peaks.processor): multiply-adds \(digits(peaks.flops / 1e9)) GFLOP/s, reading "
        + "\(digits(peaks.readBytesPerSecond / 1e9)) GB/s, per core")

    let chosen = words.compactMap { BenchmarkCase($0) }
    let shapes = (measures(.standard) ? BenchmarkCase.standard : []) + chosen
    let table = shapes.isEmpty ? nil : Comparison.table(settings)
    var peers: [Comparison.Peer] = []
    for shape in shapes {
      let comparison = try Comparison(shape, settings, peaks: peaks, in: folder)
      table?.add(comparison.row(settings))
      try report.add(comparison, comparison.goals)
      peers += comparison.peers
    }
    for line in Comparison.linearAlgebra(of: peers) { print(line) }
    if measures(.odd) {
      let table = OddSize.table()
      for shape in BenchmarkCase.odd {
        let size = try OddSize(shape, settings, peaks: peaks, in: folder)
        table.add(size.row)
        try report.add(size)
      }
    }
    if measures(.negligible) {
      let table = NegligibleShares.table()
      for shape in BenchmarkCase.negligible {
        let shares = try NegligibleShares(shape, settings, in: folder)
        table.add(shares.row)
        try report.add(shares, shares.goals)
      }
    }
    if measures(.models) {
      let table = ModelComparison.table()
      for modelCase in ModelCase.all {
        let comparison = try ModelComparison(modelCase, settings, in: folder)
        table.add(comparison.row)
        try report.add(comparison, comparison.goals)
      }
    }
    if measures(.text) {
      let table = TextReading.table()
      for shape in TextReading.cases {
        let reading = try TextReading(
          rows: shape.rows, columns: shape.columns, digits: shape.digits, settings, in: folder)
        table.add(reading.row)
        try report.add(reading, reading.goals)
      }
    }
    if measures(.checkpoints) {
      let table = CheckpointCost.table()
      let cost = try CheckpointCost(settings, in: folder)
      table.add(cost.row)
      try report.add(cost, cost.goals)
    }
    if measures(.program) { try report.add(WholeProgram.goals(settings, in: folder)) }
  }

  private var words: [String] { cases.split(separator: " ").map(String.init) }

  private func measures(_ group: Group) -> Bool { words.contains(group.rawValue) }
}

/// Keeps what was measured.
final class Report {
  private(set) var goals: [Goal] = []
  private var file: FileHandle?

  /// - Parameter path: for lines of JSON; nil: none are written.
  init(path: String?) throws {
    guard let path else { return }
    try Data().write(to: URL(fileURLWithPath: path))
    file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }

  func add(_ record: any Encodable) throws {
    try file?.write(contentsOf: jsonLine(record) + [UInt8(ascii: "\n")])
  }

  func add(_ goals: [Goal]) throws {
    self.goals += goals
    for goal in goals { try add(goal) }
  }

  func add(_ record: any Encodable, _ goals: [Goal]) throws {
    try add(record)
    try add(goals)
  }
}
