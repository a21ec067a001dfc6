import Foundation
import MixtureModels
import Testing
import _TestSupport

/// Rows of 0 and 1 drawn from two classes, the first column constant.
func randomBits(rows: Int, columns: Int, from generator: inout SeededGenerator) -> [Double] {
  (0..<rows).flatMap { n in
    (0..<columns).map { j in
      j == 0 || generator.uniform() < (n % 2 == 0 ? 0.8 : 0.3) ? 1.0 : 0.0
    }
  }
}

func randomBernoulli(
  components: Int, columns: Int, from generator: inout SeededGenerator
) -> Parameters {
  Parameters(
    weights: generator.weights(components),
    probabilities: (0..<components * columns).map { _ in 0.1 + 0.8 * generator.uniform() })
}

extension ExponentialFamily {
  /// A bound on the rounding error of a log-likelihood of n rows.
  ///
  /// Let u = 2^-53 and M the largest Σ_p |θ_p T_p| + log K. A log joint value is P products and
  /// sums, P u M at most, of parameters that are off by a few u each: (P + 4) 2u M covers both,
  /// and log-sum-exp. Adding n values of at most M each: n u per unit of their sum, n M.
  func roundingBound(_ n: Int, under parameters: Parameters) -> Double {
    let largest = largestLogDensity(ofBits: parameters)
    let rows = Double(n)
    return rows * largest * (2 * Double(featureCount + 4) + rows) * 0x1p-53
  }
}

extension ExponentialFamily {
  /// M for features of 0 and 1: the largest Σ_p |θ_kp| of a component, + log K.
  func largestLogDensity(ofBits parameters: Parameters) -> Double {
    let numbers = naturalParameters(of: parameters)
    let sums = (0..<componentCount).map { k in
      numbers[k * featureCount..<(k + 1) * featureCount].reduce(0) { $0 + abs($1) }
    }
    return sums.filter(\.isFinite).reduce(0, max) + log(Double(componentCount))
  }
}

@Suite struct BernoulliMixtureTests {
  @Test("the log joint density is the product of the columns' probabilities")
  func density() throws {
    let model = BernoulliMixture(componentCount: 2, columnCount: 3)
    let parameters = Parameters(
      weights: [0.25, 0.75], probabilities: [0.5, 0.125, 0.75, 0.25, 0.5, 0.875])
    let rows = [1.0, 0, 1, 0, 1, 0]
    let products: [[Double]] = [
      [0.25, 0.5, 0.875, 0.75], [0.75, 0.25, 0.5, 0.875],
      [0.25, 0.5, 0.125, 0.25], [0.75, 0.75, 0.5, 0.125],
    ]
    let expected = products.map { log($0.reduce(1, *)) }
    // Values up to 5: (P + 4) 2u M with P = 4 features and M = 12 is 2e-14.
    #expect(relativeError(try model.logJoint(rows: rows, under: parameters), expected) < 2e-14)
  }

  @Test("the sums of several tiles are those of posterior times features")
  func sums() throws {
    var generator = SeededGenerator(seed: 1)
    let (n, D, K) = (2 * tileRows + 37, 7, 3)
    let model = BernoulliMixture(componentCount: K, columnCount: D)
    let rows = randomBits(rows: n, columns: D, from: &generator)
    let weights = (0..<n).map { _ in generator.uniform() }
    let parameters = randomBernoulli(components: K, columns: D, from: &generator)

    let posterior = try model.posterior(rows: rows, under: parameters)
    var expected = Array(repeating: 0.0, count: 2 + K + K * (D + 1))
    expected[0] = try model.evidence(
      q: posterior, rows: rows, weights: weights, under: parameters
    ).logLikelihood
    expected[1] = weights.reduce(0, +)
    for row in 0..<n {
      for k in 0..<K {
        let mass = weights[row] * posterior[row * K + k]
        expected[2 + k] += mass
        let features = 2 + K + k * (D + 1)
        expected[features] += mass
        for j in 0..<D { expected[features + 1 + j] += mass * rows[row * D + j] }
      }
    }
    let sums = try model.sums(rows: rows, weights: weights, under: parameters)
    // Sums of n = 293 positive terms that are off by (P + 4) 2u M, M < 30, in two orders of
    // addition: 2 (2 * 12 * 30 + 293) u = 2e-13.
    #expect(sums.numbers.count == expected.count)
    for (value, reference) in zip(sums.numbers, expected) {
      #expect(relativeError(value, reference) < 3e-13)
    }
  }

  @Test("given the exact population, the M-step gives its parameters back")
  func fixedPoint() throws {
    var generator = SeededGenerator(seed: 2)
    let (D, K) = (4, 2)
    let model = BernoulliMixture(componentCount: K, columnCount: D, smoothing: 0)
    let parameters = randomBernoulli(components: K, columns: D, from: &generator)
    // Every possible row once, weighted by its probability under the parameters.
    let rows = (0..<1 << D).flatMap { bits in (0..<D).map { Double(bits >> $0 & 1) } }
    let joint = try model.logJoint(rows: rows, under: parameters)
    let weights = (0..<1 << D).map { exp(joint[K * $0]) + exp(joint[K * $0 + 1]) }

    let next = try model.maximized(
      model.sums(rows: rows, weights: weights, under: parameters), from: parameters)
    // Row weights and responsibilities are each off by (P + 4) 2u M with P = 5 and M < 20: 4e-14;
    // the quotient of two sums of their products has four of these.
    #expect(relativeError(next.weights, parameters.weights) < 2e-13)
    #expect(relativeError(next.probabilities, parameters.probabilities) < 2e-13)
  }

  @Test("the log-likelihood never falls, and with smoothing the posterior density never falls")
  func monotone() throws {
    var generator = SeededGenerator(seed: 3)
    for problem in 0..<20 {
      let (n, D, K) = (40 + 13 * problem, 2 + problem % 5, 2 + problem % 3)
      let smoothing = problem % 2 == 0 ? 0 : 0.5
      let model = BernoulliMixture(componentCount: K, columnCount: D, smoothing: smoothing)
      let rows = randomBits(rows: n, columns: D, from: &generator)
      var parameters = randomBernoulli(components: K, columns: D, from: &generator)
      var previous = -Double.infinity
      var slack = 0.0
      for _ in 0..<60 {
        let sums = try model.sums(rows: rows, under: parameters)
        let prior =
          smoothing == 0
          ? 0
          : parameters.probabilities.reduce(0) {
            $0 + smoothing * log($1 * (1 - $1))
          }
        slack += model.roundingBound(n, under: parameters)
        #expect(sums.logLikelihood + prior >= previous - slack)
        slack = model.roundingBound(n, under: parameters)
        previous = sums.logLikelihood + prior
        parameters = try model.maximized(sums, from: parameters)
      }
    }
  }

  @Test(
    "under probabilities of exactly 0 and 1, a row that agrees loses nothing, others are impossible"
  )
  func certainty() throws {
    let model = BernoulliMixture(componentCount: 2, columnCount: 2, smoothing: 0)
    let parameters = Parameters(weights: [0.5, 0.5], probabilities: [0, 1, 1, 0])
    let joint = try model.logJoint(rows: [0, 1, 1, 1], under: parameters)
    // log 1/2, rounded once.
    #expect(abs(joint[0] - log(0.5)) <= 0x1p-53)
    #expect(joint.dropFirst().allSatisfy { $0 == -.infinity } && joint.count == 4)

    let sums = try model.sums(rows: [0, 1, 0, 1, 1, 0], under: parameters)
    let next = try model.maximized(sums, from: parameters)
    #expect(next.probabilities == parameters.probabilities)
    #expect(try model.sums(rows: [1, 1], under: parameters).logLikelihood == -.infinity)
  }

  @Test("the smallest probability counts by its logarithm, and a row without weight not at all")
  func smallProbability() throws {
    let model = BernoulliMixture(componentCount: 1, columnCount: 1, smoothing: 0)
    let tiny = Parameters(weights: [1], probabilities: [.leastNonzeroMagnitude])
    // log 2^-1074, off by a few roundings of 744.
    #expect(
      relativeError(try model.logJoint(rows: [1], under: tiny), [-1074 * log(2)]) < 0x1p-50)
    let never = Parameters(weights: [1], probabilities: [0])
    let sums = try model.sums(rows: [0, 1], weights: [1, 0], under: never)
    // Log-likelihood, weight, mass, features.
    #expect(sums.numbers == [0, 1, 1, 1, 0])
  }

  @Test("what is smoothed is never certain, however many rows there are")
  func smoothedCertainty() throws {
    let model = BernoulliMixture(componentCount: 1, columnCount: 2, smoothing: 1e-6)
    // 10^20 rows of 1 and 0: beside them the smoothing is below rounding.
    let next = try model.maximized(features: [[1e20, 1e20, 0]])
    #expect(next.probabilities[0] < 1 && next.probabilities[1] > 0)
  }

  @Test("smoothing adds that many rows of 0 and of 1 to every component")
  func smoothing() throws {
    let model = BernoulliMixture(componentCount: 1, columnCount: 1, smoothing: 0.5)
    let parameters = Parameters(weights: [1], probabilities: [0.3])
    let sums = try model.sums(rows: [1, 1, 1], under: parameters)
    // One component: every r is exactly 1.
    #expect(try model.maximized(sums, from: parameters).probabilities == [3.5 / 4])
  }

  @Test("a component without mass is an error, or with smoothing stays with weight 0")
  func emptyComponent() throws {
    let parameters = Parameters(weights: [1, 0], probabilities: [0.3, 0.6])
    let strict = BernoulliMixture(componentCount: 2, columnCount: 1, smoothing: 0)
    let sums = try strict.sums(rows: [1, 0, 0, 1], under: parameters)
    #expect(throws: FitError.collapsed(component: 1, mass: 0, rows: 4, iteration: nil)) {
      try strict.maximized(sums, from: parameters)
    }
    let smooth = BernoulliMixture(componentCount: 2, columnCount: 1, smoothing: 0.25)
    let next = try smooth.maximized(sums, from: parameters)
    #expect(next.weights == [1, 0])
    #expect(next.probabilities == [0.5, 0.5])
  }

  @Test("the first value that is no bit is found, and said")
  func values() {
    let rows = [0.0, 1, 1, 0, 1, 3, 2, 0]
    let problem = rows.withUnsafeBufferPointer {
      BernoulliMixture(componentCount: 1, columnCount: 2).valueCheck?(
        RowBlock(rows: $0.baseAddress!, count: 4, columnCount: 2))
    }
    #expect(problem == ValueProblem(row: 2, column: 1, value: 3, expected: "0 or 1"))
    #expect(problem?.description == "found 3, expected 0 or 1")
  }

  @Test("the change between parameters is the largest of weights and probabilities")
  func change() {
    let model = BernoulliMixture(componentCount: 2, columnCount: 1)
    let old = Parameters(weights: [0.5, 0.5], probabilities: [0.25, 0.75])
    let new = Parameters(weights: [0.375, 0.625], probabilities: [0.25, 0.5])
    #expect(model.largestChange(from: old, to: new) == 0.25)
    #expect(model.freeParameterCount == 3)
  }
}
