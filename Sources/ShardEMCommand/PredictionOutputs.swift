/// The files that `predict` writes.
struct PredictionOutputs {
  private let labels: TogetherOutput?
  private let probabilities: TogetherOutput?
  private let logDensities: TogetherOutput?

  /// - Parameter groups: the names of the columns of probabilities that have a label; one more is of noise.
  /// - Throws: as `TogetherOutput`.
  init(
    _ options: PredictCommand.OutputOptions, rows: Int, groups: [String], hasNoise: Bool
  ) throws {
    func output(
      _ number: Int, _ names: [String], columns: Int?, _ descriptor: String
    ) throws -> TogetherOutput? {
      guard case (let option, let path?) = options.named[number] else { return nil }
      return try TogetherOutput(
        path, option: option, rows: rows, names: names, columns: columns, descriptor: descriptor)
    }
    let names = groups + (hasNoise ? ["noise"] : [])
    labels = try output(0, ["label"], columns: nil, "<i8")
    probabilities = try output(1, names, columns: names.count, "<f8")
    logDensities = try output(2, ["log_density"], columns: nil, "<f8")
  }

  private var outputs: [TogetherOutput] { [labels, probabilities, logDensities].compactMap { $0 } }

  /// Those whose rows have their places from the beginning.
  var shared: [SharedOutput] { outputs.compactMap(\.shared) }

  /// Those to be put together when all rows are there.
  var texts: [TextPart] { outputs.compactMap(\.text) }

  /// This rank's parts, those of shared files opened by `open`.
  func parts(_ open: PartOpener) throws -> (
    labels: TogetherOutput.Part?, probabilities: TogetherOutput.Part?,
    logDensities: TogetherOutput.Part?
  ) {
    (
      try labels?.part(open), try probabilities?.part(open), try logDensities?.part(open)
    )
  }
}
