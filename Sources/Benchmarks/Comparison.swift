/// One shape, fitted by ShardEM and by the libraries beside it in turn. Seconds are those of one
/// iteration, of processor time where nothing else is said.
struct Comparison: Encodable {
  let kind = "iteration"
  let shape: BenchmarkCase
  let threads: Int
  let seconds: Double
  let wallSeconds: Double
  let rowsPerSecond: Double
  /// Operations per second as `BenchmarkCase.operations` counts them.
  let flops: Double
  /// Of the rounds.
  let peakFraction: Spread
  let parts: Measurement
  /// Combining the sums of threads and ranks.
  let combineSeconds: Double
  /// What all other parts leave of an iteration.
  let expectationSeconds: Double
  let peakMemoryBytes: Int
  /// Of one thread over several, by the clock on the wall.
  let speedup: Double?
  /// Of processor time in wall time while one thread ran: 1 on a quiet machine.
  let quietness: Double
  let peers: [Peer]

  /// What another library took.
  struct Peer: Encodable {
    let name: String
    let seconds: Double
    let wallSeconds: Double
    /// Its processor time beside ours, of the rounds.
    let ratio: Spread
    let peakMemoryBytes: Int
    /// Of the log-likelihoods after the same iterations, relative.
    let logLikelihoodDifference: Double
    /// The libraries of linear algebra in its process, each with the kernels that it chose.
    let linearAlgebra: [String]
  }

  /// - Parameter folder: has room for the rows, for the time being.
  init(_ shape: BenchmarkCase, _ settings: Settings, peaks: Peaks, in folder: String) throws {
    let problem = try Problem(shape, in: folder)
    defer { problem.remove() }
    let ours = try settings.fitWorkers(problem)
    let libraries = try settings.libraries(for: shape.covarianceType).map {
      try settings.library($0, problem.folder, "\(settings.iterations)")
    }
    let answers = try answersInTurn(ours + libraries, request: "fit", rounds: settings.rounds)
    parts = try ours[0].ask("parts")
    let own = answers[ours.count - 1]

    self.shape = shape
    threads = settings.threads
    seconds = own.flatMap(\.seconds).median
    wallSeconds = own.flatMap(\.wallSeconds).median
    rowsPerSecond = Double(shape.rows) / seconds
    flops = shape.operations / seconds
    peakFraction = Spread(own.map { shape.operations / $0.seconds.median / peaks.flops })
    combineSeconds = own.flatMap { $0.combineSeconds ?? [] }.median
    let others = [parts.read, parts.statistics, parts.exactSums, parts.maximization]
    expectationSeconds = max(0, seconds - combineSeconds - others.reduce(0, +))
    peakMemoryBytes = own.compactMap(\.peakMemoryBytes).max() ?? 0
    let single = answers[0].flatMap(\.wallSeconds).median
    speedup = settings.threads > 1 ? single / wallSeconds : nil
    quietness = answers[0].flatMap(\.seconds).median / single
    peers = zip(libraries, answers.dropFirst(ours.count)).map { Peer($0.name, $1, beside: own) }
    for worker in ours + libraries { try worker.end() }
  }
}

extension Comparison.Peer {
  fileprivate init(_ name: String, _ answers: [Answer], beside own: [Answer]) {
    self.name = name
    seconds = answers.flatMap(\.seconds).median
    wallSeconds = answers.flatMap(\.wallSeconds).median
    ratio = Spread(zip(answers, own).map { $0.seconds.median / $1.seconds.median })
    peakMemoryBytes = answers.compactMap(\.peakMemoryBytes).max() ?? 0
    let differences = zip(answers, own).map {
      relativeDifference($0.meanLogLikelihood, $1.meanLogLikelihood)
    }
    logLikelihoodDifference = differences.max() ?? .infinity
    linearAlgebra = answers.last?.linearAlgebra ?? []
  }
}

/// |a - b| beside the larger of both; infinite if one of them is missing.
func relativeDifference(_ a: Double?, _ b: Double?) -> Double {
  guard let a, let b else { return .infinity }
  return a == b ? 0 : abs(a - b) / max(abs(a), abs(b))
}
