import Kernels
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// Priors of covariances that have something in common.
@Suite("Priors of constrained covariances")
struct ConstrainedPriorTests {
  private static let names = ["VEI", "EVI", "VEE", "EVE", "VVE", "EEV", "VEV", "EVV"]
  private let columns = 3

  private let engine: Engine

  init() throws {
    let problem = GaussianProblem(
      seed: 6, rowCount: 150, componentCount: 2, columnCount: 3, covarianceType: .full,
      separation: 3)
    engine = Engine(
      try DataSet(values: problem.rows, columnCount: 3, world: SoloCommunicator()), threads: 1,
      world: SoloCommunicator())
  }

  private func prior(_ covariance: any CovarianceModel) -> GaussianPrior {
    let spread: [Double] =
      covariance.type == .diag ? [2, 3, 1] : [2, 0.5, 0, 0.5, 3, 0.25, 0, 0.25, 1]
    return GaussianPrior(
      weightConcentration: 3, mean: [1, -1, 0], meanPrecision: 4,
      spread: GaussianPrior.Spread(degreesOfFreedom: 7, covariance: spread))
  }

  private func mixture(_ name: String, components: Int) throws -> GaussianMixture {
    let covariance = try #require(CovarianceModels.named(name))
    return GaussianMixture(
      components: components, columns: columns, covariance: covariance, regularization: 0,
      prior: prior(covariance), ranges: engine.data.ranges)
  }

  private func best(_ mixture: GaussianMixture) throws -> Parameters {
    let options = FitOptions(maximumIterations: 5000, convergence: .parameters(1e-12))
    return try engine.fit(mixture, from: .kMeans, options: options).parameters
  }

  private func objective(_ mixture: GaussianMixture, _ parameters: Parameters) throws -> Double {
    try engine.score(mixture, under: parameters).objective
  }

  /// 150 rows of up to 32 nats, each off by 4u of it; two of them are compared.
  private let rounding = 2 * 150 * 32 * 4 * 0x1p-53

  @Test("One component is as without constraint", arguments: names)
  func single(name: String) throws {
    let constrained = try mixture(name, components: 1)
    let free = try mixture(constrained.covarianceType == .diag ? "VVI" : "VVV", components: 1)
    let (found, expected) = (try best(constrained), try best(free))
    // Volume, shape and axes are taken apart and put together: some 100 roundings of variances up to 10.
    for (a, b) in zip(found.numbers, expected.numbers) { #expect(abs(a - b) < 100 * 10 * 0x1p-53) }
    #expect(abs(try objective(constrained, found) - objective(free, expected)) < rounding)
  }

  /// Covariances near the best ones, as the model has them: others, and what its likelihood makes of these.
  @Test("No neighbor that the model allows has a higher posterior", arguments: names)
  func neighbors(name: String) throws {
    let mixture = try mixture(name, components: 2)
    let best = try best(mixture)
    let top = try objective(mixture, best)
    var generator = SeededGenerator(seed: 3)
    var lowest = Double.infinity
    for size in [1e-1, 1e-2, 1e-3] {
      for _ in 0..<12 {
        var other = best
        let d = columns
        let isDiagonal = mixture.covarianceType == .diag
        for k in 0..<2 {
          // M Σ M with a symmetric M near 1.
          var m = [Double](repeating: 0, count: d * d)
          for i in 0..<d {
            for j in 0...i where i == j || !isDiagonal {
              m[i * d + j] = (i == j ? 1 : 0) + size * (generator.uniform() - 0.5)
              m[j * d + i] = m[i * d + j]
            }
          }
          if isDiagonal {
            for j in 0..<d { other.covariances[k * d + j] *= m[j * d + j] }
            continue
          }
          let own = product(product(m, Array(best.covariances[k * 9..<k * 9 + 9])), m)
          for i in 0..<9 {
            let transposed = i % 3 * 3 + i / 3
            other.covariances[k * 9 + i] = (own[i] + own[transposed]) / 2
          }
        }
        other = try mixture.corrected(other, sharing: .none)
        let value = try objective(mixture, other)
        #expect(value <= top + rounding)
        lowest = min(lowest, value)
      }
    }
    // They are others indeed.
    #expect(lowest < top - 1e-3)
  }

  private func product(_ a: [Double], _ b: [Double]) -> [Double] {
    (0..<9).map { place -> Double in
      var sum = 0.0
      for i in 0..<3 { sum += a[place / 3 * 3 + i] * b[i * 3 + place % 3] }
      return sum
    }
  }

  @Test("Each component has the prior by itself", arguments: names)
  func density(name: String) throws {
    let mixture = try mixture(name, components: 2)
    let free = try self.mixture(mixture.covarianceType == .diag ? "VVI" : "VVV", components: 2)
    let parameters = try best(mixture)
    #expect(mixture.logPrior(of: parameters) == free.logPrior(of: parameters))
  }

  @Test("A component without rows has a covariance, and the fit goes on", arguments: names)
  func empty(name: String) throws {
    let mixture = try mixture(name, components: 3)
    let labels = (0..<150).map { Double($0 % 2) }
    let start = Initialization.responsibilities(
      try GivenResponsibilities(RowsBeside(values: labels, columnCount: 1), for: mixture))
    var means: [Double] = []
    let options = FitOptions(maximumIterations: 20, convergence: .parameters(0))
    let fit = try engine.fit(mixture, from: start, options: options) {
      means.append($0.meanObjective)
    }
    means.append(fit.objective / 150)
    // As in `EveryFamilyTests`.
    let allowed = 2 * 16 * 0x1p-53 * abs(means[0])
    for (before, after) in zip(means, means.dropFirst()) { #expect(after >= before - allowed) }
    #expect(fit.parameters.covariances.allSatisfy { $0.isFinite })
  }
}
