import Foundation

/// The same fit by the program with and without checkpoints, in turn, by the clock on the wall: what
/// checkpoints cost is waiting as well as work.
struct CheckpointCost: Encodable {
  let kind = "checkpoints"
  let shape: BenchmarkCase
  let iterations: Int
  let plainSeconds: Double
  let keepingSeconds: Double
  /// The median of the rounds.
  let ratio: Double

  /// Few rows for so many parameters, so that writing them counts.
  static let shape = BenchmarkCase("10000,128,32,full")!

  init(_ settings: Settings, in folder: String) throws {
    let problem = try Problem(Self.shape, in: folder)
    defer { problem.remove() }
    let iterations = 4 * settings.iterations
    let fit =
      [Programs.shardem, "fit", "\(problem.folder)/rows.npy", "--quiet", "--progress", "none"]
      + ["--threads", "\(settings.threads)", "--components", "\(Self.shape.components)"]
      + ["--init", "\(problem.folder)/start.json", "--regularization", "1e-3", "--tolerance", "0"]
      + ["--max-iterations", "\(iterations)"]
    let kept = "\(problem.folder)/kept"
    let rounds = try (0..<settings.rounds).map { _ in
      try? FileManager.default.removeItem(atPath: kept)
      return (
        plain: try ProgramRun(fit).wallSeconds,
        keeping: try ProgramRun(fit + ["--checkpoint", kept]).wallSeconds
      )
    }
    (shape, self.iterations) = (Self.shape, iterations)
    plainSeconds = rounds.map(\.plain).median
    keepingSeconds = rounds.map(\.keeping).median
    ratio = rounds.map { $0.keeping / $0.plain }.median
  }

  /// The table that `row` is one of.
  static func table() -> Table {
    Table(["checkpoints: fit of", "iterations", "without, s", "with, s", "ratio"])
  }

  var row: [String] {
    ["\(shape)", "\(iterations)"]
      + [plainSeconds, keepingSeconds, ratio].map { String(format: "%.3f", $0) }
  }

  /// 2 % while the fit runs; the last checkpoint, which is waited for, comes on top.
  var goals: [Goal] {
    [Goal("a fit of \(shape) with checkpoints beside one without", ratio, atMost: 1.03)]
  }
}
