import Foundation
import MixtureModels
import Testing
import _TestSupport

@Suite struct EvidenceDecompositionTests {
  /// One random problem: bits, weights, parameters, and a q with some exact zeros.
  struct Problem {
    let model: BernoulliMixture
    let rows: [Double]
    let weights: [Double]
    let parameters: Parameters
    let q: [Double]
    /// A bound on the rounding error of any identity between the five sums.
    ///
    /// Each is a sum of n K terms q (log p - log q), the magnitudes of which sum to at most
    /// n (M + 10): no q below is under e^-10, no weight over 1. Adding costs n K u of that, the
    /// terms (P + 8) 2u; an identity compares three sums.
    let tolerance: Double

    init(seed: UInt64) throws {
      var generator = SeededGenerator(seed: seed)
      let (n, D, K) = (50, 6, 3)
      model = BernoulliMixture(componentCount: K, columnCount: D, smoothing: 0)
      rows = randomBits(rows: n, columns: D, from: &generator)
      weights = (0..<n).map { _ in generator.uniform() }
      parameters = randomBernoulli(components: K, columns: D, from: &generator)
      q = (0..<n).flatMap { $0 % 5 == 0 ? [0, 1, 0] : generator.weights(K) }
      let largest = model.largestLogDensity(ofBits: parameters)
      tolerance = 3 * Double(n) * (largest + 10) * Double(n * K + 2 * (D + 9)) * 0x1p-53
    }

    func evidence(q: [Double], under parameters: Parameters) throws
      -> EvidenceDecomposition
    { try model.evidence(q: q, rows: rows, weights: weights, under: parameters) }
  }

  @Test("log p = bound + divergence and bound = Q + entropy for any q", arguments: 1...10)
  func identities(seed: UInt64) throws {
    let problem = try Problem(seed: seed)
    let sums = try problem.evidence(q: problem.q, under: problem.parameters)
    #expect(abs(sums.logLikelihood - (sums.lowerBound + sums.divergence)) < problem.tolerance)
    #expect(abs(sums.lowerBound - (sums.expectedLogJoint + sums.entropy)) < problem.tolerance)
    #expect(sums.divergence > 1)  // q is far from the posterior
    let ofStep = try problem.model.sums(
      rows: problem.rows, weights: problem.weights, under: problem.parameters)
    #expect(abs(ofStep.logLikelihood - sums.logLikelihood) < problem.tolerance)
  }

  @Test("the divergence is 0 at the posterior, so the bound touches the log-likelihood")
  func tight() throws {
    let problem = try Problem(seed: 11)
    let posterior = try problem.model.posterior(rows: problem.rows, under: problem.parameters)
    let sums = try problem.evidence(q: posterior, under: problem.parameters)
    #expect(abs(sums.divergence) < problem.tolerance)
    #expect(abs(sums.lowerBound - sums.logLikelihood) < problem.tolerance)
  }

  @Test("the M-step raises the bound, whatever q, and nothing near raises it more")
  func maximization() throws {
    let problem = try Problem(seed: 12)
    let (model, q) = (problem.model, problem.q)
    let sums = try model.sums(rows: problem.rows, weights: problem.weights, q: q)
    let next = try model.maximized(sums, from: problem.parameters)
    let before = try problem.evidence(q: q, under: problem.parameters)
    let after = try problem.evidence(q: q, under: next)
    #expect(after.lowerBound > before.lowerBound + 1)
    #expect(after.entropy == before.entropy)

    // The first column is constant: its probabilities are 1 and have only one side.
    for i in next.probabilities.indices {
      for step in [-1e-3, 1e-3] {
        var moved = next
        moved["probabilities"][i] = min(1, moved.probabilities[i] + step)
        if moved == next { continue }
        let near = try problem.evidence(q: q, under: moved)
        // By a second-order term of (1e-3)^2 N_k / 2 > 1e-6, far above rounding.
        #expect(near.expectedLogJoint < after.expectedLogJoint - 1e-7)
      }
    }
  }

  @Test("a q with mass where a row is impossible has an infinite divergence")
  func impossible() throws {
    let model = BernoulliMixture(componentCount: 2, columnCount: 1)
    let parameters = Parameters(weights: [1, 0], probabilities: [0.5, 0.5])
    let sums = try model.evidence(q: [0.5, 0.5], rows: [1], under: parameters)
    #expect(sums.lowerBound == -.infinity)
    #expect(sums.divergence == .infinity)
    #expect(sums.entropy == -log(0.5))
  }

  @Test("a row of weight 0 is absent")
  func weightZero() throws {
    let problem = try Problem(seed: 13)
    let all = try problem.model.evidence(
      q: problem.q, rows: problem.rows, weights: [0] + Array(repeating: 1, count: 49),
      under: problem.parameters)
    let without = try problem.model.evidence(
      q: Array(problem.q.dropFirst(3)), rows: Array(problem.rows.dropFirst(6)),
      under: problem.parameters)
    #expect(all == without)
  }
}
