/// Shapes that fill no whole vectors beside the next ones that do.
struct OddSize: Encodable {
  let kind = "odd size"
  let shape: BenchmarkCase
  /// Of processor time, of one iteration.
  let seconds: Double
  let flops: Double
  let peakFraction: Double
  /// Nil for a shape that fills whole vectors.
  let neighbour: BenchmarkCase?
  /// What the shape takes beside its neighbour: in time, and in time for an operation.
  let timeRatio: Double?
  let timeRatioPerOperation: Double?

  init(_ shape: BenchmarkCase, _ settings: Settings, peaks: Peaks, in folder: String) throws {
    let shapes = [shape] + [shape.neighbour].compactMap { $0 }
    let problems = try shapes.map { try Problem($0, in: folder) }
    defer { for problem in problems { problem.remove() } }
    let workers = try problems.map {
      try WorkerProcess.own("fit", $0.folder, "\(settings.iterations)")
    }
    let answers = try answersInTurn(workers, request: "fit", rounds: settings.rounds)
    for worker in workers { try worker.end() }
    let medians = answers.map { $0.flatMap(\.seconds).median }

    self.shape = shape
    seconds = medians[0]
    flops = shape.operations / seconds
    peakFraction = flops / peaks.flops
    neighbour = shape.neighbour
    timeRatio = neighbour.map { _ in medians[0] / medians[1] }
    timeRatioPerOperation = neighbour.map {
      medians[0] / medians[1] * $0.operations / shape.operations
    }
  }

  /// The table that `row` is one of.
  static func table() -> Table {
    Table(["N,D,K,covariance", "s", "GFLOP/s", "of peak", "beside D,K", "time", "per operation"])
  }

  var row: [String] {
    [
      "\(shape)", digits(seconds), digits(flops / 1e9), percent(peakFraction),
      neighbour.map { "\($0.columns),\($0.components)" } ?? "",
      timeRatio.map(digits) ?? "", timeRatioPerOperation.map(digits) ?? "",
    ]
  }
}
