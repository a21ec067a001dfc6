import ArgumentParser
import MessagePassing
import MixtureModels
import ModelFiles
import RowSources
import ShardEM
import Words

/// `shardem inspect`.
struct InspectCommand: WorldCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Say what model files, checkpoints and data files hold.",
    discussion: """
      Beside a model that has names of columns, of data with names these columns are shown.

        shardem inspect model.json
        shardem inspect survey.csv part-0000.npy --columns 1,2
        shardem inspect kept --output so-far.json
      """)

  @Argument(
    help: ArgumentHelp(
      "Model files (.json), data files, patterns, folders; checkpoints, or a folder of them.",
      valueName: "file"))
  var files: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write the model, for instance the likeliest so far of a checkpoint, as a model file.",
      valueName: "model.json"))
  var output: String?

  @OptionGroup(title: "Reading data") var reading: ReadingOptions
  @OptionGroup(title: "Running") var alone: AloneOption

  var common: [String] { [] }

  func validate() throws {
    if output != nil && files.count > 1 {
      throw ValidationError("--output with \(files.count) files; expected one model or checkpoint")
    }
  }

  func run<World: Communicator>(in world: World) throws -> ExitStatus {
    // A short look: not worth sharing out.
    try world.agree {
      guard world.rank == 0 else { return }
      try check([("--output", output)], inputs: files)
      try DataName.check(output, of: "--output")
      var (checkpoints, others): ([ModelSoFar], [String]) = ([], [])
      for file in files {
        if let soFar = try ModelSoFar(file) {
          checkpoints.append(soFar)
        } else {
          others.append(file)
        }
      }
      let texts =
        try checkpoints.map(description)
        + (others.isEmpty ? [] : texts(DataFiles.expand(others, reading.readOptions)))
      if let output {
        try (checkpoints.first?.model ?? ModelFile.read(files[0])).write(to: output)
      }
      try printResult(texts.joined(separator: "\n"))
    }
    return .done
  }

  private func description(of checkpoint: ModelSoFar) -> String {
    "\(checkpoint.file): a checkpoint, \(checkpoint.progress); the likeliest model so far:\n"
      + ModelSummary(file: checkpoint.model).text
  }

  private func texts(_ paths: [String]) throws -> [String] {
    let models = try paths.filter(isModel).map { (path: $0, file: try ModelFile.read($0)) }
    var options = reading.readOptions
    // Data beside one model are looked at as that one reads them.
    if models.count == 1 {
      options.order = ModelColumns(models[0].file, path: models[0].path).order
    }
    var rest = models[...]
    return try paths.map { path in
      isModel(path)
        ? description(of: rest.removeFirst().file, path) : try description(of: path, options)
    }
  }

  private func isModel(_ path: String) -> Bool { path.lowercased().hasSuffix(".json") }

  private func description(of model: ModelFile, _ path: String) -> String {
    "\(plain(path)): a model file\n" + ModelSummary(file: model).text + origin(of: model.fit)
  }

  private func description(of path: String, _ options: ReadOptions) throws -> String {
    switch try openUnlessEmpty(path, options) {
    case nil: return "\(plain(path)): no rows of data\n"
    case .numbers(let file):
      let order = file.array.isFortranOrder ? "" : " in C order"
      let source = try file.source(of: 0..<file.rowCount, inMemory: false)
      return try "\(plain(path)): \(file.kind), \(file.array.summary)\(order)\n"
        + ranges(of: source, names: nil)
    case .csv(let text):
      let rows = try text.parseAll()
      let columns = "\(rows.rowCount) x \(counted(rows.columnCount, "column"))"
      return try "\(plain(path)): text, \(columns), delimiter \(name(of: text.delimiter)), "
        + "first row taken for \(text.hasHeader ? "column names" : "data")\n"
        + ranges(of: rows, names: text.columnNames)
    case .remote(let file):
      return "\(plain(path)): \(file.summary)\n"
    }
  }

  /// Nil for a file that is in order but has no rows.
  private func openUnlessEmpty(_ path: String, _ options: ReadOptions) throws -> DataFile? {
    do {
      return try DataFile.open(path, options)
    } catch  where emptyFile(error) != nil && files.count > 1 {
      return nil
    }
  }

  /// What a model's file says beyond its summary.
  private func origin(of fit: FitRecord?) -> String {
    guard let fit else { return "not fitted\n" }
    let tolerance =
      fit.parameterTolerance.map { "\($0) (parameters)" } ?? "\(fit.tolerance) (log-likelihood)"
    return """
      start           \(fit.initialization), seed \(fit.seed)
      tolerance       \(tolerance)
      regularization  \(fit.regularization)

      """
  }

  /// A row per column: its number, name, smallest and largest value.
  ///
  /// - Throws: `RowSourceError` about the first value that is not finite.
  private func ranges(of source: some RowSource, names: [String]?) throws -> String {
    let scratch = Workspace()
    let blockRows = ShardPlan.defaultBlockRows
    var scan = ColumnScan(columnCount: source.columnCount)
    for start in stride(from: 0, to: source.rowCount, by: blockRows) {
      let rows = start..<min(start + blockRows, source.rowCount)
      try source.withRows(
        rows, scratch: scratch.reserve(rows.count * source.columnCount)
      ) { values in
        guard let bad = scan.add(values, count: rows.count) else { return }
        throw source.notFinite(
          values[bad.row * source.columnCount + bad.column], row: start + bad.row,
          column: bad.column)
      }
    }
    let lines = (0..<source.columnCount).map { j in
      [
        "\(source.columnNumbers[j])", oneLine(names?[j] ?? ""), significant(scan.minimum[j], 6),
        significant(scan.maximum[j], 6),
      ]
    }
    return aligned([["column", "name", "smallest", "largest"]] + lines)
  }

  private func name(of delimiter: UInt8) -> String {
    switch delimiter {
    case UInt8(ascii: ","): "comma"
    case UInt8(ascii: ";"): "semicolon"
    case UInt8(ascii: "\t"): "tab"
    case UInt8(ascii: " "): "space"
    default: "\"\(Character(UnicodeScalar(delimiter)))\""
    }
  }
}
