import Kernels
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Negligible responsibilities")
struct NegligibleTests {
  /// Components apart, in more columns where densities are screened.
  private func problem(columns: Int, type: CovarianceType, seed: UInt64 = 1) -> GaussianProblem {
    GaussianProblem(
      seed: seed, rowCount: 700, componentCount: 5, columnCount: columns, covarianceType: type,
      weighted: seed % 2 == 0, separation: columns < 8 ? 10 : 3)
  }

  private func model(_ problem: GaussianProblem, exactDense: Bool) -> GaussianMixture {
    GaussianMixture(
      components: problem.componentCount, columns: problem.columnCount,
      covarianceType: problem.covarianceType, regularization: 0, exactDense: exactDense)
  }

  @Test(
    "sums have the bits of those from all densities under the rule",
    arguments: CovarianceType.allCases)
  func sameBits(type: CovarianceType) throws {
    for columns in 1...70 {
      let problem = problem(columns: columns, type: type, seed: UInt64(columns))
      let model = model(problem, exactDense: false)
      let step = try model.step(at: problem.start, sharing: .none)
      let screened = try step.sums(
        rows: problem.rows, weights: problem.weights, columnCount: columns)
      let plain = try MixtureStep(AllDensities(step.components), step.moments).sums(
        rows: problem.rows, weights: problem.weights, columnCount: columns)
      #expect(step.components.floor == negligibleLogRatio)
      #expect(
        screened.numbers.map(\.bitPattern) == plain.numbers.map(\.bitPattern),
        "\(columns) columns")
    }
  }

  /// Components under the rule, but with every density computed.
  private struct AllDensities: Components {
    private let components: GaussianComponents

    init(_ components: GaussianComponents) { self.components = components }

    var count: Int { components.count }
    var scratchCount: Int { components.scratchCount }
    var keptCount: Int { components.keptCount }
    var floor: Double { components.floor }
    func writeLogJoint(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
      components.writeLogJoint(of: tile, into: logJoint)
    }
  }

  @Test(
    "the rule lowers the log-likelihood by less than K 2^-60 a row",
    arguments: CovarianceType.allCases, [1, 3, 9, 40])
  func logLikelihood(type: CovarianceType, columns: Int) throws {
    let problem = problem(columns: columns, type: type)
    let dense = try model(problem, exactDense: true).sums(
      rows: problem.rows, under: problem.start
    ).logLikelihood
    let pruned = try model(problem, exactDense: false).sums(
      rows: problem.rows, under: problem.start
    ).logLikelihood
    let rows = Double(problem.rows.count / columns)
    // Sums of the same numbers in the same order, which differ by the rule and by its effect on the
    // rounding of each addition.
    let tolerance = rows * 5 * 0x1p-60 + rows * 0x1p-53 * abs(dense)
    #expect(abs(dense - pruned) <= tolerance)
    // There is something to leave out.
    let posterior = try model(problem, exactDense: false).posterior(
      rows: problem.rows, under: problem.start)
    #expect(posterior.contains { $0 > 0 && $0 < 0x1p-62 })
  }

  @Test(
    "whole fits with and without the rule end in the same log-likelihood, and never fall",
    arguments: CovarianceType.allCases, [2, 13, 40])
  func wholeFits(type: CovarianceType, columns: Int) throws {
    let problem = problem(columns: columns, type: type)
    let data = try DataSet(
      values: problem.rows, columnCount: columns, world: SoloCommunicator())
    func fit(exactDense: Bool) throws -> Fit {
      var last = -Double.infinity
      return try Engine(data, threads: 1, world: SoloCommunicator()).fit(
        model(problem, exactDense: exactDense), from: .parameters(problem.start),
        options: FitOptions(maximumIterations: 30, convergence: .parameters(0))
      ) { report in
        // The rounding that GaussianMonotoneTests derives, beside which the rule counts nothing.
        let rounding = 2 * 16 * 0x1p-53 * abs(report.meanLogLikelihood)
        #expect(report.meanLogLikelihood >= last - rounding)
        last = report.meanLogLikelihood
      }
    }
    let dense = try fit(exactDense: true).score.logLikelihood
    let pruned = try fit(exactDense: false).score.logLikelihood
    // What is asked for. The fits reach the same maximum, near which parameters that are off by
    // 2^-40, as masses may be, cost the square of that.
    #expect(abs(dense - pruned) <= 1e-12 * abs(dense))
  }

  @Test("screened densities give the same bits on any number of ranks and threads")
  func ranks() throws {
    let problem = problem(columns: 40, type: .full)
    func fit(ranks: Int, threads: Int) throws -> Fit {
      try onRanks(ranks) { world in
        let data = try DataSet(
          values: problem.rows, columnCount: 40, shardRows: [200, 500], blockRows: 192,
          world: world)
        return try Engine(data, threads: threads, world: world).fit(
          model(problem, exactDense: false), from: .parameters(problem.start),
          options: FitOptions(maximumIterations: 10, convergence: .logLikelihood(0)))
      }[0]
    }
    let one = try fit(ranks: 1, threads: 1)
    for (ranks, threads) in [(1, 3), (2, 2), (3, 1), (7, 1)] {
      let other = try fit(ranks: ranks, threads: threads)
      #expect(bits(other.parameters) == bits(one.parameters))
      #expect(other == one)
    }
  }

  private func bits(_ parameters: Parameters) -> [UInt64] {
    (parameters.weights + parameters.means + parameters.covariances).map(\.bitPattern)
  }

  @Test("a component that has nothing but negligible responsibilities lives on them")
  func starved() throws {
    let rows = try threeGaussianRows(200)
    // Far from all rows, but not so far that float64 could not tell: e^-48 or so of the nearest
    // row, which lies 10.2 deviations off and below 2 from the other component.
    let largest = stride(from: 1, to: rows.count, by: 2).reduce(-.infinity) { max($0, rows[$1]) }
    let start = Parameters(
      weights: [0.5, 0.5], means: [2, 1002, 2, largest + 10.2],
      covariances: [9, 0, 0, 9, 1, 0, 0, 1])
    func step(exactDense: Bool, ranks: Int) throws -> Sums {
      try onRanks(ranks) { world in
        let data = try DataSet(values: rows, columnCount: 2, blockRows: 64, world: world)
        let model = GaussianMixture(
          components: 2, columns: 2, ranges: data.ranges, exactDense: exactDense)
        return try Engine(data, threads: 1, world: world)
          .expectationStep(model, under: start).sums[0]
      }[0]
    }
    let dense = try step(exactDense: true, ranks: 1)
    let mass = dense[Slots.masses][1]
    // Under the rule there would be nothing left.
    #expect(mass > 0 && mass < 200 * 0x1p-60)
    for ranks in [1, 3] { #expect(try step(exactDense: false, ranks: ranks) == dense) }
  }

  @Test("predictions follow the rule, and have the same labels as without it")
  func predictions() throws {
    let problem = problem(columns: 40, type: .full)
    func predict(exactDense: Bool) throws -> (labels: [Int64], responsibilities: [Double]) {
      let data = try DataSet(values: problem.rows, columnCount: 40, world: SoloCommunicator())
      nonisolated(unsafe) var result: (labels: [Int64], responsibilities: [Double]) = ([], [])
      try Engine(data, threads: 1, world: SoloCommunicator()).predict(
        model(problem, exactDense: exactDense), under: problem.start
      ) {
        result.labels += (0..<$0.count).map { [labels = $0.labels] in labels[$0] }
        let numbers = $0.responsibilities!
        result.responsibilities += (0..<$0.count * 5).map { numbers[$0] }
      }
      return result
    }
    let (dense, pruned) = (try predict(exactDense: true), try predict(exactDense: false))
    #expect(pruned.labels == dense.labels)
    #expect(dense.responsibilities.contains { $0 > 0 && $0 < 0x1p-62 })
    for (p, d) in zip(pruned.responsibilities, dense.responsibilities) {
      // Left out, or raised by what was: at most 5 × 2^-60 of it, and a few roundings.
      #expect(p == 0 ? d < 0x1p-59 : abs(p - d) <= 8 * 0x1p-53 * d)
      #expect(p == 0 || p > 0x1p-64)
    }
  }
}
