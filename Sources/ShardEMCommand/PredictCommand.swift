import ArgumentParser
import MessagePassing
import MixtureModels
import ModelFiles
import RowSources
import ShardEM
import Words

/// `shardem predict`.
struct PredictCommand: WorldCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Write what a model says of every row.",
    discussion: """
      The rows of the outputs are those of all shards in order. Row weights have no part in them; \
      name their column by --weights if the data have one and the model has no names of columns.

      The name of an output tells what is written: .npy, or text with a header: .csv (commas), .tsv \
      (tabs), .txt (spaces), every number in the shortest form that reads back to its bits. The \
      columns are label; component_0, component_1, ..., and noise; log_density.

      With --classes, of a model that was fitted with --labels, labels and probabilities are those of \
      classes: the sums over their components. Text has the classes' names, if they have any.

        shardem predict model.json faithful.csv --output labels.csv
        mpirun -np 8 shardem predict model.json shards/ \\
          --output labels.npy --probabilities r.npy --log-densities d.npy
        shardem predict classes.json iris.csv --classes --output species.csv
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup(title: "Data") var data: DataOptions
  @Flag(help: "Predict the classes that components belong to, of a model fitted with --labels.")
  var classes = false

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Running") var running: RunOptions

  struct OutputOptions: ParsableArguments {
    @Option(
      name: .shortAndLong,
      help: ArgumentHelp(
        "The most probable component of each row, from 0: int64, or text.",
        valueName: "labels.npy|.csv|.tsv|.txt"))
    var output: String?

    @Option(
      help: ArgumentHelp(
        "The probabilities of the components, and of noise: float64, rows x components. Those under "
          + "2^-60 of a row's largest are 0, unless the model was fitted with --exact-dense.",
        valueName: "r.npy|..."))
    var probabilities: String?

    @Option(
      help: ArgumentHelp("The log-density of each row in nats: float64.", valueName: "d.npy|..."))
    var logDensities: String?

    func validate() throws {
      if named.allSatisfy({ $0.path == nil }) {
        throw ValidationError("nothing to write; give --output, --probabilities or --log-densities")
      }
    }

    /// - Throws: `FitError.unusable` if the model has no such numbers.
    fileprivate func require(of mixture: any Family) throws {
      for (option, path) in named.dropFirst() where path != nil {
        guard !type(of: mixture).hasDensities else { continue }
        throw FitError.unusable(
          setting: "\(option) of \(mixture.kind), which has no probabilities", expected: "--output")
      }
    }

    var named: [(option: String, path: String?)] {
      [("--output", output), ("--probabilities", probabilities), ("--log-densities", logDensities)]
    }
  }

  var common: [String] {
    [word("--classes", isOn: classes)] + data.common
      + output.named.map { word($0.option, $0.path) }
  }

  func run(in world: any Communicator) throws -> ExitStatus {
    try world.agree {
      guard world.rank == 0 else { return }
      try check(output.named, inputs: self.data.inputs + [model.path])
      for case (let option, let path?) in output.named {
        _ = try OutputKind(ofOutput: path, option: option)
      }
    }
    let file = try model.read(in: world)
    try world.agree { try output.require(of: file.mixture) }
    let classes = classes ? PredictedClasses(file) : nil
    if self.classes && classes == nil { throw world.common(NoClasses(path: model.path)) }
    let threads = try running.threadCount(in: world)
    let log = running.logger(on: world)
    let data = try data.open(
      for: model.columns(of: file), predictingAllRows: true, threads: threads, in: world, log: log)
    try world.agree { try model.require(data, for: file) }
    try predict(file.mixture, file, classes, Engine(data, threads: threads, world: world))
    let others = file.mixture.responsibilityCount - file.components
    let (rows, columns) = (data.rowCount, (classes?.count ?? file.components) + others)
    for case (let what, let path?) in [
      (counted(rows, "label"), output.output),
      ("\(rows) x \(columns) probabilities", output.probabilities),
      (counted(rows, "log-density", plural: "log-densities"), output.logDensities),
    ] {
      log.info("\(what) written to \(path)")
    }
    return .done
  }

  private func predict(
    _ mixture: some Family, _ file: ModelFile, _ classes: PredictedClasses?, _ engine: Engine
  ) throws {
    let world = engine.world
    let others = mixture.responsibilityCount - mixture.componentCount
    let parameters = try world.agree { try file.parameters(for: mixture, name: model.path) }
    let outputs = try world.agree {
      try PredictionOutputs(
        output, rows: engine.data.rowCount,
        // Components have the numbers of the labels.
        groups: classes?.columns ?? (0..<mixture.componentCount).map { "component_\($0)" },
        hasNoise: others > 0)
    }
    try writeTogether(outputs.shared, in: world) { open in
      let parts = try world.agree { try outputs.parts(open) }
      var wanted: Prediction.Parts = []
      if parts.probabilities != nil || classes != nil { wanted.insert(.responsibilities) }
      if parts.logDensities != nil { wanted.insert(.logDensities) }
      try engine.predict(mixture, under: parameters, parts: wanted) { block in
        let (first, count) = (block.firstRow, block.count)
        if let classes {
          let (labels, probabilities) = block.ofClasses(
            classes.ofComponents, count: classes.count, others: others)
          try parts.labels?.write(labels, firstRow: first, count: count) { label, _ in
            classes.word(label)
          }
          try parts.probabilities?.write(probabilities, firstRow: first, count: count)
        } else {
          try parts.labels?.write(block.labels, firstRow: first, count: count)
          if let values = block.responsibilities {
            try parts.probabilities?.write(values, firstRow: first, count: count)
          }
        }
        if let values = block.logDensities {
          try parts.logDensities?.write(values, firstRow: first, count: count)
        }
      }
      try world.agree {
        for part in [parts.labels, parts.probabilities, parts.logDensities] { try part?.close() }
      }
      try TextPart.assemble(outputs.texts, in: world)
    }
  }
}
