import Foundation
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Priors of columns of bits, counts and times")
struct ColumnPriorTests {
  private static let names = [BernoulliMixture.name, PoissonMixture.name, ExponentialMixture.name]

  private func fit(
    _ name: String, _ values: [String: String] = ["estimate": "map"],
    _ prior: [PriorNumbers.Entry]? = nil, smoothing: Double = 0.5
  ) throws -> Fit {
    let rows = FamilyCase(family: name, values: [:]).rows(300, columns: 2, seed: 3)
    let data = try DataSet(values: rows, columnCount: 2, world: SoloCommunicator())
    let options = FamilyOptions(
      regularization: smoothing, prior: prior.map(PriorNumbers.init), values: values)
    let mixture = try Families.standard.mixture(
      #require(Families.standard[name]), options, components: 2, columns: 2)
    func run(_ mixture: some Family) throws -> Fit {
      try Engine(data, threads: 2, world: SoloCommunicator()).fit(
        mixture, from: .random,
        options: FitOptions(
          maximumIterations: 40, convergence: .parameters(0), acceleration: .none))
    }
    return try run(mixture)
  }

  /// What the two numbers of the prior are for a smoothing of 1/2, and the log density of a parameter then.
  private func logDensity(_ name: String, _ x: Double) -> Double {
    name == BernoulliMixture.name
      ? lgamma(3) - 2 * lgamma(1.5) + 0.5 * log(x) + 0.5 * log(1 - x)
      : 1.5 * log(0.5) - lgamma(1.5) + 0.5 * log(x) - 0.5 * x
  }

  @Test("Smoothing is a prior, whose density the objective has", arguments: names)
  func smoothing(name: String) throws {
    let map = try fit(name)
    let smooth = try fit(name, [:])
    #expect(map.parameters == smooth.parameters)
    #expect(smooth.objective == smooth.score.logLikelihood)
    let numbers = map.parameters.numbers.dropFirst(2)
    let density = numbers.reduce(0) { $0 + logDensity(name, $1) }
    // Some logarithms of up to 10, each rounded a few times.
    #expect(abs(map.score.logPrior - density) < 1e-13)
    // Of two weights without a prior the density is 1.
    #expect(map.objective == map.score.logLikelihood + map.score.logPrior)
  }

  @Test("A prior that says the same as the smoothing gives the same", arguments: names)
  func explicit(name: String) throws {
    let isBernoulli = name == BernoulliMixture.name
    let first = PriorNumbers.Entry(isBernoulli ? "alpha" : "shape", shape: [], [1.5])
    let second = PriorNumbers.Entry(
      isBernoulli ? "beta" : "rate", shape: [2], isBernoulli ? [1.5, 1.5] : [0.5, 0.5])
    let found = try fit(
      name, ["estimate": "map", "prior": "p.json"], [first, second], smoothing: 0)
    let smooth = try fit(name)
    // Sums are rounded in another order, in each of 40 steps.
    for (a, b) in zip(found.parameters.numbers, smooth.parameters.numbers) {
      #expect(relativeError(a, b) < 1e-12)
    }
    // What is not named is as the smoothing has it.
    let half = try fit(name, ["estimate": "map", "prior": "p.json"], [first])
    for (a, b) in zip(half.parameters.numbers, smooth.parameters.numbers) {
      #expect(relativeError(a, b) < 1e-12)
    }
  }

  @Test("Other names and numbers below the least are refused")
  func refused() {
    func message(_ entry: PriorNumbers.Entry) -> String? {
      do {
        _ = try fit(PoissonMixture.name, ["estimate": "map", "prior": "p.json"], [entry])
        return nil
      } catch { return "\(error)" }
    }
    #expect(
      message(.init("mean", shape: [], [1]))
        == "prior with mean; expected weight_concentration, shape, rate")
    #expect(
      message(.init("shape", shape: [], [0.5])) == "prior shape 0.5; expected 1.0 or more")
    #expect(
      message(.init("rate", shape: [3], [1, 1, 1]))
        == "prior rate of 3 numbers; expected a number, or 2 numbers")
  }
}
