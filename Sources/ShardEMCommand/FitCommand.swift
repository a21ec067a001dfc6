import ArgumentParser
import Host
import Logging
import MessagePassing
import MixtureModels
import ModelFiles
import RowSources
import ShardEM
import Words

/// `shardem fit`.
struct FitCommand: WorldCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit", abstract: "Fit a mixture model to data.", discussion: examples)

  @OptionGroup(title: "Data") var data: DataOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Search") var search: SearchOptions
  @OptionGroup(title: "Online EM") var steps: StepwiseOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Checkpoints") var checkpoints: CheckpointOptions
  @OptionGroup(title: "Running") var running: RunOptions

  struct OutputOptions: ParsableArguments {
    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("Where to write the model; nowhere by default.", valueName: "model.json"))
    var output: String?

    @Option(
      help: ArgumentHelp(
        "Where to write one JSON line per iteration, with its seconds and, in the first of each "
          + "start, those of finding it (start_seconds); while the fit runs, the lines are in "
          + ".trace.jsonl.*.partial beside it (tail -f).", valueName: "trace.jsonl"))
    var trace: String?

    @Option(
      help: """
        How to show progress on standard error: a bar, lines (iterations 1, 2, 5, 10, ...), none; \
        auto: a bar on a terminal, else lines. (default: auto, or with --quiet none)
        """)
    var progress: Progress.Style?
  }

  var common: [String] {
    data.common + model.common + search.common + steps.common + checkpoints.common
  }

  func validate() throws {
    try steps.validate(beside: [
      ("--trace", output.trace != nil), ("--checkpoint", checkpoints.checkpoint != nil),
      ("--resume", checkpoints.resume != nil),
      ("--require-convergence", search.requireConvergence),
    ])
  }

  func run(in world: any Communicator) throws -> ExitStatus {
    let log = running.logger(on: world)
    try world.agree {
      if world.rank == 0 {
        try check(
          [("--output", output.output), ("--trace", output.trace)],
          inputs: self.data.inputs + search.`init`.inputs + model.inputs
            + [model.labels].compactMap { $0 })
        try DataName.check(output.output, of: "--output")
        try DataName.check(output.trace, of: "--trace")
      }
    }
    let start = try search.`init`.read(in: world)
    let prior = try model.prior(in: world)
    let threads = try running.threadCount(in: world)
    var guessed: String?
    let data = try data.open(
      for: search.`init`.columns(of: start), kinds: model.kinds { guessed = $0 },
      labels: model.labels, threads: threads, in: world, log: log)
    let engine = Engine(data, threads: threads, world: world)
    var command = self
    command.model = try world.common { try model.guessing(from: start) }
    if let guessed { command.model = model.guessing(guessed) }
    return try command.run(engine, start: start, prior: prior, log)
  }

  private func run(
    _ engine: Engine, start: ModelFile?, prior: PriorNumbers?, _ log: Logger
  ) throws -> ExitStatus {
    let (data, threads, world) = (engine.data, engine.threadCount, engine.world)
    let mixture = try model.mixture(for: engine, prior: prior, names: start?.columns)
    if self.model.family.type == MixedMixture.self {
      let families = mixture.variant.last { $0.key == "column_families" }
      log.info("families of the columns: \(families?.value ?? "")")
    }
    if let notice = model.noiseNotice(for: data) { log.notice("\(notice)") }
    if let warning = try model.checkSize(of: mixture, for: data, threads: threads, in: world) {
      log.warning("\(warning)")
    }
    let given = try search.`init`.responsibilities(
      beside: data, of: mixture, file: start,
      reading: self.data.reading.readOptions, threads: threads, in: world)
    let settings = try world.agree {
      try model.settings(
        of: mixture, prior, start: start, search: search, reading: self.data.reading)
    }
    return try fit(mixture, settings, start: start, given: given, engine, log)
  }

  private func fit(
    _ mixture: some Family, _ settings: FitSettings, start: ModelFile?,
    given: GivenResponsibilities?,
    _ engine: Engine, _ log: Logger
  ) throws -> ExitStatus {
    let world = engine.world
    let keeper = try checkpoints.keeper(of: mixture, settings: settings, engine, log)
    let observer =
      world.rank == 0 && !steps.stepwise
      ? FitObserver(
        output, running, search, mixture.objectiveName, resumed: keeper?.resumed) : nil
    let initialization = try world.agree {
      try search.`init`.initialization(of: mixture, file: start, given: given)
    }
    let (fit, file) = try ending(keeper, observer, engine) {
      let fit =
        try steps.fit(mixture, from: initialization, search.fitOptions, engine, log)
        ?? engine.fit(
          mixture, from: initialization, options: search.fitOptions, resuming: keeper?.resumed,
          onIteration: { observer?.observe($0) }, keep: { try keeper?.keep($0) },
          onSearch: { observer?.observe($0) })
      observer?.finish()
      let file = try self.file(of: mixture, fit, columns: start?.columns, engine)
      try world.agree {
        try keeper?.flush()
        if world.rank == 0, let path = output.output { try file.write(to: path) }
      }
      observer?.commit()
      return (fit, file)
    }
    try world.agree {
      if world.rank == 0 { try printResult(report(on: file)) }
    }
    try warn(about: fit, of: mixture, engine, log)
    // Known to rank 0, whose status is the job's.
    if observer?.hasLostTrace == true { return .incomplete }
    return search.requireConvergence && !fit.converged ? .notConverged : .done
  }

  /// Collective. Runs a fit: of one that fails no trace stays, of one that is interrupted the trace so far
  /// and its last state.
  private func ending<Value>(
    _ keeper: StateKeeper?, _ observer: FitObserver?, _ engine: Engine, _ fit: () throws -> Value
  ) throws -> Value {
    do {
      return try fit()
    } catch let error as FitError {
      observer?.abandon()
      throw error.naming { "\(engine.data.column($0))" }
    } catch {
      guard exitStatus(of: error) == ExitStatus.interrupted.rawValue else {
        observer?.abandon()
        throw error
      }
      observer?.finish()
      try engine.world.agree { try keeper?.flush() }
      observer?.commit()
      throw error
    }
  }

  /// Collective. Logs what a user should know of a fit before relying on it.
  private func warn(
    about fit: Fit, of mixture: some Family, _ engine: Engine, _ log: Logger
  ) throws {
    let warnings = FitWarnings(
      mixture: mixture, fit: fit, engine: engine, regularization: model.regularization,
      spikesAreLast: search.spikes == .last && search.`init`.method != nil)
    for line in try warnings.lines() { log.warning("\(line)") }
    if !fit.converged && !steps.stepwise {
      log.warning(
        """
        not converged in \(fit.iterations) iterations; raise --max-iterations or the tolerance
        """)
    }
  }

  /// Collective. The model file of a fit.
  ///
  /// - Parameter columns: their names, if the data have none.
  private func file(
    of mixture: some Family, _ fit: Fit, columns: [String]?, _ engine: Engine
  ) throws -> ModelFile {
    let fitted = mixture.fitted ?? mixture
    let score =
      mixture.fitted == nil ? fit.score : try engine.score(fitted, under: fit.parameters)
    var record = search.record(of: fit, score, mixture, data: engine.data, model: model)
    record.isStepwise = steps.stepwise
    return ModelFile(
      fitted, fit.parameters, columns: engine.data.columnNames ?? columns, fit: record)
  }

  /// The final table, and what became of the model.
  private func report(on file: ModelFile) -> String {
    let kept = output.output.map { "written to \(plain($0))" } ?? "not written (no --output)"
    return ModelSummary(file: file).text + "model           \(kept)\n"
  }
}

/// What rank 0 does after every iteration.
private final class FitObserver {
  private let progress: Progress
  private let tracePath: String?
  private let resumed: FitState?
  private var trace: TraceWriter?
  /// Whether a trace was asked for but cannot be written.
  private(set) var hasLostTrace = false

  /// - Parameter resumed: what the fit goes on from.
  init(
    _ output: FitCommand.OutputOptions, _ running: RunOptions, _ search: SearchOptions,
    _ objective: String, resumed: FitState?
  ) {
    progress = Progress(
      running.progress(output.progress), iterations: search.maxIterations,
      restarts: search.restarts,
      convergence: search.convergence, objective: objective)
    tracePath = output.trace
    self.resumed = resumed
  }

  func observe(_ report: IterationReport) {
    progress.show(report)
    keepTrace {
      // Only now is it known that the input is in order.
      if let tracePath, trace == nil {
        trace =
          try resumed.map { try TraceWriter(path: tracePath, goingOnFrom: $0) }
          ?? TraceWriter(path: tracePath)
      }
      try trace?.write(report)
    }
  }

  func observe(_ report: SearchReport) { progress.show(report) }

  func finish() { progress.finish() }

  /// Gives the trace its name.
  func commit() { keepTrace { try trace?.commit() } }

  /// Does what may fail, such as on a full disk. That is no reason to lose the model, perhaps of
  /// hours of work: it is told at once, and the fit goes on.
  private func keepTrace(_ work: () throws -> Void) {
    if hasLostTrace { return }
    do {
      try work()
    } catch {
      hasLostTrace = true
      abandon()
      printError("shardem: \(error); the fit goes on without a trace")
    }
  }

  /// Leaves no file behind.
  func abandon() {
    progress.finish()
    trace?.abandon()
  }
}
