import Foundation
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// Classification EM.
@Suite("Hard assignments")
struct HardMixtureTests {
  private func data(
    _ family: FamilyCase, rows: Int = 500, columns: Int = 3, seed: UInt64, world: any Communicator
  ) throws -> DataSet {
    var generator = SeededGenerator(seed: seed)
    let weights = seed % 2 == 0 ? (0..<rows).map { _ in 0.5 + generator.uniform() } : nil
    return try DataSet(
      values: family.rows(rows, columns: columns, seed: seed), columnCount: columns,
      weights: weights, blockRows: 64, world: world)
  }

  private func hard(_ mixture: some Family) -> any Family { HardMixture(mixture) }

  @Test(
    "The likelihood of rows and components never falls, and is what the criteria say of it",
    arguments: FamilyCase.ofLikelihoods)
  func monotone(family: FamilyCase) throws {
    func neverFalls(_ means: [Double]) {
      // As `EveryFamilyTests.monotone`.
      let size = family.family == VonMisesFisherMixture.name ? 3 : abs(means.last ?? 0)
      let rounding = 2 * 16 * 0x1p-53 * size
      for (before, after) in zip(means, means.dropFirst()) { #expect(after >= before - rounding) }
    }
    var completed = 0
    for seed in 1...4 as ClosedRange<UInt64> {
      let data = try data(family, seed: seed, world: SoloCommunicator())
      let plain = try family.mixture(
        components: 3, columns: 3, ranges: data.ranges, regularization: 0)
      let engine = Engine(data, threads: 2, world: SoloCommunicator())
      func check(_ mixture: some Family) throws {
        var means: [Double] = []
        let fit: Fit
        do {
          fit = try engine.fit(
            mixture, from: .kMeansPlusPlus,
            options: FitOptions(
              maximumIterations: 40, convergence: .parameters(0), seed: seed)
          ) { means.append($0.meanObjective) }
        } catch is FitError {
          // A component may lose all rows that its covariance needs.
          return neverFalls(means)
        }
        completed += 1
        means.append(fit.objective / fit.score.weightSum)
        neverFalls(means)
        // log p(x, k) = log p(x) + log r_k of the most probable k: of all rows, log-likelihood less hard
        // entropy.
        let fitted = try #require(mixture.fitted)
        let score = try engine.score(fitted, under: fit.parameters)
        let entropy = try #require(score.uncertainty).hardEntropy
        let expected = score.logLikelihood - entropy
        let rounding = 500 * 16 * 0x1p-53 * max(1, abs(score.meanLogLikelihood))
        #expect(abs(fit.score.logLikelihood - expected) <= rounding)
        #expect(fit.score.logLikelihood <= score.logLikelihood)
      }
      try check(hard(plain))
    }
    // Exponential densities overlap so much that one of three is left without rows, from every start:
    // `exponentials`.
    #expect(completed > 0 || family.family == ExponentialMixture.name)
  }

  @Test("An iteration of Gaussians is that of plain loops", arguments: [(1, 2), (2, 3), (5, 4)])
  func plainLoops(columns: Int, components: Int) throws {
    let count = 400
    let problem = GaussianProblem(
      seed: 7, rowCount: count, componentCount: components, columnCount: columns,
      covarianceType: .full, separation: 1)
    var generator = SeededGenerator(seed: 3)
    let weights = (0..<count).map { $0 % 5 == 0 ? 0 : generator.uniform() }
    let data = try DataSet(
      values: problem.rows, columnCount: columns, weights: weights, blockRows: 64,
      world: SoloCommunicator())
    let engine = Engine(data, threads: 2, world: SoloCommunicator())
    // Spherical ones to begin with: densities are easily written down.
    let means = Array(problem.rows.prefix(components * columns))
    let shares = (1...components).map { Double($0) / Double(components * (components + 1) / 2) }
    let variances = (1...components).map { 1 + 0.5 * Double($0) }
    let start = Parameters(
      weights: shares, means: means,
      covariances: (0..<components).flatMap { k in
        (0..<columns * columns).map { $0 / columns == $0 % columns ? variances[k] : 0 }
      })
    var objective = 0.0
    let fit = try engine.fit(
      HardMixture(
        GaussianMixture(components: components, columns: columns, regularization: 0)),
      from: .parameters(start), options: FitOptions(maximumIterations: 1)
    ) { objective = $0.objective }

    var expected = 0.0
    var labels: [Int] = []
    for n in 0..<count {
      let joint = (0..<components).map { k -> Double in
        let square = (0..<columns).reduce(0.0) {
          let difference = problem.rows[n * columns + $1] - means[k * columns + $1]
          return $0 + difference * difference
        }
        let scale = Double(columns) * log(2 * Double.pi * variances[k])
        return log(shares[k]) - 0.5 * (scale + square / variances[k])
      }
      labels.append(joint.indices.max { (joint[$0], -$0) < (joint[$1], -$1) }!)
      expected += weights[n] * joint[labels[n]]
    }
    // 400 terms of tens of nats, some u of each.
    #expect(relativeError(objective, expected) < 1e-13)
    let total = weights.reduce(0, +)
    for k in 0..<components {
      let own = (0..<count).filter { labels[$0] == k }
      let mass = own.reduce(0) { $0 + weights[$1] }
      #expect(relativeError(fit.parameters.weights[k], mass / total) < 1e-14)
      let mean = (0..<columns).map { j in
        own.reduce(0) { $0 + weights[$1] * problem.rows[$1 * columns + j] } / mass
      }
      for i in 0..<columns {
        #expect(abs(fit.parameters.means[k * columns + i] - mean[i]) < 1e-13)
        for j in 0..<columns {
          let covariance = own.reduce(0) {
            $0 + weights[$1] * (problem.rows[$1 * columns + i] - mean[i])
              * (problem.rows[$1 * columns + j] - mean[j])
          }
          let found = fit.parameters.covariances[(k * columns + i) * columns + j]
          #expect(abs(found - covariance / mass) < 1e-12)
        }
      }
    }
  }

  @Test(
    "The bits are the same on any number of ranks and threads", arguments: FamilyCase.ofLikelihoods)
  func sameBits(family: FamilyCase) throws {
    func fitOn(ranks: Int, threads: Int) throws -> Fit {
      try onRanks(ranks) { world in
        let data = try data(family, seed: 6, world: world)
        func run(_ mixture: some Family) throws -> Fit {
          try Engine(data, threads: threads, world: world).fit(
            mixture, from: .kMeans,
            options: FitOptions(maximumIterations: 6, convergence: .parameters(0)))
        }
        return try run(
          hard(
            try family.mixture(components: 3, columns: 3, ranges: data.ranges, regularization: 1e-3)
          ))
      }[0]
    }
    let one = try fitOn(ranks: 1, threads: 1)
    for (ranks, threads) in [(2, 2), (3, 1), (7, 1)] {
      #expect(try fitOn(ranks: ranks, threads: threads) == one)
    }
  }

  @Test("Lower bounds cannot be maximized so")
  func variational() throws {
    let type = try #require(Families.standard["gaussian"])
    #expect(throws: FitError.self) {
      try Families.standard.mixture(
        type, FamilyOptions(isHard: true, values: ["estimate": "vb"]), components: 2, columns: 1)
    }
  }

  /// Of one column. One component of all rows has the likelihood -log(mean) - 1 a row.
  @Test(
    "Exponential distributions whose means are alike are likelier as one, and lose a component",
    arguments: [2.0, 100])
  func exponentials(ratio: Double) throws {
    let iterations = 30
    let quantiles = (0..<200).map { -log((Double($0) + 0.5) / 200) }
    let rows = quantiles + quantiles.map { ratio * $0 }
    let data = try DataSet(values: rows, columnCount: 1, world: SoloCommunicator())
    let options = FamilyOptions(regularization: 0)
    var objectives: [Double] = []
    func fit() throws -> Fit {
      try Engine(data, threads: 1, world: SoloCommunicator()).fit(
        HardMixture(try ExponentialMixture(options, components: 2, columns: 1)),
        from: .parameters(["weights": [0.5, 0.5], "rates": [1, 1 / ratio]]),
        options: FitOptions(maximumIterations: iterations, convergence: .parameters(0))
      ) { objectives.append($0.meanObjective) }
    }
    let plain = classified(rows, rates: [1, 1 / ratio], iterations: iterations)
    let one = -log(rows.reduce(0, +) / 400) - 1
    guard let expected = plain.rates else {
      #expect(throws: FitError.self) { try fit() }
      // The last iteration is not told of.
      #expect(relativeError(objectives, Array(plain.objectives.dropLast())) < 1e-13)
      #expect(objectives.allSatisfy { $0 < one })
      return
    }
    let found = try fit()
    // Sums of 400 terms, off by some u each.
    #expect(relativeError(found.parameters["rates"], expected) < 1e-13)
    #expect(relativeError(objectives, plain.objectives) < 1e-13)
    #expect(objectives.allSatisfy { $0 > one })
  }

  /// Classification EM in plain loops; no rates once a component has no rows.
  private func classified(
    _ rows: [Double], rates: [Double], iterations: Int
  ) -> (objectives: [Double], rates: [Double]?) {
    var (rates, weights) = (rates, [0.5, 0.5])
    var objectives: [Double] = []
    for _ in 0..<iterations {
      var (total, counts, sums) = (0.0, [0.0, 0], [0.0, 0])
      for x in rows {
        let joint = (0..<2).map { log(weights[$0] * rates[$0]) - rates[$0] * x }
        let k = joint[1] > joint[0] ? 1 : 0
        total += joint[k]
        counts[k] += 1
        sums[k] += x
      }
      objectives.append(total / Double(rows.count))
      if counts.contains(0) { return (objectives, nil) }
      rates = zip(counts, sums).map { $0 / $1 }
      weights = counts.map { $0 / Double(rows.count) }
    }
    return (objectives, rates)
  }
}
