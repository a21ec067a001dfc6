import ArgumentParser
import MessagePassing
import MixtureModels
import ModelFiles
import RowSources
import ShardEM

/// Times fits of any mixture to `RandomRows`, and their predictions and scores.
struct MixtureWorker: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "mixture", shouldDisplay: false)

  @Argument var kind: String
  @Argument var components: Int
  @Argument var folder: String
  @Argument var iterations: Int
  @Flag var missing = false

  func run() throws {
    let world = SoloCommunicator()
    let kind = MixtureKind(kind)
    let data = try DataSet.open(
      ["\(folder)/rows.npy"], options: ReadOptions(missing: missing ? .allowed() : .error),
      kinds: ColumnKinds {
        try kind.categoricalColumns(count: $0.count).map { $0 ? .category(nil) : .number }
      }, world: world)
    let engine = Engine(data, threads: 1, world: world)
    let family = try kind.family
    let options = FamilyOptions(
      regularization: 0, ranges: data.ranges,
      measures: try engine.measures(
        for: kind.settings, of: Families.standard.settings(of: family)),
      categories: data.categories.map { $0?.names })
    try answer(
      try kind.mixture(options, components: components, columns: data.columnCount), engine)
  }

  private func answer(_ mixture: some Family, _ engine: Engine) throws {
    let start = try engine.fit(
      mixture, from: .responsibilities(labels(for: mixture, engine)),
      options: FitOptions(maximumIterations: 0)
    ).parameters
    try answerRequests(name: "ShardEM") { request in
      switch request {
      case "predict": try engine.timedLabels(mixture, under: start).answer
      case "score": try engine.timedScore(mixture, under: start)
      default:
        try engine.timedFit(mixture, from: .parameters(start), iterations: iterations)
      }
    }
  }

  /// Those that the truth gives the rows, but for every fourth, which is given to the next component.
  private func labels(
    for mixture: some Family, _ engine: Engine
  ) throws -> GivenResponsibilities {
    let truth = try ModelFile.read("\(folder)/truth.json")
    let labels = try engine.timedLabels(truth.mixture, under: truth.parameters).labels
    let values = labels.enumerated().map { n, label in
      Double((Int(label) + (n % 4 == 0 ? 1 : 0)) % components)
    }
    return try GivenResponsibilities(RowsBeside(values: values, columnCount: 1), for: mixture)
  }
}
