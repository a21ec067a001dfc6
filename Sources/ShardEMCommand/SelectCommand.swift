import ArgumentParser
import Host
import Logging
import MessagePassing
import MixtureModels
import ModelFiles
import RowSources
import ShardEM
import Words

/// `shardem select`.
struct SelectCommand: WorldCommand {
  static let configuration = CommandConfiguration(
    commandName: "select", abstract: "Choose the number of components and the model.",
    discussion: examples)

  @OptionGroup(title: "Data") var data: DataOptions
  @OptionGroup(title: "Models") var candidates: CandidateOptions
  @OptionGroup(title: "Search") var search: SearchOptions
  @OptionGroup(title: "Choice") var choice: ChoiceOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Checkpoints") var checkpoints: CheckpointOptions
  @OptionGroup(title: "Running") var running: RunOptions

  struct ChoiceOptions: ParsableArguments {
    @Option(
      help: """
        What decides: bic, icl or aic, of which the smaller is the better; or cv, the log-likelihood per row \
        of rows that were left out of the fit, of which the larger is.
        """)
    var criterion = Criterion.bic

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        "With --criterion cv: into how many parts to divide the rows, each of which is left out of one fit. "
          + "(default: 5)", valueName: "n"))
    var folds: Int?

    func validate() throws {
      guard let folds else { return }
      if criterion != .cv { throw ValidationError("--folds \(folds) without --criterion cv") }
      if folds < 2 { throw ValidationError("--folds \(folds); expected 2 or more") }
    }
  }

  struct OutputOptions: ParsableArguments {
    @Option(
      name: .shortAndLong,
      help: ArgumentHelp(
        "Where to write the best model, as fit does; nowhere by default.", valueName: "model.json"))
    var output: String?

    @Option(
      help: ArgumentHelp(
        "Where to write what became of every fit, as text with a header or as JSON.",
        valueName: "table.csv|table.json"))
    var table: String?

    @Option(
      help: """
        Join the components of the best model to clusters, those first that rows tell apart the least, and \
        show the entropy of each number of clusters.
        """)
    var merge: Merging?

    @Option(
      help: ArgumentHelp(
        "With --merge: where to write which components, from 0, are in which cluster.",
        valueName: "clusters.json"))
    var merged: String?

    @Option(
      help: """
        How to show progress on standard error: a bar, lines, none; auto: a bar on a terminal, else lines. \
        (default: auto, or with --quiet none)
        """)
    var progress: Progress.Style?

    /// By what components are joined.
    enum Merging: String, CaseIterable, ExpressibleByArgument { case entropy }

    func validate() throws {
      if let merged, merge == nil { throw ValidationError("--merged \(merged) without --merge") }
    }
  }

  func validate() throws {
    guard search.`init`.method != nil else {
      throw ValidationError(
        "--init \(search.`init`.inputs.joined()); expected a way to find starts: each model needs its own"
      )
    }
  }

  var common: [String] {
    data.common + candidates.common + search.common + checkpoints.common
  }

  func run(in world: any Communicator) throws -> ExitStatus {
    let log = running.logger(on: world)
    let models = try world.common { try candidates.models }
    let options = models.map {
      candidates.options(of: $0, components: candidates.components.values[0])
    }
    let informed = options.first { !$0.inputs.isEmpty }
    try world.agree {
      guard world.rank == 0 else { return }
      try check(
        [
          ("--output", output.output), ("--table", output.table), ("--merged", output.merged),
        ],
        inputs: self.data.inputs + (informed?.inputs ?? [])
          + [candidates.details.labels].compactMap { $0 })
      try DataName.check(output.output, of: "--output")
      try DataName.check(output.merged, of: "--merged")
      try SelectionTable.checkName(output.table)
    }
    let prior = try informed?.prior(in: world)
    let threads = try running.threadCount(in: world)
    var guessed: String?
    let data = try data.open(
      kinds: candidates.kinds(of: options) { guessed = $0 }, labels: candidates.details.labels,
      threads: threads, in: world, log: log)
    let run = SelectionRun(
      command: self, models: models, prior: prior, guessed: guessed,
      engine: Engine(data, threads: threads, world: world), log: log)
    return try run.run()
  }
}

/// A selection that has its data.
private final class SelectionRun {
  private let command: SelectCommand
  private let models: [CandidateOptions.Model]
  private let prior: PriorNumbers?
  /// The families of the columns, if they are guessed.
  private let guessed: String?
  private let engine: Engine
  private let log: Logger
  /// The last that were looked for, and of which data.
  private var facts: (engine: Engine, facts: DataFacts)?

  init(
    command: SelectCommand, models: [CandidateOptions.Model], prior: PriorNumbers?,
    guessed: String?,
    engine: Engine, log: Logger
  ) {
    (self.command, self.models, self.prior) = (command, models, prior)
    (self.guessed, self.engine, self.log) = (guessed, engine, log)
  }

  private var world: any Communicator { engine.world }

  /// Those of each cell, number of components after number of components.
  private lazy var cells: [(model: CandidateOptions.Model, options: ModelOptions)] =
    command.candidates.components.values.flatMap { count in
      models.map { model in
        let options = command.candidates.options(of: model, components: count)
        return (model, guessed.map(options.guessing) ?? options)
      }
    }

  func run() throws -> ExitStatus {
    let search = command.search
    let candidates = cells.map { model, options in
      Candidate(model.name, components: options.components) { try self.mixture(options, for: $0) }
    }
    let folds = command.choice.criterion == .cv ? command.choice.folds ?? 5 : 0
    let parts = [""] + (0..<folds).map { ", without part \($0 + 1) of \(folds)" }
    let names = parts.flatMap { part in
      candidates.map { "\($0.name), \(counted($0.componentCount, "component"))\(part)" }
    }
    let notices = cells.lazy.compactMap { $0.options.noiseNotice(for: self.engine.data) }
    if let notice = notices.first { log.notice("\(notice)") }
    let progress =
      world.rank == 0
      ? Progress(
        command.running.progress(command.output.progress), iterations: search.maxIterations,
        restarts: search.restarts,
        convergence: search.convergence, objective: "objective", of: names) : nil
    defer { progress?.finish() }
    let checkpoints = try SelectionCheckpoints(command.checkpoints, engine, log)
    let selection: Selection
    do {
      selection = try engine.select(
        candidates, by: command.choice.criterion, from: search.`init`.method!,
        options: search.fitOptions, folds: command.choice.folds ?? 5,
        onIteration: { fit, report in
          checkpoints?.report()
          let part = fit.fold.map { $0 + 1 } ?? 0
          progress?.show(report, of: part * candidates.count + fit.candidate)
        },
        resuming: { fit, model in try checkpoints.flatMap { try self.state(of: fit, model, in: $0) }
        },
        keep: { try checkpoints?.keep($0, $1) })
      checkpoints?.report()
      try world.agree { try checkpoints?.flush() }
    } catch  where exitStatus(of: error) == ExitStatus.interrupted.rawValue {
      progress?.finish()
      try world.agree { try checkpoints?.flush() }
      throw error
    }
    progress?.finish()
    return try report(selection)
  }

  /// Collective.
  private func mixture(_ options: ModelOptions, for engine: Engine) throws -> any Family {
    if facts?.engine !== engine {
      facts = (engine, try DataFacts(for: cells.map(\.options), engine))
    }
    let mixture = try options.mixture(for: engine, facts!.facts, prior: prior, names: nil)
    _ = try options.checkSize(
      of: mixture, for: engine.data, threads: engine.threadCount, in: engine.world)
    return mixture
  }

  /// Collective. What a fit goes on from.
  private func state(
    of fit: SelectionFit, _ mixture: some Family, in checkpoints: SelectionCheckpoints
  ) throws -> FitState? {
    let (model, options) = cells[fit.candidate]
    let part = fit.fold.map { "\($0 + 1)-of-\(command.choice.folds ?? 5)" }
    let words = [model.name.replacing(" ", with: "-"), "\(options.components)"]
    let settings = try options.settings(
      of: mixture, prior, search: command.search, reading: command.data.reading)
    return try checkpoints.begin(
      fit, (words + (part.map { ["without", $0] } ?? [])).joined(separator: "-"), mixture,
      settings + (part.map { [("--folds", "without part \($0)")] } ?? []))
  }

  /// Collective. Writes and prints what has come out.
  private func report(_ selection: Selection) throws -> ExitStatus {
    let table = SelectionTable(selection) { self.engine.data.column($0) }
    guard let best = selection.best, case .success(let fitted) = selection.outcomes[best].result
    else { throw world.common(NothingSelected(first: table.failures.first)) }
    let file = file(of: fitted.mixture, fitted, cells[best].options)
    let output = command.output
    let merged = try output.merge.map { _ in
      MergedClusters(merging: try merging(of: file.mixture, file.parameters))
    }
    try world.agree {
      guard world.rank == 0 else { return }
      if let path = output.table { try table.write(to: path) }
      if let path = output.output { try file.write(to: path) }
      if let path = output.merged { try merged?.write(to: path) }
      let kept = output.output.map { "written to \(plain($0))" } ?? "not written (no --output)"
      try printResult(
        table.text + "\n" + ModelSummary(file: file).text + "model           \(kept)\n"
          + (merged.map { "\n" + $0.text } ?? ""))
    }
    for line in table.failureLines { log.warning("\(line)") }
    try warn(of: fitted.mixture, fitted, cells[best].options)
    return command.search.requireConvergence && !fitted.fit.converged ? .notConverged : .done
  }

  /// Collective.
  private func merging(of mixture: some Family, _ parameters: Parameters) throws -> ClusterMerging {
    try engine.merging(of: mixture, under: parameters)
  }

  /// The model file that `fit` would write.
  private func file(
    of mixture: some Family, _ fitted: FittedCandidate, _ options: ModelOptions
  ) -> ModelFile {
    ModelFile(
      mixture.fitted ?? mixture, fitted.fit.parameters, columns: engine.data.columnNames,
      fit: command.search.record(
        of: fitted.fit, fitted.score, mixture, data: engine.data, model: options))
  }

  /// Collective. What `fit` would warn of.
  private func warn(
    of mixture: some Family, _ fitted: FittedCandidate, _ options: ModelOptions
  ) throws {
    let warnings = FitWarnings(
      mixture: mixture, fit: fitted.fit, engine: engine, regularization: options.regularization,
      spikesAreLast: command.search.spikes == .last)
    for line in try warnings.lines() { log.warning("\(line)") }
    if !fitted.fit.converged {
      log.warning(
        """
        not converged in \(fitted.fit.iterations) iterations; raise --max-iterations or the tolerance
        """)
    }
  }
}

/// No candidate has a value of the criterion.
struct NothingSelected: InputError, CommonError, CustomStringConvertible {
  /// The first of those that failed.
  let first: String?

  var description: String {
    first.map { "no model could be fitted; the first, \($0)" }
      ?? "no model has a value of the criterion"
  }
}

extension Criterion: ExpressibleByArgument {}
