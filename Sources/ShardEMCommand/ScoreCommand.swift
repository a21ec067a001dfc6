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
      in the means and criteria. Of k-means, rows, inertia and mean_inertia are all there is.

      With --decompose, what EM's theory says of the data too, in nats, for responsibilities q of the \
      components for the rows: the model's own, or given ones. log_likelihood = lower_bound + kl_gap, \
      lower_bound = q + entropy, log_likelihood = q - r, each to rounding: q is what is to be expected of \
      log p(row, component), r of log p(component | row), entropy is that of q. Of the model's own \
      responsibilities kl_gap is 0.

        shardem score model.json holdout.npy
        shardem score model.json data.npy --decompose --responsibilities q.npy
        mpirun -np 8 shardem score model.json shards/ | jq .bic
      """)

  @OptionGroup var model: ModelArgument

  @Flag(help: "Print the lower bound of the log-likelihood, and what it consists of, too.")
  var decompose = false

  @Option(
    help: ArgumentHelp(
      "With --decompose: the data file, or its dataset, of a label or of K responsibilities for each row "
        + "(beside noise one more), as predict --probabilities writes them. (default: the model's own)",
      valueName: "file"))
  var responsibilities: String?

  @OptionGroup(title: "Data") var data: DataOptions
  @OptionGroup(title: "Running") var running: RunOptions

  var common: [String] {
    [word("--decompose", isOn: decompose), word("--responsibilities", responsibilities)]
      + data.common
  }

  func validate() throws {
    if let responsibilities, !decompose {
      throw ValidationError("--responsibilities \(responsibilities) without --decompose")
    }
  }

  func run(in world: any Communicator) throws -> ExitStatus {
    let file = try model.read(in: world)
    let threads = try running.threadCount(in: world)
    let log = running.logger(on: world)
    let data = try data.open(for: model.columns(of: file), threads: threads, in: world, log: log)
    try world.agree { try model.require(data, for: file) }
    let engine = Engine(data, threads: threads, world: world)
    let (score, evidence) = try result(file.mixture, file, engine, threads: threads)
    let inertia = type(of: file.mixture).inertia(score)
    try world.agree {
      if world.rank == 0 {
        try printResult(
          inertia.map { json(inertia: $0, score, of: data) } ?? json(score, evidence, of: data))
      }
    }
    if inertia == nil, let warning = CriteriaWarning.text(score, rows: data.weightedRowCount) {
      log.warning("\(warning)")
    }
    return .done
  }

  /// Collective.
  private func result(
    _ mixture: some Family, _ file: ModelFile, _ engine: Engine, threads: Int
  ) throws -> (Score, EvidenceDecomposition?) {
    let parameters = try engine.world.agree {
      try file.parameters(for: mixture, name: model.path)
    }
    let given = try responsibilities.map {
      try engine.data.responsibilities(
        $0, of: mixture, reading: data.reading.readOptions, threads: threads, in: engine.world)
    }
    return (
      try engine.score(mixture, under: parameters),
      decompose
        ? try engine.evidence(of: mixture, under: parameters, responsibilities: given) : nil
    )
  }

  private func json(inertia: Double, _ score: Score, of data: DataSet) -> String {
    let text = JSONText.object([
      ("rows", .integer(data.weightedRowCount)),
      ("total_weight", data.isWeighted ? .number(score.weightSum) : nil),
      ("inertia", .number(inertia)), ("mean_inertia", .number(inertia / score.weightSum)),
    ])
    return "\(text)\n"
  }

  private func json(
    _ score: Score, _ evidence: EvidenceDecomposition?, of data: DataSet
  ) -> String {
    let text = JSONText.object([
      ("rows", .integer(data.weightedRowCount)),
      ("total_weight", data.isWeighted ? .number(score.weightSum) : nil),
      ("log_likelihood", .number(score.logLikelihood)),
      ("mean_log_likelihood", .number(score.meanLogLikelihood)),
      ("aic", .number(score.aic)), ("bic", .number(score.bic)),
      ("icl", score.icl.map(JSONText.number)),
      ("normalized_entropy", score.normalizedEntropy.map(JSONText.number)),
      ("free_parameters", .integer(score.freeParameterCount)),
      ("lower_bound", evidence.map { .number($0.lowerBound) }),
      ("kl_gap", evidence.map { .number($0.divergence) }),
      ("q", evidence.map { .number($0.expectedLogJoint) }),
      ("r", evidence.map { .number($0.expectedLogPosterior) }),
      ("entropy", evidence.map { .number($0.entropy) }),
    ])
    return "\(text)\n"
  }
}
