import MessagePassing
import MixtureModels
import ShardEM
import Testing

@Suite("Gaussian fit")
struct GaussianFitTests {
  @Test(
    "The bits of a Gaussian mixture are the same on any number of ranks and threads",
    arguments: CovarianceType.allCases, [false, true])
  func bitsDoNotDependOnRanks(type: CovarianceType, random: Bool) throws {
    let rows = try threeGaussianRows(900)
    func fit(ranks: Int, threads: Int) throws -> Fit {
      try onRanks(ranks) { world in
        let data = try DataSet(
          values: rows, columnCount: 2, shardRows: [320, 580], blockRows: 64, world: world)
        let model = GaussianMixture(
          components: 3, columns: 2, covarianceType: type, ranges: data.ranges)
        return try Engine(data, threads: threads, world: world).fit(
          model, from: random ? .random : .kMeans,
          options: FitOptions(maximumIterations: 50, convergence: .logLikelihood(0)))
      }[0]
    }
    let one = try fit(ranks: 1, threads: 1)
    for (ranks, threads) in [(1, 3), (2, 1), (3, 2), (7, 1), (17, 1)] {
      let other = try fit(ranks: ranks, threads: threads)
      // `==` of Double takes -0 for 0; the file would not.
      #expect(bits(other.parameters) == bits(one.parameters))
      #expect(other == one)
    }
  }

  private func bits(_ parameters: Parameters) -> [UInt64] {
    (parameters.weights + parameters.means + parameters.covariances).map(\.bitPattern)
  }

  @Test("The log-likelihood never falls without regularization", arguments: CovarianceType.allCases)
  func monotone(type: CovarianceType) throws {
    for seed in 0..<5 as Range<UInt64> {
      let data = try DataSet(
        values: threeGaussianRows(400, seed: seed), columnCount: 2, world: SoloCommunicator())
      let model = GaussianMixture(
        components: 3, columns: 2, covarianceType: type, regularization: 0, ranges: data.ranges)
      _ = try Engine(data, threads: 1, world: SoloCommunicator()).fit(
        model, from: .random,
        options: FitOptions(maximumIterations: 200, convergence: .logLikelihood(0), seed: seed)
      ) { report in
        // The M-step's means, around 1000, are rounded: by 2^-53 x 1000 = 1.1e-13, of standard
        // deviations around 1. Near a maximum that costs its square; the densities themselves
        // round by 2^-52 x 10 nats, a few times.
        if let change = report.change { #expect(change > -1e-13) }
      }
    }
  }

  @Test(
    "A row of weight 0 is absent, whatever it holds, from any start",
    arguments: CovarianceType.allCases, ["k-means", "given"])
  func absentRow(type: CovarianceType, name: String) throws {
    let rows = try threeGaussianRows(200)
    func fit(
      _ rows: [Double], _ weights: [Double]?,
      from start: Initialization
    ) throws -> Fit {
      let data = try DataSet(
        values: rows, columnCount: 2, weights: weights, world: SoloCommunicator())
      let model = GaussianMixture(
        components: 3, columns: 2, covarianceType: type, ranges: data.ranges)
      return try Engine(data, threads: 1, world: SoloCommunicator()).fit(
        model, from: start, options: FitOptions(maximumIterations: 20))
    }
    // The last row, so that the others keep their numbers and lanes: the same bits.
    let weights = Array(repeating: 1.0, count: 200)
    let start: Initialization =
      if name == "k-means" {
        .kMeans
      } else {
        .parameters(try fit(rows, nil, from: .kMeans).parameters)
      }
    let with = try fit(rows + [1e300, -1e300], weights + [0], from: start)
    let without = try fit(rows, weights, from: start)
    #expect(bits(with.parameters) == bits(without.parameters))
    #expect(with == without)
  }

  @Test("Identical rows: with regularization a model of one component, without a clear error")
  func identicalRows() throws {
    let data = try DataSet(
      values: (0..<100).map { $0 % 2 == 0 ? 5 : 1000 }, columnCount: 2, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    let fit = try engine.fit(
      GaussianMixture(components: 2, columns: 2, ranges: data.ranges), from: .kMeans)
    #expect(fit.parameters.weights == [1, 0])
    #expect(fit.parameters.means == [5, 1000, 5, 1000])
    #expect(fit.parameters.covariances == [1e-6, 0, 0, 1e-6, 1e-6, 0, 0, 1e-6])
    #expect(throws: FitError.self) {
      try engine.fit(
        GaussianMixture(components: 2, columns: 2, regularization: 0, ranges: data.ranges),
        from: .kMeans)
    }
  }
}
