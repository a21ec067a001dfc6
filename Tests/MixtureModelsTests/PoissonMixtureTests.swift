import Foundation
import MixtureModels
import Testing
import _TestSupport

/// A family as a user would write one: counts in one column.
private struct PoissonMixture: ExponentialFamily {
  let componentCount: Int
  let columnCount = 1
  let featureCount = 2
  var layout: ParameterLayout {
    ParameterLayout([
      .init("weights", [componentCount], .weights), .init("rates", [componentCount], .positive),
    ])
  }

  func writeFeatures(of tile: RowBlock, into features: UnsafeMutablePointer<Double>) {
    for n in 0..<tile.count { (features[2 * n], features[2 * n + 1]) = (1, tile.rows[n]) }
  }
  func naturalParameters(of parameters: Parameters) -> [Double] {
    zip(parameters.weights, parameters["rates"]).flatMap { [log($0) - $1, log($1)] }
  }
  func writeLogBaseMeasure(of tile: RowBlock, into logBase: UnsafeMutablePointer<Double>) {
    for n in 0..<tile.count { logBase[n] = -lgamma(tile.rows[n] + 1) }
  }
  func maximized(features: [[Double]]) -> Parameters {
    let total = features.reduce(0) { $0 + $1[0] }
    return ["weights": features.map { $0[0] / total }, "rates": features.map { $0[1] / $0[0] }]
  }
}

/// Deaths of women over 80 a day in The Times, 1910-1912: how many days had 0, 1, ... 9 of them.
/// Source: Lange, "Applied Probability" (2003), table 2.6; the fits are by an 80-bit EM.
@Suite struct PoissonMixtureTests {
  private let model = PoissonMixture(componentCount: 2)
  private let deaths = (0...9).map(Double.init)
  private let days: [Double] = [162, 267, 271, 185, 111, 61, 27, 8, 3, 1]
  private let start: Parameters = ["weights": [0.3, 0.7], "rates": [1, 2.5]]

  private func step(_ parameters: Parameters) throws -> (Parameters, logLikelihood: Double) {
    let sums = try model.sums(rows: deaths, weights: days, under: parameters)
    return (try model.maximized(sums, from: parameters), sums.logLikelihood)
  }

  // 1096 days of log densities that are off by (P + 4) 2u M each, with P = 2 and M < 40
  // (9 log 2.7 + log 9! + ...): 6e-11 of 1990, or 3e-14.
  private let logLikelihoodTolerance = 3e-14

  @Test("a Poisson mixture through the exponential-family door follows the reference, step by step")
  func iterations() throws {
    let logLikelihoods = [
      -1992.7232662565502, -1990.1556674467108, -1990.0953062620006, -1990.0653990641783,
      -1990.0500600321595, -1990.041877087288, -1990.0372767203137, -1990.0344955494145,
      -1990.03264884382, -1990.031287385859, -1990.0301811117163,
    ]
    let expected = [
      1: ([0.28569043836887476, 0.7143095616311252], [1.0613898076624535, 2.595100901218607]),
      2: ([0.28500064657843965, 0.7149993534215603], [1.0749771200274691, 2.58820532277237]),
      5: ([0.2844879822595579, 0.715512017740442], [1.0972152255940744, 2.5782792115237845]),
      10: ([0.28550904362245694, 0.7144909563775431], [1.1103203807742024, 2.5751589717361587]),
    ]
    var parameters = start
    for (iteration, reference) in logLikelihoods.enumerated() {
      // One step's responsibilities are off by 2 (P + 4) 2u M = 1e-13 at most; ten steps of it.
      if let (weights, rates) = expected[iteration] {
        #expect(relativeError(parameters.weights, weights) < 1e-12)
        #expect(relativeError(parameters["rates"], rates) < 1e-12)
      }
      let (next, logLikelihood) = try step(parameters)
      #expect(relativeError(logLikelihood, reference) < logLikelihoodTolerance)
      parameters = next
    }
  }

  @Test("it converges to the reference")
  func convergence() throws {
    var parameters = start
    for _ in 0..<6758 { parameters = try step(parameters).0 }
    // EM shrinks an error by 1 - 1/190 a step here (36 nats in 6758 steps), so the errors of all
    // steps, 1e-13 each, add up to 190 of them: 2e-11.
    #expect(relativeError(parameters.weights, [0.3598853969849216, 0.6401146030150784]) < 4e-11)
    #expect(relativeError(parameters["rates"], [1.2560951012243151, 2.6634043566324563]) < 4e-11)
    let logLikelihood = try step(parameters).logLikelihood
    #expect(relativeError(logLikelihood, -1989.9458598829642) < logLikelihoodTolerance)
  }

  @Test("a row of weight n counts as n rows")
  func repetition() throws {
    let repeated = zip(deaths, days).flatMap { Array(repeating: $0, count: Int($1)) }
    let weighted = try model.sums(rows: deaths, weights: days, under: start).numbers
    let plain = try model.sums(rows: repeated, under: start).numbers
    // The same numbers, added 1096 times instead of multiplied: 1096 u = 1.2e-13.
    for (a, b) in zip(weighted, plain) { #expect(relativeError(a, b) < 1.3e-13) }
  }

  @Test("parameters on the edge that a family lets through are an error, not NaN")
  func undefinedDensity() {
    let error = FitError.undefined(component: 1, naturalParameter: 1, value: -.infinity)
    #expect(throws: error) {
      try model.step(at: ["weights": [0.5, 0.5], "rates": [1, 0]], sharing: .none)
    }
  }
}
