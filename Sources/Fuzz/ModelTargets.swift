import Host
import MessagePassing
import MixtureModels
import ModelFiles
import ShardEM
import _TestSupport

/// What the program writes about models, and reads again.
enum ModelTargets {
  static func all() throws -> [Target] {
    try [model(), checkpoint(isSealed: false), checkpoint(isSealed: true)]
  }

  private static let words = [
    "{", "}", "[", "]", ",", ":", "\"", "null", "true", "false", "1", "-1", "1e400", "\\u0000",
    "\\ud800",
    "\"fit\":", "\"weights\":", "\"covariances\":", "\"components\":", "\"numbers\":", "\"best\":",
    "\"restart\":",
  ]

  private static func model() throws -> Target {
    let models =
      CovarianceType.allCases.map { type -> (any Family, Parameters) in
        (mixture(type), mixture(type).unitComponents(at: [0, 1, 2, 3]))
      } + [
        (
          BernoulliMixture(componentCount: 2, columnCount: 2),
          Parameters(weights: [0.25, 0.75], probabilities: [0, 1, 0.5, 0.125])
        )
      ]
    let fit = FitRecord(
      rows: 10, totalWeight: 9, iterations: 3, converged: true, logLikelihood: -1.5,
      meanLogLikelihood: -0.15,
      aic: 3, bic: 4, seed: 1, tolerance: 1e-3, parameterTolerance: 1e-4, regularization: 1e-6,
      initialization: "kmeans")
    return Target(
      name: "model",
      samples: try models.flatMap {
        [
          try ModelFile($0, $1).encoded(),
          try ModelFile($0, $1, columns: ["a", "b \"c\""], fit: fit).encoded(),
        ]
      },
      words: words,
      // A value is an enumeration with lists and texts: some tens of bytes for each of the file.
      memory: (1 << 16, 512)
    ) { file in
      let model = try ModelFile(json: file, name: "model.json")
      // What was read is written, and read again.
      try require(
        try ModelFile(json: try model.encoded(), name: "model.json") == model,
        "another model, read again")
      try use(model)
    }
  }

  /// Densities of a row under the model: all that it holds must fit together.
  private static func use(_ model: ModelFile) throws {
    try use(model.mixture, model)
  }

  private static func use(_ mixture: some Family, _ file: ModelFile) throws {
    let parameters = try file.parameters(for: mixture, name: "model.json")
    let rows = [Double](repeating: 0, count: 3 * mixture.columnCount)
    let solo = SoloCommunicator()
    let data = try DataSet(values: rows, columnCount: mixture.columnCount, world: solo)
    let total = try Engine(data, threads: 1, world: solo).expectationStep(
      mixture, under: parameters)
    let rowCount = total.sums[0].weightSum
    try require(rowCount == 3, "\(rowCount) rows instead of 3")
  }

  private static func mixture(_ type: CovarianceType) -> GaussianMixture {
    GaussianMixture(components: 2, columns: 2, covarianceType: type)
  }

  /// Checkpoints of a fit, which goes on from them.
  ///
  /// - Parameter isSealed: whether their digest is made right again, as if damage had never met it.
  private static func checkpoint(isSealed: Bool) throws -> Target {
    let model = GaussianMixture(components: 2, columns: 2, covarianceType: .diag)
    let solo = SoloCommunicator()
    let data = try DataSet(
      values: [0, 0, 1, 0, 0, 1, 8, 9, 9, 8, 9, 9, 1, 1, 8, 8], columnCount: 2, world: solo)
    let engine = Engine(data, threads: 1, world: solo)
    let identity = FitIdentity(settings: [("--seed", "1")], data: try engine.fingerprint())
    let options = FitOptions(
      maximumIterations: 4, convergence: .logLikelihood(0), restarts: 2, seed: 1)
    var samples: [[UInt8]] = []
    _ = try engine.fit(
      model, from: .random, options: options,
      keep: {
        samples.append(Checkpoint($0, of: model, identity).encoded())
      })
    return Target(
      name: isSealed ? "sealed-checkpoint" : "checkpoint", samples: samples, words: words,
      memory: (1 << 20, 512)
    ) { file in
      let bytes = isSealed ? Checkpoint.sealed(body(of: file)) : file
      let checkpoint = try Checkpoint(bytes, path: "checkpoint")
      try require(
        Checkpoint(checkpoint.encoded(), path: "again").encoded() == checkpoint.encoded(),
        "another checkpoint, read again")
      guard let state = checkpoint.state(of: model) else { throw Refused() }
      do {
        _ = try engine.fit(model, from: .random, options: options, resuming: state)
      } catch is DataSetError {
        // Parameters that are numbers, but too large ones.
        throw Refused()
      }
    }
  }

  /// What stands before the digest, in whole words.
  private static func body(of file: [UInt8]) -> [UInt8] {
    Array(file.prefix((file.count - 1) / 8 * 8))
  }

  /// In place of the sentence that the folder of checkpoints finds for it.
  private struct Refused: InputError, CustomStringConvertible {
    let description = "damaged"
  }
}
