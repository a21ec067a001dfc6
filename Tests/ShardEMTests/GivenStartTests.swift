import MessagePassing
import MixtureModels
import ShardEM
import Synchronization
import Testing
import _TestSupport

@Suite("A start from labels or responsibilities")
struct GivenStartTests {
  private let problem = GaussianProblem(
    seed: 12, rowCount: 700, componentCount: 3, columnCount: 2, covarianceType: .full)

  private func labels() -> [Double] {
    var generator = SeededGenerator(seed: 9)
    return (0..<700).map { _ in Double(Int.random(in: 0..<3, using: &generator)) }
  }

  private func fit(
    _ type: CovarianceType, _ values: [Double], columns: Int, weights: [Double]? = nil,
    iterations: Int = 1, ranks: Int = 1, threads: Int = 1
  ) throws -> Fit {
    try ThreadCommunicator.run(ranks: ranks) { world in
      let data = try DataSet(
        values: problem.rows, columnCount: 2, weights: weights, shardRows: [100, 600],
        blockRows: 64, world: world)
      let model = GaussianMixture(
        components: 3, columns: 2, covarianceType: type, regularization: 0.01, ranges: data.ranges)
      let given = try GivenResponsibilities(
        RowsBeside(values: values, columnCount: columns), for: model)
      return try Engine(data, threads: threads, world: world).fit(
        model, from: .responsibilities(given),
        options: FitOptions(maximumIterations: iterations, convergence: .parameters(0)))
    }[0]
  }

  /// The M-step of the labels by plain loops.
  private func plainParameters(_ labels: [Double]) -> Parameters {
    var result = Parameters(weights: [], means: [], covariances: [])
    for k in 0..<3 {
      let rows = (0..<700).filter { labels[$0] == Double(k) }
        .map { [problem.rows[2 * $0], problem.rows[2 * $0 + 1]] }
      let count = Double(rows.count)
      let mean: [Double] = (0..<2).map { j in
        let column: [Double] = rows.map { $0[j] }
        return column.reduce(0, +) / count
      }
      result.weights.append(count / 700)
      result.means += mean
      for i in 0..<2 {
        for j in 0..<2 {
          let sum = rows.reduce(0) { $0 + ($1[i] - mean[i]) * ($1[j] - mean[j]) }
          result.covariances.append(sum / count + (i == j ? 0.01 : 0))
        }
      }
    }
    return result
  }

  // The fit's first E-step is under the parameters of the M-step: its log-likelihood tells them.
  @Test("begins with the M-step of the rows' labels")
  func firstStep() throws {
    let labels = labels()
    let world = SoloCommunicator()
    let data = try DataSet(values: problem.rows, columnCount: 2, world: world)
    let model = GaussianMixture(
      components: 3, columns: 2, regularization: 0.01, ranges: data.ranges)
    let engine = Engine(data, threads: 1, world: world)
    let expected = try engine.score(model, under: plainParameters(labels)).meanLogLikelihood
    var means: [Double] = []
    let given = try GivenResponsibilities(
      RowsBeside(values: labels, columnCount: 1), for: model)
    _ = try engine.fit(
      model, from: .responsibilities(given), options: FitOptions(maximumIterations: 1)
    ) { means.append($0.meanLogLikelihood) }
    // Sums of 700 terms in another order: 700 u of moments, as much of log densities of some nats.
    #expect(relativeError(means[0], expected) < 700 * 0x1p-53 * 8)
  }

  @Test(
    "is the same of labels and of responsibilities 0 and 1, on any number of ranks",
    arguments: CovarianceType.allCases, [false, true])
  func labelsAsShares(type: CovarianceType, weighted: Bool) throws {
    let labels = labels()
    let weights = weighted ? (0..<700).map { Double($0 % 5) } : nil
    let shares = labels.flatMap { label in (0..<3).map { $0 == Int(label) ? 1.0 : 0 } }
    let expected = try fit(type, labels, columns: 1, weights: weights, iterations: 5)
    for (ranks, threads) in [(1, 1), (1, 3), (3, 1), (7, 2)] {
      #expect(
        try fit(
          type, labels, columns: 1, weights: weights, iterations: 5, ranks: ranks,
          threads: threads) == expected)
      #expect(
        try fit(
          type, shares, columns: 3, weights: weights, iterations: 5, ranks: ranks,
          threads: threads) == expected)
    }
  }

  @Test("goes on as a fit does whose posterior the responsibilities are")
  func posterior() throws {
    let world = SoloCommunicator()
    let data = try DataSet(values: problem.rows, columnCount: 2, world: world)
    let model = GaussianMixture(
      components: 3, columns: 2, regularization: 0.01, ranges: data.ranges)
    let engine = Engine(data, threads: 1, world: world)
    let shared = Mutex([Double](repeating: 0, count: 3 * 700))
    try engine.predict(model, under: problem.start) { block in
      for i in 0..<3 * block.count {
        shared.withLock { $0[3 * block.firstRow + i] = block.responsibilities![i] }
      }
    }
    let shares = shared.withLock { $0 }
    let options = { FitOptions(maximumIterations: $0, convergence: .parameters(0)) }
    let given = try GivenResponsibilities(
      RowsBeside(values: shares, columnCount: 3), for: model)
    let fit = try engine.fit(model, from: .responsibilities(given), options: options(1))
    let expected = try engine.fit(model, from: .parameters(problem.start), options: options(2))
    // Responsibilities are rounded once, and moments are about other centers: 700 u of each.
    let rounding = 2 * 700 * 0x1p-53 * 64
    #expect(parameterError(fit.parameters, expected.parameters, .full) < rounding)
  }

  @Test("is refused by row and column where a number is none of these")
  func unsuitable() throws {
    func message(_ columns: Int, _ change: (inout [Double]) -> Void) -> String {
      var values =
        columns == 1 ? labels() : Array(repeating: 1 / Double(columns), count: 700 * columns)
      change(&values)
      do {
        _ = try fit(.full, values, columns: columns)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(message(1) { _ in } == "no error")
    #expect(
      message(1) { $0[5] = 3 }
        == "responsibilities: row 6, column 1: found 3, expected a label, 0 to 2")
    #expect(
      message(1) { $0[699] = -1 }
        == "responsibilities: row 700, column 1: found -1, expected a label, 0 to 2")
    #expect(
      message(1) { $0[0] = 0.5 }
        == "responsibilities: row 1, column 1: found 0.5, expected a label, 0 to 2")
    #expect(
      message(3) { $0[7] = -0.5 }
        == "responsibilities: row 3, column 2: found -0.5, expected a responsibility, 0 to 1")
    #expect(
      message(3) { $0[3] = 0.5 }.hasPrefix(
        "responsibilities: row 2: the responsibilities add up to 1.1666"))
    #expect(
      message(2) { _ in }
        == "responsibilities: 2 columns; expected one of labels, 0 to 2, or 3 of responsibilities")
  }
}
