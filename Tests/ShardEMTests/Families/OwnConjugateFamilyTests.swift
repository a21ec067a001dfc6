import Kernels
import MessagePassing
import MixtureModels
import Rows
import ShardEM
import Testing
import _TestSupport

/// A family that a program brings along: of geometric distributions, p(x) = p (1 - p)^x, of one column of
/// counts, with p ~ Beta(a, b).
private struct GeometricMixture: ConjugateExponentialFamily {
  static let name = "geometric"
  static let priorNames = ["a", "b"]
  static let settings = FamilySetting.conjugate
  let componentCount: Int
  let columnCount = 1

  init(_ options: FamilyOptions, components: Int, columns: Int) { componentCount = components }

  var layout: ParameterLayout {
    ParameterLayout([
      .init("weights", [componentCount], .weights),
      .init("probabilities", [componentCount], .probability),
    ])
  }

  // As of any exponential family: T(x) = (1, x).
  var featureCount: Int { 2 }
  func writeFeatures(of tile: RowBlock, into features: UnsafeMutablePointer<Double>) {
    for n in 0..<tile.count { (features[2 * n], features[2 * n + 1]) = (1, tile.rows[n]) }
  }
  func naturalParameters(of parameters: Parameters) -> [Double] {
    zip(parameters.weights, parameters.probabilities).flatMap {
      [Portable.log($0) + Portable.log($1), Portable.log(1 - $1)]
    }
  }
  func maximized(features: [[Double]]) -> Parameters {
    let total = features.reduce(0) { $0 + $1[0] }
    return Parameters(
      weights: features.map { $0[0] / total },
      probabilities: features.map { $0[0] / ($0[0] + $0[1]) })
  }
  func sampler(under parameters: Parameters) -> Parameters { parameters }
  func writeRow(
    _ random: RandomRow, _ parameters: Parameters, into row: UnsafeMutablePointer<Double>
  ) {
    let p = parameters.probabilities[random.choice(parameters.weights, 0)]
    row[0] = (Portable.log(random.uniform(1)) / Portable.log(1 - p)).rounded(.down)
  }

  // Its conjugate prior.
  var posteriorParts: [ParameterLayout.Part] {
    Self.priorNames.map { .init($0, [componentCount], .positive) }
  }
  func conjugatePrior(_ given: PriorNumbers, means: [Double]?) -> [[Double]] { [[2], [3]] }
  func posterior(features: [[Double]], prior: [[Double]]) -> [[Double]] {
    [
      zip(prior[0], features).map { $0 + $1[0] }, zip(prior[1], features).map { $0 + $1[1] },
    ]
  }
  func parameters(weights: [Double], posterior: [[Double]], _ sums: Sums) -> Parameters {
    Parameters(
      weights: weights, probabilities: zip(posterior[0], posterior[1]).map { $0 / ($0 + $1) })
  }
  func expectedNaturalParameters(_ posterior: [[Double]]) -> [Double] {
    zip(posterior[0], posterior[1]).flatMap {
      let both = Portable.digamma($0 + $1)
      return [Portable.digamma($0) - both, Portable.digamma($1) - both]
    }
  }
  func divergence(_ posterior: [[Double]], from prior: [[Double]]) -> Double {
    func logBeta(_ a: Double, _ b: Double) -> Double {
      Portable.logGamma(a) + Portable.logGamma(b) - Portable.logGamma(a + b)
    }
    return (0..<componentCount).reduce(0) { sum, k in
      let (a, b, a0, b0) = (posterior[0][k], posterior[1][k], prior[0][k], prior[1][k])
      let both = Portable.digamma(a + b)
      return sum + logBeta(a0, b0) - logBeta(a, b) + (a - a0) * (Portable.digamma(a) - both)
        + (b - b0) * (Portable.digamma(b) - both)
    }
  }
}

@Suite("Variational mixtures of a family of one's own")
struct OwnConjugateFamilyTests {
  private func fit(components: Int, ranks: Int) throws -> Fit {
    let values = values
    return try onRanks(ranks) { world in
      let data = try DataSet(
        values: values, columnCount: 1, shardRows: [100, 200], blockRows: 64, world: world)
      let families = Families.standard.adding(GeometricMixture.self)
      let mixture = try families.mixture(
        GeometricMixture.self, FamilyOptions(ranges: data.ranges, values: ["estimate": "vb"]),
        components: components, columns: 1)
      func run(_ mixture: some Family) throws -> Fit {
        try Engine(data, threads: 2, world: world).fit(
          mixture, from: .random,
          options: FitOptions(maximumIterations: 50, convergence: .parameters(0)))
      }
      return try run(mixture)
    }[0]
  }

  /// Counts of two means.
  private let values: [Double] = {
    var generator = SeededGenerator(seed: 3)
    return (0..<300).map { i in
      (Portable.log(generator.uniform()) / Portable.log(i % 3 == 0 ? 0.3 : 0.95)).rounded(.down)
    }
  }()

  @Test("Of one component the bound is the evidence, and fits have the same bits on any ranks")
  func evidence() throws {
    let one = try fit(components: 1, ranks: 1)
    let (count, sum) = (Double(values.count), values.reduce(0, +))
    func logBeta(_ a: Double, _ b: Double) -> Double {
      Portable.logGamma(a) + Portable.logGamma(b) - Portable.logGamma(a + b)
    }
    let evidence = logBeta(2 + count, 3 + sum) - logBeta(2, 3)
    // Differences of log Γ of up to 4e4, each of a few roundings.
    #expect(abs(one.objective - evidence) < 4e4 * 16 * 0x1p-53)
    let two = try fit(components: 2, ranks: 1)
    #expect(two.objective > one.objective)
    for ranks in [2, 3, 7] {
      #expect(try fit(components: 2, ranks: ranks) == two)
    }
  }
}
