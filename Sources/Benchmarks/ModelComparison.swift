import Foundation

/// One mixture, timed beside its reference in turn.
struct ModelComparison: Encodable {
  let kind = "model"
  let modelCase: ModelCase
  let own: Times
  let reference: Times?
  /// Of the reference's iteration, E-step, predictions and score; medians of the rounds.
  let iterationRatio: Double?
  let expectationRatio: Double?
  let predictionRatio: Double?
  let scoreRatio: Double?

  /// Of processor time, in seconds; medians.
  struct Times: Encodable {
    let iteration: Double
    /// Of the iteration.
    let maximization: Double
    let prediction: Double
    let score: Double
    let peakMemoryBytes: Int
  }

  /// - Parameter folder: has room for the rows, for the time being.
  init(_ modelCase: ModelCase, _ settings: Settings, in folder: String) throws {
    let (own, complete) = ("\(folder)/own", "\(folder)/complete")
    defer { for path in [own, complete] { try? FileManager.default.removeItem(atPath: path) } }
    let rows = modelCase.rows
    try rows.write(to: own)
    var workers = [try Self.worker(modelCase.kind, rows, in: own, settings)]
    if let reference = modelCase.reference {
      if !rows.areComplete { try rows.complete.write(to: complete) }
      workers.append(
        try Self.worker(
          reference, rows.complete, in: rows.areComplete ? own : complete, settings))
    }
    let rounds = try (0..<settings.rounds).map { _ in try workers.map { try Round($0) } }
    for worker in workers { try worker.end() }

    func ratio(_ seconds: (Round) -> Double) -> Double? {
      workers.count < 2 ? nil : rounds.map { seconds($0[0]) / seconds($0[1]) }.median
    }
    self.modelCase = modelCase
    self.own = Times(rounds.map { $0[0] })
    reference = workers.count < 2 ? nil : Times(rounds.map { $0[1] })
    iterationRatio = ratio(\.iteration)
    expectationRatio = ratio(\.expectation)
    predictionRatio = ratio(\.prediction)
    scoreRatio = ratio(\.score)
  }

  private static func worker(
    _ kind: MixtureKind, _ rows: RandomRows, in folder: String, _ settings: Settings
  ) throws -> WorkerProcess {
    try .own(
      ["mixture", "\(kind)", "\(rows.components)", folder, "\(settings.iterations)"]
        + (rows.areComplete ? [] : ["--missing"]))
  }

  /// What a worker took in its turn.
  fileprivate struct Round {
    let iteration: Double
    let expectation: Double
    let prediction: Double
    let score: Double
    let peakMemoryBytes: Int

    init(_ worker: WorkerProcess) throws {
      let fit: Answer = try worker.ask("fit")
      iteration = fit.seconds.median
      expectation = fit.walkSeconds!.median
      peakMemoryBytes = fit.peakMemoryBytes ?? 0
      prediction = (try worker.ask("predict") as Answer).seconds[0]
      score = (try worker.ask("score") as Answer).seconds[0]
    }
  }
}

extension ModelComparison.Times {
  fileprivate init(_ rounds: [ModelComparison.Round]) {
    iteration = rounds.map(\.iteration).median
    maximization = rounds.map { max(0, $0.iteration - $0.expectation) }.median
    prediction = rounds.map(\.prediction).median
    score = rounds.map(\.score).median
    peakMemoryBytes = rounds.map(\.peakMemoryBytes).max()!
  }
}

extension ModelComparison {
  /// The table that `row` is one of.
  static func table() -> Table {
    Table(
      ["mixture: N,D,K", "s", "M-step s", "predict s", "score s", "MiB"]
        + ["beside", "iteration", "E-step", "predict", "score"],
      firstWidth: ModelCase.all.map(\.description.count).max()!)
  }

  var row: [String] {
    let seconds = [own.iteration, own.maximization, own.prediction, own.score]
    let ratios = [iterationRatio, expectationRatio, predictionRatio, scoreRatio]
    return ["\(modelCase)"] + seconds.map(digits) + [mebibytes(own.peakMemoryBytes)]
      + [modelCase.reference?.title ?? ""]
      + ratios.map { $0.map { "\(digits($0)) x" } ?? "" }
  }

  /// What the case is to reach.
  var goals: [Goal] {
    guard let bar = modelCase.bar, let reference = modelCase.reference?.title,
      let iterationRatio, let expectationRatio
    else { return [] }
    return switch bar {
    case .iteration(let limit):
      [Goal("\(modelCase): iteration beside \(reference)", iterationRatio, atMost: limit)]
    case .expectation(let limit):
      [Goal("\(modelCase): E-step beside \(reference)", expectationRatio, atMost: limit)]
    }
  }
}
