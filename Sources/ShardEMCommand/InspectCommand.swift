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
      Beside a model that has names of columns, of data with names these columns are shown. A column \
      of numbers says the smallest and largest, one with words how many different values it has. With \
      --missing em, a column says how many cells are missing. Of covariances the volume |S|^(1/D), the \
      shape, the eigenvalues over the volume, and the main axis, the eigenvector of the largest, are shown; \
      of each component the columns that set it apart from the others.

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

  func run(in world: any Communicator) throws -> ExitStatus {
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
    "\(plain(path)): a model file\n" + ModelSummary(file: model).text + origin(of: model)
      + ModelSummary(file: model).geometry + ModelSummary(file: model).contrasts
  }

  private func description(of path: String, _ options: ReadOptions) throws -> String {
    guard let file = try openUnlessEmpty(path, options)?.found() else {
      return "\(plain(path)): no rows of data\n"
    }
    let mayMiss = options.missing.areAllowed
    return try "\(plain(path)): \(file.details)\n" + ColumnSurvey(file, mayMiss: mayMiss).text
  }

  /// Nil for a file that is in order but has no rows.
  private func openUnlessEmpty(_ path: String, _ options: ReadOptions) throws -> (any DataFile)? {
    do {
      return try DataFiles.file(path, options)
    } catch  where emptyFile(error) != nil && files.count > 1 {
      return nil
    }
  }

  /// What a model's file says beyond its summary.
  private func origin(of model: ModelFile) -> String {
    guard let fit = model.fit else { return "not fitted\n" }
    let objective =
      fit.inertia != nil ? "inertia" : fit.objective != nil ? "objective" : "log-likelihood"
    let tolerance =
      fit.parameterTolerance.map { "\($0) (parameters)" } ?? "\(fit.tolerance) (\(objective))"
    let isRegularized = type(of: model.mixture).isRegularized
    return """
      start           \(fit.initialization), seed \(fit.seed)
      tolerance       \(tolerance)

      """ + (isRegularized ? "regularization  \(fit.regularizationText)\n" : "")
  }
}
