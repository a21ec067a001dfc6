import Foundation

/// What the built program takes besides its iterations: memory, its start, predictions, the search
/// for a start.
enum WholeProgram {
  private static let shape = BenchmarkCase("500000,16,16,full")!
  private static let quietly = ["--quiet", "--progress", "none", "--threads", "1"]

  static func goals(_ settings: Settings, in folder: String) throws -> [Goal] {
    let problem = try Problem(shape, in: folder)
    defer { problem.remove() }
    return try besideIterations(problem, settings) + memory(problem) + startUp()
  }

  /// Predictions and initialization beside an EM iteration.
  private static func besideIterations(_ problem: Problem, _ settings: Settings) throws -> [Goal] {
    let worker = try WorkerProcess.own("fit", problem.folder, "\(settings.iterations)")
    let answers = try ["fit", "predict", "initialize"].map {
      try answersInTurn([worker], request: $0, rounds: $0 == "initialize" ? 1 : settings.rounds)[0]
        .flatMap(\.seconds).median
    }
    try worker.end()
    let (iteration, prediction, initialized) = (answers[0], answers[1], answers[2])
    return [
      Goal("labels of \(shape), in iterations", prediction / iteration, atMost: 0.5),
      // The worker's answer is that of the start and one iteration.
      Goal("k-means start of \(shape), in iterations", initialized / iteration - 1, atMost: 10),
    ]
  }

  /// The peak of `shardem fit` beyond the numbers themselves, in MiB.
  private static func memory(_ problem: Problem) throws -> [Goal] {
    let text = "\(problem.folder)/text.csv"
    try TextReading.write(
      rows: shape.rows, columns: shape.columns, digits: 17, to: text)
    let data = shape.rows * shape.columns * 8
    return try ["rows.npy", "text.csv"].map { name in
      let run = try ProgramRun(
        [Programs.shardem, "fit", "\(problem.folder)/\(name)"] + quietly
          // A tolerance that the second iteration meets.
          + ["--init", "\(problem.folder)/start.json", "--tolerance", "1e9"]
          + ["--components", "\(shape.components)"])
      return Goal(
        "MiB of fit beyond its \(mebibytes(data)) MiB of numbers, \(name)",
        Double(run.peakMemoryBytes - data) / 0x1p20, atMost: 64)
    }
  }

  /// Seconds on the wall of a fit of 272 rows, alone and beside what mpirun itself takes.
  private static func startUp() throws -> [Goal] {
    let fit =
      [Programs.shardem, "fit", "Tests/Data/faithful.csv", "--components", "2"] + quietly
    let launcher = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", "1"]
    let alone = try ProgramRun.fastest(of: 9, fit)
    let launched = try ProgramRun.fastest(of: 9, launcher + fit)
    let empty = try ProgramRun.fastest(of: 9, launcher + ["true"])
    return [
      Goal("seconds of a fit of 272 rows", alone.wallSeconds, atMost: 0.1),
      Goal(
        "the same under mpirun, beyond mpirun itself", launched.wallSeconds - empty.wallSeconds,
        atMost: 0.1),
    ]
  }
}
