import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing
import _TestSupport

/// Fits of words by an EM in 80-bit arithmetic, iteration by iteration; some cells are missing.
@Suite("Reference fits of latent classes")
struct LatentClassTests {
  struct Reference: Decodable, Sendable, CustomTestStringConvertible {
    let id: String
    let columns: [String]
    let categories: [[String]]
    let weights: [Double]
    let probabilities: [Double]
    let logLikelihoods: [Double]
    let result: Result

    struct Result: Decodable {
      let iterations: Int
      let logLikelihood: Double
      let bic: Double
      let weights: [Double]
      let probabilities: [Double]
    }

    var testDescription: String { id }
  }

  static let references =
    (try? TestData.json([Reference].self, TestData.shipped.appending(path: "latent_class.json")))
    ?? []

  @Test("None is missing") func count() { #expect(Self.references.count == 2) }

  @Test("They are reproduced from words, and the categories are sorted", arguments: references)
  func reproduced(reference: Reference) throws {
    let world = SoloCommunicator()
    let data = try DataSet.open(
      [try #require(TestData.path("penguins_na.csv"))],
      options: ReadOptions(columns: reference.columns, missing: .allowed()),
      kinds: ColumnKinds { Array(repeating: .category(nil), count: $0.count) }, world: world)
    #expect(data.categories.map { $0?.names } == reference.categories)
    let mixture = CategoricalMixture(
      componentCount: reference.weights.count, categories: reference.categories, smoothing: 0)
    var logLikelihoods: [Double] = []
    let fit = try Engine(data, threads: 2, world: world).fit(
      mixture,
      from: .parameters([
        "weights": reference.weights, "probabilities": reference.probabilities,
      ]),
      options: FitOptions(
        maximumIterations: reference.result.iterations, convergence: .parameters(0),
        acceleration: .none)
    ) { logLikelihoods.append($0.meanLogLikelihood * 344) }
    // As `ModelReferenceTests`: log densities of 10 nats, off by 4u of that a step; a reference that took
    // T iterations to 1e-15 shrinks errors so that T / 37 steps' add up.
    for (found, expected) in zip(logLikelihoods, reference.logLikelihoods) {
      #expect(relativeError(found, expected) < 2e-14)
    }
    #expect(relativeError(fit.score.logLikelihood, reference.result.logLikelihood) < 2e-14)
    #expect(relativeError(fit.score.bic, reference.result.bic) < 2e-14)
    let error = 4e-15 * (1 + Double(reference.result.iterations) / 37)
    for (found, expected) in zip(
      fit.parameters.weights + fit.parameters["probabilities"],
      reference.result.weights + reference.result.probabilities)
    {
      #expect(abs(found - expected) < error)
    }
  }
}
