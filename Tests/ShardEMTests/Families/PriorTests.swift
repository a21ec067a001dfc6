import Kernels
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Priors of Gaussian mixtures")
struct PriorTests {
  private static let names = ["EII", "VII", "EEI", "VVI", "EEE", "VVV"]
  private static let all = CovarianceModels.all.compactMap(\.names.last)
  private let columns = 2

  private func engine(missing: Double = 0, seed: UInt64 = 4) throws -> Engine {
    let problem = GaussianProblem(
      seed: seed, rowCount: 200, componentCount: 3, columnCount: columns, covarianceType: .full,
      separation: 2)
    var generator = SeededGenerator(seed: seed)
    let values = problem.rows.map { generator.uniform() < missing ? Double.nan : $0 }
    let data = try DataSet(
      values: values, columnCount: columns, missing: .allowed(), world: SoloCommunicator())
    return Engine(data, threads: 2, world: SoloCommunicator())
  }

  private func mixture(
    _ name: String, _ engine: Engine, prior: [PriorNumbers.Entry]?, family: any Family.Type,
    values: [String: String] = [:]
  ) throws -> any Family {
    let values = ["covariance": name, "estimate": "map"].merging(values) { $1 }
    let known = Families.standard.settings(of: family)
    return try Families.standard.mixture(
      family,
      FamilyOptions(
        regularization: 0, ranges: engine.data.ranges,
        measures: try engine.measures(for: values, of: known), prior: prior.map(PriorNumbers.init),
        values: values), components: 3, columns: columns)
  }

  private func fit(
    _ mixture: some Family, _ engine: Engine, _ options: FitOptions,
    onIteration: IterationHook = { _ in }
  ) throws -> Fit {
    try engine.fit(mixture, from: .kMeans, options: options, onIteration: onIteration)
  }

  private static let strong: [PriorNumbers.Entry] = [
    .init("weight_concentration", shape: [], [4]), .init("mean", shape: [2], [1, -1]),
    .init("mean_precision", shape: [], [5]), .init("degrees_of_freedom", shape: [], [9]),
    .init("covariance", shape: [], [3]),
  ]

  /// A prior about the data's own covariance has no density where that is singular; that of a variational fit
  /// has the regularization beside it.
  @Test("An objective that is no number is an error")
  func infinite() throws {
    let data = try DataSet(
      values: [1, 2, 1, 3, 1, 5, 1, 8], columnCount: 2, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    let values = ["covariance": "full", "estimate": "map"]
    let known = Families.standard.settings(of: GaussianMixture.self)
    let mixture = try Families.standard.mixture(
      GaussianMixture.self,
      FamilyOptions(
        ranges: data.ranges, measures: try engine.measures(for: values, of: known), values: values),
      components: 1, columns: 2)
    let error = #expect(throws: FitError.self) { try fit(mixture, engine, FitOptions()) }
    #expect(error?.description.hasPrefix("what is maximized is ") == true)
  }

  @Test(
    "With missing cells, noise and t distributions the log-posterior never falls", arguments: all)
  func monotone(name: String) throws {
    let engine = try engine(missing: 0.2)
    let whole = try self.engine()
    func check(_ mixture: some Family, _ engine: Engine) throws {
      var means: [Double] = []
      let fit = try fit(
        mixture, engine, FitOptions(maximumIterations: 60, convergence: .parameters(0))
      ) { means.append($0.meanObjective) }
      means.append(fit.objective / fit.score.weightSum)
      // As in `EveryFamilyTests`.
      let rounding = 2 * 16 * 0x1p-53 * abs(means.last!)
      for (before, after) in zip(means, means.dropFirst()) { #expect(after >= before - rounding) }
      #expect(means.last! > means[0] && fit.score.logPrior != 0)
    }
    let (gaussian, student) = (GaussianMixture.self, StudentMixture.self)
    try check(mixture(name, engine, prior: Self.strong, family: gaussian), engine)
    try check(mixture(name, engine, prior: Self.strong, family: student), engine)
    try check(
      mixture(name, whole, prior: nil, family: gaussian, values: ["noise": "1e-3"]), whole)
  }

  /// Central differences of the log-posterior, in each number by itself, of symmetric ones in both.
  @Test("At the maximum the log-posterior has no slope", arguments: names)
  func gradient(name: String) throws {
    let engine = try engine()
    func check(_ mixture: some Family) throws {
      let options = FitOptions(maximumIterations: 20_000, convergence: .parameters(1e-12))
      let best = try fit(mixture, engine, options).parameters
      func slope(_ change: (inout Parameters, Double) -> Void) throws -> Double {
        let step = 1e-5
        let ends = try [-step, step].map { step in
          var changed = best
          change(&changed, step)
          return try engine.score(mixture, under: changed).objective
        }
        return (ends[1] - ends[0]) / (2 * step)
      }
      // 200 rows of 4 nats, off by 16u each, over the step; and a sixth of third derivatives of up to 6e4
      // times its square: 2 n w r³ / w³ of weights.
      let rounding = 200 * 4 * 16 * 0x1p-53
      let allowed = rounding / 1e-5 + 1e4 * 1e-10
      let least = best.weights.min() ?? 0
      let third = 2 * 2 * 209 / (6 * least * least)
      let allowedOfWeights = allowed + third * 1e-10
      for k in 1..<3 {
        let weights = try slope {
          $0.weights[k] += $1
          $0.weights[0] -= $1
        }
        #expect(abs(weights) < allowedOfWeights)
      }
      for i in best.means.indices { #expect(try abs(slope { $0.means[i] += $1 }) < allowed) }
      for places in free(name, best.covariances.count) {
        let own = try slope { changed, step in for i in places { changed.covariances[i] += step } }
        #expect(abs(own) < allowed)
      }
    }
    try check(mixture(name, engine, prior: Self.strong, family: GaussianMixture.self))
    try check(mixture(name, engine, prior: nil, family: GaussianMixture.self))
  }

  /// The numbers of covariances that are one parameter.
  private func free(_ name: String, _ count: Int) -> [[Int]] {
    if name == "EII" { return [Array(0..<count)] }
    if name == "EEI" { return [0, 1].map { Array(stride(from: $0, to: count, by: 2)) } }
    guard name == "VVV" || name == "EEE" else { return (0..<count).map { [$0] } }
    return stride(from: 0, to: count, by: 4).flatMap { (i: Int) -> [[Int]] in
      [[i], [i + 3], [i + 1, i + 2]]
    }
  }

  @Test("A prior of vanishing strength is maximum likelihood", arguments: all)
  func vanishing(name: String) throws {
    let engine = try engine()
    let none: [PriorNumbers.Entry] = [
      .init("weight_concentration", shape: [], [1]), .init("mean_precision", shape: [], [0]),
    ]
    func parameters(_ mixture: some Family) throws -> Parameters {
      let options = FitOptions(
        maximumIterations: 30, convergence: .parameters(0), acceleration: .none)
      return try fit(mixture, engine, options)
        .parameters
    }
    let prior = try parameters(mixture(name, engine, prior: none, family: GaussianMixture.self))
    let likeliest = try parameters(
      mixture(name, engine, prior: nil, family: GaussianMixture.self, values: ["estimate": "ml"]))
    // Another order of a few roundings, in each of 30 steps.
    for (a, b) in zip(prior.numbers, likeliest.numbers) { #expect(abs(a - b) < 1e-12) }
  }

  @Test("A component without rows is as its prior says")
  func empty() throws {
    let engine = try engine()
    func check(_ mixture: some Family) throws {
      let labels = [Double](repeating: 0, count: 100) + [Double](repeating: 1, count: 100)
      let start = Initialization.responsibilities(
        try GivenResponsibilities(RowsBeside(values: labels, columnCount: 1), for: mixture))
      let fit = try engine.fit(mixture, from: start, options: FitOptions(maximumIterations: 0))
      #expect(Array(fit.parameters.means[4...]) == [1, -1])
      // Λ / (ν + D + 2), and (α - 1) / (n + K (α - 1)).
      let variance = 3.0 / 13
      #expect(Array(fit.parameters.covariances[8...]) == [variance, 0, 0, variance])
      #expect(fit.parameters.weights[2] == 3.0 / 209)
    }
    try check(mixture("VVV", engine, prior: Self.strong, family: GaussianMixture.self))
  }

  @Test(
    "What no prior can be made of is refused, with what is wrong",
    arguments: [
      (
        [.init("kappa", shape: [], [1])], "VVV",
        "prior with kappa; expected weight_concentration, mean, mean_precision, degrees_of_freedom, covariance"
      ),
      (
        [.init("mean", shape: [3], [1, 2, 3])], "VVV",
        "prior mean of 3 numbers; expected a number, or 2 numbers"
      ),
      (
        [.init("covariance", shape: [2, 2], [1, 0, 0, 1])], "VVI",
        "prior covariance of 2 x 2 numbers; expected a number, or 2 numbers"
      ),
      (
        [
          .init("covariance", shape: [2, 2], [1, 2, 2, 1]),
          .init("degrees_of_freedom", shape: [], [4]),
        ],
        "VVV", "prior covariance [1.0, 2.0, 2.0, 1.0]; expected a positive definite matrix"
      ),
      (
        [.init("covariance", shape: [], [1])], "EEE",
        "prior with covariance alone; expected degrees_of_freedom and covariance"
      ),
      (
        [.init("degrees_of_freedom", shape: [], [1])], "EEE",
        "prior degrees_of_freedom 1.0; expected more than 1.0"
      ),
      (
        [.init("weight_concentration", shape: [], [0.5])], "EII",
        "prior weight_concentration 0.5; expected 1.0 or more"
      ),
    ] as [([PriorNumbers.Entry], String, String)])
  func refused(prior: [PriorNumbers.Entry], name: String, message: String) throws {
    let engine = try engine()
    do {
      _ = try mixture(name, engine, prior: prior, family: GaussianMixture.self)
      Issue.record("not refused")
    } catch { #expect("\(error)" == message) }
  }
}
