import MessagePassing
import MixtureModels
import ShardEM
import Testing

@Suite("Fit")
struct FitTests {
  /// Fits three components on some ranks and threads; the same on every rank, or it fails.
  func fit(
    _ rows: [Double], weights: [Double]? = nil, from start: Initialization = .kMeans,
    shardRows: [Int]? = nil, blockRows: Int = 64, ranks: Int = 1, threads: Int = 1,
    options: FitOptions = FitOptions(convergence: .logLikelihood(1e-9))
  ) throws -> Fit {
    let fits = try onRanks(ranks) { world in
      let data = try DataSet(
        values: rows, columnCount: 2, weights: weights, shardRows: shardRows,
        blockRows: blockRows, threads: threads, world: world)
      return try Engine(data, threads: threads, world: world)
        .fit(threeGaussians, from: start, options: options)
    }
    for fit in fits { #expect(fit == fits[0]) }
    return fits[0]
  }

  @Test(
    "The bits of a fit are the same on any number of ranks and threads",
    arguments: ["k-means", "k-means++", "random"], [false, true])
  func bitsDoNotDependOnRanks(name: String, weighted: Bool) throws {
    let starts: [String: Initialization] = [
      "k-means": .kMeans, "k-means++": .kMeansPlusPlus, "random": .random,
    ]
    // Unequal shards; with blocks of 64 rows, 18 blocks.
    let rows = try threeGaussianRows(1000)
    let weights = weighted ? (0..<1000).map { Double($0 % 7) / 3 } : nil
    let options = FitOptions(
      maximumIterations: 50, convergence: .logLikelihood(0), restarts: 2, seed: 7)
    var all: [Fit] = []
    for (ranks, threads) in [(1, 1), (1, 3), (2, 1), (3, 3), (7, 1), (23, 1)] {
      all.append(
        try fit(
          rows, weights: weights, from: starts[name]!, shardRows: [70, 130, 800], ranks: ranks,
          threads: threads, options: options))
    }
    for fit in all {
      #expect(fit.parameters.bits == all[0].parameters.bits)
      #expect(fit == all[0])
      #expect(fit.iterations == 50)
    }
  }

  @Test("Shards that end at block boundaries give the bits of one file")
  func shardsAtBlockBoundaries() throws {
    let rows = try threeGaussianRows(640)
    let whole = try fit(rows, shardRows: [640], ranks: 2)
    #expect(try fit(rows, shardRows: [128, 64, 448], ranks: 3) == whole)
    // The check checks: other blocks round differently.
    #expect(try fit(rows, shardRows: [640], blockRows: 96) != whole)
  }

  @Test("The log-likelihood never falls", arguments: 1...8 as ClosedRange<UInt64>)
  func monotone(seed: UInt64) throws {
    let rows = try threeGaussianRows(300, seed: seed)
    let data = try DataSet(values: rows, columnCount: 2, world: SoloCommunicator())
    var means: [Double] = []
    let fit = try Engine(data, threads: 1, world: SoloCommunicator()).fit(
      threeGaussians, from: .random,
      options: FitOptions(convergence: .logLikelihood(1e-12), seed: seed)
    ) { report in
      means.append(report.meanLogLikelihood)
      #expect(report.change == (means.count == 1 ? nil : means.last! - means[means.count - 2]))
    }
    means.append(fit.score.meanLogLikelihood)
    // A row's log density has an error of a few roundings of its terms, here below 100 nats:
    // 2^-52 x 100 x 10 < 1e-12; the mean over rows has no larger one.
    for (before, after) in zip(means, means.dropFirst()) { #expect(after >= before - 1e-12) }
    #expect(means.count > 3)
  }

  @Test("A fit finds the components that the rows were drawn from")
  func recovers() throws {
    let fit = try fit(threeGaussianRows(20_000), ranks: 2)
    #expect(fit.converged)
    let order = (0..<3).sorted { fit.parameters.weights[$0] > fit.parameters.weights[$1] }
    for (k, fitted) in order.enumerated() {
      // Standard errors: weights below 0.005, means 1 / sqrt(4000) = 0.016, somewhat more where
      // components overlap; five of them.
      #expect(abs(fit.parameters.weights[fitted] - threeCenters.weights[k]) < 0.025)
      for j in 0..<2 {
        #expect(
          abs(fit.parameters.means[2 * fitted + j] - threeCenters.means[2 * k + j]) < 0.1)
      }
    }
  }

  @Test("A row of weight 0 is absent, a row of weight 3 is there three times")
  func weightsRepeatRows() throws {
    let rows = try threeGaussianRows(400)
    var weights: [Double] = []
    var repeated: [Double] = []
    // Far outside of the others' ranges, with a square beyond float64.
    var weighted = [1e300, -1e300]
    weights.append(0)
    for n in 0..<400 {
      let count = n % 4
      weights.append(Double(count))
      weighted += rows[2 * n..<2 * n + 2]
      for _ in 0..<count { repeated += rows[2 * n..<2 * n + 2] }
    }
    let start = Initialization.parameters(threeCenters)
    let a = try fit(weighted, weights: weights, from: start, ranks: 2)
    let b = try fit(repeated, from: start, ranks: 2)
    #expect(a.iterations == b.iterations)
    #expect(a.rows == 300)
    #expect(b.rows == 600)
    #expect(a.score.weightSum == 600)
    // Sums of 600 terms in other orders: 600 roundings of numbers around 1000, at each of about
    // 100 contracting iterations: 600 x 2^-53 x 1000 = 7e-11 at worst.
    for (x, y) in zip(a.parameters.means, b.parameters.means) { #expect(abs(x - y) < 1e-10) }
    #expect(abs(a.score.bic - b.score.bic) < 1e-9 * abs(b.score.bic))
  }

  @Test("Convergence by the parameters ends when none changes by more than the tolerance")
  func parameterConvergence() throws {
    let rows = try threeGaussianRows(500)
    let loose = try fit(rows, options: FitOptions(convergence: .parameters(1e-2)))
    let tight = try fit(rows, options: FitOptions(convergence: .parameters(1e-6)))
    #expect(loose.converged && tight.converged)
    #expect(loose.iterations < tight.iterations)
    let stopped = try fit(
      rows, options: FitOptions(maximumIterations: 2, convergence: .parameters(1e-6)))
    #expect(!stopped.converged && stopped.iterations == 2)
  }

  @Test("Of several restarts the best log-likelihood wins")
  func restarts() throws {
    let rows = try threeGaussianRows(200)
    func options(_ restarts: Int) -> FitOptions {
      FitOptions(maximumIterations: 3, convergence: .logLikelihood(0), restarts: restarts)
    }
    let many = try fit(rows, from: .random, options: options(6))
    let one = try fit(rows, from: .random, options: options(1))
    // After three iterations from random starts, no two are alike.
    #expect(many.score.logLikelihood > one.score.logLikelihood)
    #expect(many.restart > 0)
  }

  @Test("No more iterations than allowed: none gives the start and its log-likelihood")
  func noIteration() throws {
    let fit = try fit(
      threeGaussianRows(100), from: .parameters(threeCenters),
      options: FitOptions(maximumIterations: 0))
    #expect(fit.parameters == threeCenters)
    #expect(fit.iterations == 0 && !fit.converged)
  }

  @Test("More components than rows of positive weight are refused on every rank")
  func tooFewRows() throws {
    let error = #expect(throws: DataSetError.self) {
      try fit([1, 2, 3, 4, 5, 6], weights: [1, 0, 1], ranks: 3)
    }
    #expect(error == .fewerRowsThanComponents(rows: 2, components: 3))
  }

  @Test("Identical rows: an empty component is an error that names it")
  func identicalRows() throws {
    let rows = (0..<200).map { $0 % 2 == 0 ? 5.0 : 1000.0 }
    let error = #expect(throws: FitError.self) { try fit(rows, ranks: 2) }
    #expect(error == .collapsed(component: 1, mass: 0, rows: 100, iteration: 0))
  }

  @Test("An error of the hook on one rank ends the fit on all ranks with that error")
  func hookFails() throws {
    struct DiskFull: Error {}
    let rows = try threeGaussianRows(200)
    for ranks in [1, 3] {
      let outcomes = try onRanks(ranks) { world in
        let data = try DataSet(values: rows, columnCount: 2, blockRows: 16, world: world)
        var iterations = 0
        do {
          _ = try Engine(data, threads: 1, world: world).fit(threeGaussians, from: .random) { _ in
            iterations += 1
            if world.rank == ranks - 1 && iterations == 2 { throw DiskFull() }
          }
          return "no error"
        } catch { return "\(iterations) \(error)" }
      }
      for outcome in outcomes {
        #expect(outcome.hasPrefix("2 ") && outcome.contains("DiskFull"))
      }
    }
  }

  @Test("It is not lost where the parameters after it end the start", arguments: [1, 3])
  func hookFailsBeforeStart(ranks: Int) throws {
    struct DiskFull: Error {}
    let rows: [Double] = (1...300).map { Double(1 + $0 * 7919 % 300) }
    // The first M-step of an iteration, not that which makes a start, gives no density.
    let model = AlteredTimes { $1["rates"][1] = .nan }
    let outcomes = try onRanks(ranks) { world in
      let data = try DataSet(values: rows, columnCount: 1, blockRows: 16, world: world)
      var iterations = 0
      do {
        _ = try Engine(data, threads: 1, world: world).fit(
          model, from: .random, options: FitOptions(restarts: 2)
        ) { _ in
          iterations += 1
          if world.rank == ranks - 1 { throw DiskFull() }
        }
        return "no error"
      } catch { return "\(iterations) \(error)" }
    }
    // One iteration of each start.
    for outcome in outcomes {
      #expect(outcome.hasPrefix("2 ") && outcome.contains("DiskFull"))
    }
  }
}
