import Foundation
import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing
import _TestSupport

/// Fits of `models.json` by an EM in 80-bit arithmetic, iteration by iteration.
@Suite("Reference fits of other models")
struct ModelReferenceTests {
  @Test("The models are reproduced", arguments: ModelCase.available)
  func reproduced(reference: ModelCase) throws { try check(reference) }

  @Test("None of the shipped ones is missing")
  func count() { #expect(ModelCase.available.count >= 61) }

  // As `ReferenceFitTests`: a row's log density, up to M = 100 nats, is off by about 4u M = 4e-14, and so
  // are responsibilities and parameters, relative, in each step. A log-likelihood is a sum of terms of 2
  // nats and more.
  private let stepError = 4e-14
  private let logLikelihoodError = 2e-14

  private func check(_ reference: ModelCase) throws {
    var (logLikelihoods, objectives): ([Double], [Double]) = ([], [])
    let result = reference.result
    let (mixture, fit) = try reference.fit {
      logLikelihoods.append($0.meanLogLikelihood * Double(reference.rows))
      objectives.append($0.objective)
    }
    logLikelihoods.append(fit.score.logLikelihood)
    objectives.append(fit.objective)
    if let expected = reference.objectives {
      // The references of mclust's priors leave their constants out: their steps are compared.
      let isWhole = reference.prior?.mean != nil
      let count = min(expected.count, objectives.count)
      let offset = isWhole ? 0 : objectives[0] - expected[0]
      for i in 0..<count {
        let allowed = 2 * logLikelihoodError * max(abs(expected[i]), abs(logLikelihoods[i]))
        #expect(abs(objectives[i] - offset - expected[i]) < allowed)
      }
    }
    for (found, expected) in zip(logLikelihoods, reference.logLikelihoods) {
      #expect(relativeError(found, expected) < logLikelihoodError + reference.axesError)
    }
    #expect(relativeError(fit.score.logLikelihood, result.logLikelihood) < logLikelihoodError)
    if let bic = result.bic, let freeParameters = result.freeParameters {
      #expect(relativeError(fit.score.bic, bic) < logLikelihoodError)
      #expect(mixture.freeParameterCount == freeParameters)
    }

    // EM shrinks an error by a factor q an iteration, with q^T = 1e-16 after the T iterations of a
    // reference that converged: errors add up to T / 37 of one step; else to T at most.
    let iterations = Double(result.iterations)
    let error = stepError * (result.isConverged ? 1 + iterations / 37 : iterations)
    #expect(largestError(fit.parameters.means, result.means.values) < error)
    let noise = reference.noiseDensity == nil ? [] : fit.parameters["noise.weight"]
    #expect(largestError(fit.parameters.weights + noise, result.weights) < error)
    let covariances = result.covariances.values
    let found =
      fit.parameters.covariances.count == covariances.count
      ? fit.parameters.covariances : mixture.squareCovariances(fit.parameters)
    #expect(largestError(found, covariances) < error)
    if let entropy = result.entropy, let icl = result.icl {
      // Log joint densities, up to M = 100 nats, are off by M times the parameters' error; a row's entropy by
      // log r times as much, up to 40 for all that counts.
      let ofRows = Double(reference.rows) * 100 * error * 40
      let score = fit.score
      let found = try #require(score.uncertainty)
      #expect(abs(found.entropy - entropy) < ofRows)
      #expect(try abs(#require(score.icl) - icl) < 2 * ofRows)
      // Noise counts as a component.
      let components = reference.components + (reference.noiseDensity == nil ? 0 : 1)
      let certain = 1 - entropy / (Double(reference.rows) * log(Double(components)))
      #expect(try abs(#require(score.normalizedEntropy) - certain) < ofRows)
    }
    if let expected = result.degreesOfFreedom {
      // log x - ψ(x), x = ν/2, has the derivative -1/2x² or so: of a mean of log u - u that is off by the
      // step's error, ν is off by ν times as much, relative.
      let found = fit.parameters.degreesOfFreedom
      for (found, expected) in zip(found, expected) {
        #expect(relativeError(found, expected) < error * max(1, expected))
      }
    }
  }

  /// The largest difference over the largest number, as the file's makers compare.
  private func largestError(_ found: [Double], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    let largest = expected.reduce(0) { max($0, abs($1)) }
    return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
  }
}

/// A reference fit of `models.json`.
struct ModelCase: Decodable, Sendable, CustomTestStringConvertible {
  let id: String
  let file: String
  let rows: Int
  let dimensions: Int
  let components: Int
  let covariance: String
  let degreesOfFreedom: String?
  let noiseDensity: Double?
  /// By the names of `--prior`; of mclust's default none of them.
  let prior: Prior?
  /// 0 if nothing is said. Cells are missing where something is.
  let regularization: Double?
  /// One for each row, -1 for noise; or parameters.
  let labels: [Double]?
  let start: Start?
  /// From the start's on; of labels, from those of their M-step on.
  let logLikelihoods: [Double]
  /// Likewise, with the log density of a prior.
  let objectives: [Double]?
  let result: Result

  struct Prior: Decodable {
    let weightConcentration: Double?
    let mean: [Double]?
    let meanPrecision: Double?
    let degreesOfFreedom: Double?
    let covariance: Numbers?

    /// Nil: mclust's.
    var numbers: PriorNumbers? {
      guard let mean, let covariance, let weightConcentration, let meanPrecision,
        let degreesOfFreedom
      else { return nil }
      return PriorNumbers([
        .init("weight_concentration", shape: [], [weightConcentration]),
        .init("mean", shape: [mean.count], mean),
        .init("mean_precision", shape: [], [meanPrecision]),
        .init("degrees_of_freedom", shape: [], [degreesOfFreedom]),
        .init("covariance", shape: [mean.count, mean.count], covariance.values),
      ])
    }
  }

  struct Start: Decodable {
    let weights: [Double]
    let means: Numbers
    let covariances: Numbers
    let nu: [Double]?
  }
  struct Result: Decodable {
    let iterations: Int
    let isConverged: Bool
    let logLikelihood: Double
    let freeParameters: Int?
    let bic: Double?
    let weights: [Double]
    let means: Numbers
    let covariances: Numbers
    let degreesOfFreedom: [Double]?
    let entropy: Double?
    let icl: Double?
  }

  var testDescription: String { id }

  /// What common axes add to the relative error of log-likelihoods on the way: those of the reference stand
  /// still when the M-step's objective changes by no more than 1e-19 of itself, and so, as that is flat at
  /// its maximum, are off by 3e-10, or some times that. At the end these are at a maximum, too.
  var axesError: Double { ["EVE", "VVE"].contains(covariance) ? 1e-10 : 0 }

  /// Those whose data are there.
  static let available: [ModelCase] = {
    let file = TestData.shipped.appending(path: "models.json")
    let all = (try? TestData.json([ModelCase].self, file)) ?? nil
    return (all ?? []).filter { TestData.path($0.file) != nil }
  }()

  private func mixture(for engine: Engine) throws -> any Family {
    var values = ["covariance": covariance]
    values["degrees-of-freedom"] = degreesOfFreedom
    values["noise"] = noiseDensity.map { "\($0)" }
    values["estimate"] = prior.map { _ in "map" }
    let name = degreesOfFreedom == nil ? "gaussian" : "student-t"
    let type = try #require(Families.standard[name])
    let measures = try engine.measures(for: values, of: Families.standard.settings(of: type))
    return try Families.standard.mixture(
      type,
      FamilyOptions(
        regularization: regularization ?? 0, ranges: engine.data.ranges, measures: measures,
        prior: prior?.numbers, values: values),
      components: components, columns: dimensions)
  }

  func fit(onIteration: IterationHook) throws -> (any Family, Fit) {
    let path = try #require(TestData.path(file))
    let columns = (1...dimensions).map { "\($0)" }
    let data = try DataSet.open(
      [path],
      options: ReadOptions(columns: columns, missing: regularization == nil ? .error : .allowed()),
      world: SoloCommunicator())
    let engine = Engine(data, threads: 2, world: SoloCommunicator())
    let mixture = try mixture(for: engine)
    return (mixture, try fit(mixture, engine, onIteration: onIteration))
  }

  private func fit(
    _ mixture: some Family, _ engine: Engine, onIteration: IterationHook
  ) throws -> Fit {
    // The M-step of labels is one of theirs, but not one of the fit's iterations.
    let isGiven = start != nil
    let options = FitOptions(
      maximumIterations: isGiven ? result.iterations : result.iterations - 1,
      convergence: .parameters(0), acceleration: .none)
    let initialization: Initialization =
      if let start {
        .parameters(
          Parameters(
            [
              ("weights", start.weights), ("means", start.means.values),
              ("covariances", start.covariances.values),
            ] + (start.nu.map { [("degrees_of_freedom", $0)] } ?? [])))
      } else {
        .responsibilities(
          try GivenResponsibilities(
            RowsBeside(values: #require(labels), columnCount: 1), for: mixture))
      }
    return try engine.fit(
      mixture, from: initialization, options: options, onIteration: onIteration)
  }
}

extension Family {
  /// K × D × D covariances, whatever their type.
  func squareCovariances(_ parameters: Parameters) -> [Double] {
    let (k, d, covariances) = (componentCount, columnCount, parameters.covariances)
    if covariances.count == k * d * d { return covariances }
    if layout.parts.contains(where: { $0.domain == .covariance }) {
      return (0..<k).flatMap { _ in covariances }
    }
    return (0..<k * d * d).map { i in
      let (component, row, column) = (i / (d * d), i / d % d, i % d)
      guard row == column else { return 0 }
      return covariances[covariances.count == k ? component : component * d + row]
    }
  }
}
