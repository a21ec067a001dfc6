import Foundation
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Priors of columns of several families")
struct MixedPriorTests {
  private static let columns = 6
  private static let families =
    "1=gaussian,2=categorical,{3,4}=gaussian,5=poisson,6=bernoulli"
  private static let prior: [PriorNumbers.Entry] = [
    .init("weight_concentration", shape: [], [3]), .init("mean", shape: [6], [1, 0, -1, 2, 0, 0]),
    .init("mean_precision", shape: [], [0.5]), .init("degrees_of_freedom", shape: [], [5]),
    .init("covariance", shape: [], [2]), .init("shape", shape: [], [2]),
    .init("rate", shape: [6], [9, 9, 9, 9, 0.5, 9]), .init("alpha", shape: [], [1.5]),
    .init("beta", shape: [], [2]), .init("concentration", shape: [], [1.25]),
  ]

  /// Rows of two groups, one with more of everything.
  private static func rows() -> [Double] {
    var generator = SeededGenerator(seed: 5)
    return (0..<400).flatMap { n -> [Double] in
      let shift = n % 3 == 0 ? 0.0 : 1.5
      let normal = (0..<3).map { _ in generator.normal() + shift }
      let category = (generator.uniform() * (2 + shift)).rounded(.down)
      let count = (generator.uniform() * 4 + 2 * shift).rounded(.down)
      let bit = generator.uniform() < 0.2 + 0.3 * shift ? 1.0 : 0
      return [normal[0], min(category, 2), normal[1], normal[1] / 2 + normal[2], count, bit]
    }
  }

  private func engine(missing: Double = 0) throws -> Engine {
    var generator = SeededGenerator(seed: 6)
    let values = Self.rows().map { generator.uniform() < missing ? Double.nan : $0 }
    let data = try DataSet(
      values: values, columnCount: Self.columns, missing: .allowed(), world: SoloCommunicator())
    return Engine(data, threads: 2, world: SoloCommunicator())
  }

  private func mixture(
    _ engine: Engine, _ prior: [PriorNumbers.Entry]?, families: String = families,
    values: [String: String] = [:]
  ) throws -> MixedMixture {
    let all = ["estimate": "map", "column-families": families].merging(values) { $1 }
    let names: [[String]?] = [nil, ["a", "b", "c"], nil, nil, nil, nil]
    let measures = try engine.measures(for: all, of: MixedMixture.settings)
    let options = FamilyOptions(
      regularization: 0, ranges: engine.data.ranges, measures: measures,
      prior: prior.map(PriorNumbers.init), categories: names, values: all)
    return try MixedMixture(options, components: 3, columns: Self.columns)
  }

  @Test("The log-posterior never falls, with missing cells too", arguments: [0, 0.2])
  func monotone(missing: Double) throws {
    let engine = try engine(missing: missing)
    for prior in [Self.prior, nil] {
      var means: [Double] = []
      let fit = try engine.fit(
        mixture(engine, prior), from: .random,
        options: FitOptions(maximumIterations: 60, convergence: .parameters(0))
      ) { means.append($0.meanObjective) }
      means.append(fit.objective / fit.score.weightSum)
      // As in `EveryFamilyTests`.
      let rounding = 2 * 16 * 0x1p-53 * abs(means.last!)
      for (before, after) in zip(means, means.dropFirst()) { #expect(after >= before - rounding) }
      #expect(means.last! > means[0] && fit.score.logPrior != 0)
      #expect(fit.objective == fit.score.logLikelihood + fit.score.logPrior)
    }
  }

  @Test("The prior's density is the product of those of the weights and of each family")
  func density() throws {
    let engine = try engine()
    let mixture = try mixture(engine, Self.prior)
    let fit = try engine.fit(
      mixture, from: .random, options: FitOptions(maximumIterations: 3))
    let found = fit.parameters
    // Dirichlet(3, 3, 3).
    let logWeights: Double = found.weights.reduce(0) { $0 + log($1) }
    var expected: Double = lgamma(9) - 3 * lgamma(3) + 2 * logWeights
    for rate in found["poisson.rates"] {
      expected += 2 * log(0.5) - lgamma(2) + log(rate) - 0.5 * rate
    }
    for p in found["bernoulli.probabilities"] {
      expected += lgamma(3.5) - lgamma(1.5) - lgamma(2) + 0.5 * log(p) + log(1 - p)
    }
    let probabilities = found["categorical.probabilities"]
    expected += 3 * (lgamma(3.75) - 3 * lgamma(1.25))
    expected += 0.25 * probabilities.reduce(0) { $0 + log($1) }
    // Of one column: N(m, v / κ), v ~ inverse Gamma(5/2, 2/2).
    let (means, variances) = (found["gaussian.means"], found["gaussian.covariances"])
    for (mean, v) in zip(means, variances) {
      let square = (mean - 1) * (mean - 1)
      expected += -0.5 * (log(2 * .pi) + log(v / 0.5)) - 0.25 * square / v
      expected += -lgamma(2.5) - 3.5 * log(v) - 1 / v
    }
    // Of two: N(m, Σ / κ), Σ ~ inverse Wishart(5, 2 I).
    let (pairs, matrices) = (found["gaussian_1.means"], found["gaussian_1.covariances"])
    for k in 0..<3 {
      let s = Array(matrices[4 * k..<4 * k + 4])
      let determinant = s[0] * s[3] - s[1] * s[2]
      let (x, y) = (pairs[2 * k] + 1, pairs[2 * k + 1] - 2)
      let distance = (s[3] * x * x - 2 * s[1] * x * y + s[0] * y * y) / determinant
      expected += -log(2 * .pi) + log(0.5) - 0.5 * log(determinant) - 0.25 * distance
      let logGamma = 0.5 * log(.pi) + lgamma(2.5) + lgamma(2)
      expected += 5 * log(2) - 5 * log(2) - logGamma - 4 * log(determinant)
      expected += -(s[0] + s[3]) / determinant
    }
    // Some hundred terms of up to 100, each rounded a few times.
    #expect(abs(fit.score.logPrior - expected) < 1e-11)
  }

  @Test("Numbers that no column's family has, and lists of other columns, are refused")
  func refused() throws {
    let engine = try engine()
    func message(
      _ name: String, _ shape: [Int], _ numbers: [Double], families: String = Self.families
    ) -> String? {
      do {
        _ = try mixture(engine, [.init(name, shape: shape, numbers)], families: families)
        return nil
      } catch { return "\(error)" }
    }
    let counts = "*=poisson,2=categorical"
    #expect(
      message("alpha", [], [2], families: counts)
        == "prior with alpha; expected weight_concentration, shape, rate, concentration")
    #expect(
      message("rate", [2], [1, 2])
        == "prior rate of 2 numbers; expected a number, or 6 numbers, or 6 x 6 numbers")
    #expect(message("shape", [], [0.5]) == "prior shape 0.5; expected 1.0 or more")
  }

  @Test("A Gaussian prior without Gaussians, or of a variational fit, is refused")
  func otherEstimates() throws {
    let engine = try engine()
    #expect(throws: FitError.self) {
      try mixture(engine, nil, values: ["estimate": "vb", "prior": "mclust"])
    }
    #expect(throws: FitError.self) {
      try mixture(engine, nil, families: "*=poisson,2=categorical", values: ["prior": "mclust"])
    }
    #expect(try mixture(engine, nil, values: ["prior": "mclust"]).estimate == .map)
    #expect(try mixture(engine, nil, values: ["estimate": "ml"]).estimate == .ml)
  }
}
