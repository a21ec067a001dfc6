import ArgumentParser
import JSONDocuments
import MessagePassing
import MixtureModels
import ModelFiles
import ShardEM

/// `shardem score`.
struct ScoreCommand: WorldCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Print how well a model describes data, as JSON.",
    discussion: """
      One object: rows, log_likelihood, mean_log_likelihood (per row); aic, bic and icl, of which the \
      smaller is the better (icl is bic and twice the entropy of the rows' labels); \
      normalized_entropy, 1 where each row is of one component for sure; free_parameters. The same \
      bits as in the model file when the data are those of the fit. With --weights, rows are those \
      of positive weight, and total_weight, the sum of their weights, stands for the number of rows \
      in the means and criteria.

        shardem score model.json holdout.npy
        mpirun -np 8 shardem score model.json shards/ | jq .bic
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup(title: "Data") var data: DataOptions
  @OptionGroup(title: "Running") var running: RunOptions

  var common: [String] { data.common }

  func run(in world: any Communicator) throws -> ExitStatus {
    let file = try model.read(in: world)
    let threads = try running.threadCount(in: world)
    let log = running.logger(on: world)
    let data = try data.open(for: model.columns(of: file), threads: threads, in: world, log: log)
    try world.agree { try model.require(data, for: file) }
    let engine = Engine(data, threads: threads, world: world)
    let score = try score(file.mixture, file, engine)
    try world.agree {
      if world.rank == 0 { try printResult(json(score, of: data)) }
    }
    if let warning = CriteriaWarning.text(score, rows: data.weightedRowCount) {
      log.warning("\(warning)")
    }
    return .done
  }

  private func score(
    _ mixture: some Family, _ file: ModelFile, _ engine: Engine
  ) throws -> Score {
    let parameters = try engine.world.agree {
      try file.parameters(for: mixture, name: model.path)
    }
    return try engine.score(mixture, under: parameters)
  }

  private func json(_ score: Score, of data: DataSet) -> String {
    let text = JSONText.object([
      ("rows", .integer(data.weightedRowCount)),
      ("total_weight", data.isWeighted ? .number(score.weightSum) : nil),
      ("log_likelihood", .number(score.logLikelihood)),
      ("mean_log_likelihood", .number(score.meanLogLikelihood)),
      ("aic", .number(score.aic)), ("bic", .number(score.bic)),
      ("icl", score.icl.map(JSONText.number)),
      ("normalized_entropy", score.normalizedEntropy.map(JSONText.number)),
      ("free_parameters", .integer(score.freeParameterCount)),
    ])
    return "\(text)\n"
  }
}
