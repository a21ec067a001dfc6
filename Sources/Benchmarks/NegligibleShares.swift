/// One shape, fitted with and without the responsibilities that are below rounding.
struct NegligibleShares: Encodable {
  let kind = "negligible"
  let shape: BenchmarkCase
  /// Of processor time, of one iteration.
  let seconds: Double
  let denseSeconds: Double
  /// `denseSeconds` beside `seconds`, the median of the rounds.
  let ratio: Double
  /// Of the log-likelihoods after the same iterations, relative.
  let logLikelihoodDifference: Double

  init(_ shape: BenchmarkCase, _ settings: Settings, in folder: String) throws {
    let problem = try Problem(shape, in: folder)
    defer { problem.remove() }
    let workers = try [[], ["--exact-dense"]].map {
      try WorkerProcess.own(["fit", problem.folder, "\(settings.iterations)"] + $0)
    }
    let answers = try answersInTurn(workers, request: "fit", rounds: settings.rounds)
    for worker in workers { try worker.end() }

    self.shape = shape
    seconds = answers[0].flatMap(\.seconds).median
    denseSeconds = answers[1].flatMap(\.seconds).median
    ratio = zip(answers[1], answers[0]).map { $0.seconds.median / $1.seconds.median }.median
    logLikelihoodDifference = zip(answers[0], answers[1]).map {
      relativeDifference($0.meanLogLikelihood, $1.meanLogLikelihood)
    }.max()!
  }

  /// The table that `row` is one of.
  static func table() -> Table {
    Table(["N,D,K,covariance", "s", "s (dense)", "ratio", "differs"])
  }

  var row: [String] {
    ["\(shape)", digits(seconds), digits(denseSeconds), digits(ratio)]
      + [digits(logLikelihoodDifference)]
  }

  var goals: [Goal] {
    [
      Goal("\(shape): times faster than dense", ratio, atLeast: shape.isSeparated ? 3 : 0.97),
      Goal("\(shape): log-likelihood differs from dense", logLikelihoodDifference, atMost: 1e-12),
    ]
  }
}
