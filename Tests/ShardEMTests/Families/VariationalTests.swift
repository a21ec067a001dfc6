import Foundation
import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing
import _TestSupport

/// scikit-learn's BayesianGaussianMixture, and the conjugate updates where its own are others, by an
/// 80-bit program.
@Suite("Variational Gaussian mixtures")
struct VariationalTests {
  @Test(
    "The reference fits are reproduced, and their bounds lie between ours",
    arguments: VariationalCase.all)
  func reproduced(reference: VariationalCase) throws {
    for way in reference.ways {
      for (iterations, expected) in [(20, way.after20), (200, way.after200)] {
        var bounds: [Double] = []
        let fit = try reference.fit(updates: way.updates, iterations: iterations) {
          bounds.append($0.objective)
        }
        bounds.append(fit.objective)
        let found = fit.parameters
        // Log densities of up to 100 nats are off by 4e-14, and so are responsibilities, in each of at most
        // 200 steps.
        let error = 200 * 4e-14
        #expect(largestError(found.weights, expected.weights) < error)
        #expect(largestError(found.means, expected.means.values) < error)
        #expect(largestError(found.covariances, expected.covariances.values) < error)
        let names = ["degrees_of_freedom", "mean_precision", "weight_concentration"]
        let numbers = [
          expected.degreesOfFreedom, expected.meanPrecision, expected.weightConcentration,
        ]
        for (name, numbers) in zip(names, numbers) {
          #expect(largestError(found["posterior." + name], numbers.values) < error)
        }
        if let bounds = way.lowerBounds {
          let bound = iterations == 20 ? bounds[19] : expected.lowerBound
          // Sums of log densities, and of log Γ, of up to 1e4 nats in all, each of ten roundings in either
          // program.
          let theirs = try #require(fit.parameters["posterior.lower_bound"].first)
          #expect(abs(theirs - (bound ?? .nan)) < 2 * 1e4 * 10 * 0x1p-53)
        } else {
          #expect(!fit.parameters.names.contains("posterior.lower_bound"))
        }
        guard let elbo = way.elbo else { continue }
        // Theirs is of an E-step and the M-step after it: ours, before and after.
        let rounding = 1e-12 * abs(elbo[0])
        for (t, bound) in elbo.enumerated() where t + 1 < bounds.count {
          #expect(bounds[t] <= bound + rounding && bound <= bounds[t + 1] + rounding)
        }
        // Where the reference has converged, these are the same but for roundings.
        if let last = expected.elbo {
          #expect(bounds[iterations - 1] <= last + rounding && last <= fit.objective + rounding)
        }
      }
    }
  }

  @Test("None is missing")
  func count() { #expect(VariationalCase.all.count == 17) }

  @Test(
    "The bound never falls, and the bits are the same on any ranks and threads",
    arguments: [
      "full", "tied", "diag", "spherical",
    ])
  func monotone(covariance: String) throws {
    for (seed, type) in [(1, "dirichlet"), (2, "dirichlet-process")] as [(UInt64, String)] {
      let problem = GaussianProblem(
        seed: seed, rowCount: 500, componentCount: 3, columnCount: 9, covarianceType: .full,
        separation: 2)
      func fit(ranks: Int, threads: Int) throws -> (Fit, [Double]) {
        try onRanks(ranks) { world in
          let data = try DataSet(
            values: problem.rows, columnCount: 9, shardRows: [200, 300], blockRows: 64, world: world
          )
          let engine = Engine(data, threads: threads, world: world)
          let values = [
            "covariance": covariance, "estimate": "vb", "weight-concentration-type": type,
          ]
          let mixture = try engine.variational(values, components: 6, regularization: 0)
          var bounds: [Double] = []
          func run(_ mixture: some Family) throws -> Fit {
            try engine.fit(
              mixture, from: .kMeans,
              options: FitOptions(maximumIterations: 60, convergence: .parameters(0))
            ) { bounds.append($0.objective) }
          }
          let fit = try run(mixture)
          return (fit, bounds + [fit.objective])
        }[0]
      }
      let (one, bounds) = try fit(ranks: 1, threads: 1)
      // As in `EveryFamilyTests`.
      let rounding = 2 * 16 * 0x1p-53 * abs(bounds[0])
      for (before, after) in zip(bounds, bounds.dropFirst()) { #expect(after >= before - rounding) }
      #expect(bounds.last! > bounds[0])
      for (ranks, threads) in [(2, 1), (3, 2), (7, 1)] {
        let other = try fit(ranks: ranks, threads: threads).0
        #expect(other == one)
        #expect(
          other.parameters.numbers.map(\.bitPattern) == one.parameters.numbers.map(\.bitPattern))
      }
    }
  }

  private func largestError(_ found: [Double], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    let largest = expected.reduce(0) { max($0, abs($1)) }
    return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
  }
}

extension Engine {
  fileprivate func variational(
    _ values: [String: String], components: Int, regularization: Double,
    prior: PriorNumbers? = nil
  ) throws -> any Family {
    let settings = Families.standard.settings(of: GaussianMixture.self)
    return try Families.standard.mixture(
      GaussianMixture.self,
      FamilyOptions(
        regularization: regularization, ranges: data.ranges,
        measures: try measures(for: values, of: settings), prior: prior, values: values),
      components: components, columns: data.columnCount)
  }
}

/// A reference fit of `variational.json`.
struct VariationalCase: Decodable, Sendable, CustomTestStringConvertible {
  let id: String
  let file: String
  let dimensions: Int
  let components: Int
  let covariance: String
  let weightConcentrationType: String
  /// Of the prior; its mean and covariance are those of the data.
  let weightConcentration: Double
  let meanPrecision: Double
  let degreesOfFreedom: Double
  let regularization: Double
  let labels: [Double]
  let ways: [Way]

  struct Way: Decodable {
    let updates: String
    let elbo: [Double]?
    /// scikit-learn's, after each of 20 iterations.
    let lowerBounds: [Double]?
    let after20: Posterior
    let after200: Posterior
  }
  struct Posterior: Decodable {
    let weights: [Double]
    let means: Numbers
    let covariances: Numbers
    let degreesOfFreedom: Numbers
    let meanPrecision: Numbers
    let weightConcentration: Numbers
    let elbo: Double?
    let lowerBound: Double?
  }

  var testDescription: String { id }

  static let all: [VariationalCase] =
    (try? TestData.json(
      [VariationalCase].self, TestData.shipped.appending(path: "variational.json")))
    ?? []

  func fit(updates: String, iterations: Int, onIteration: IterationHook) throws -> Fit {
    let path = try #require(TestData.path(file))
    let columns = (1...dimensions).map { "\($0)" }
    let data = try DataSet.open(
      [path], options: ReadOptions(columns: columns), world: SoloCommunicator())
    let engine = Engine(data, threads: 2, world: SoloCommunicator())
    let values = [
      "covariance": covariance, "estimate": "vb", "vb-updates": updates,
      "weight-concentration-type": weightConcentrationType,
    ]
    func run(_ mixture: some Family) throws -> Fit {
      let given = try GivenResponsibilities(
        RowsBeside(values: labels, columnCount: 1), for: mixture)
      return try engine.fit(
        mixture, from: .responsibilities(given),
        options: FitOptions(
          maximumIterations: iterations, convergence: .parameters(0), acceleration: .none),
        onIteration: onIteration)
    }
    let prior = PriorNumbers([
      .init("weight_concentration", shape: [], [weightConcentration]),
      .init("mean_precision", shape: [], [meanPrecision]),
      .init("degrees_of_freedom", shape: [], [degreesOfFreedom]),
    ])
    return try run(
      engine.variational(
        values, components: components, regularization: regularization, prior: prior))
  }
}
