import Kernels
import MessagePassing
import MixtureModels
import ShardEM
import Synchronization
import Testing
import _TestSupport

/// Noise beside rows that lack columns, by plain loops over diagonal covariances, where a missing cell is
/// absent from densities.
@Suite("Noise and rows that lack columns")
struct IncompleteNoiseTests {
  private let columns = 3
  private let rows: [Double]
  private let start: Parameters

  init() {
    let problem = GaussianProblem(
      seed: 7, rowCount: 270, componentCount: 2, columnCount: 3, covarianceType: .diag)
    var generator = SeededGenerator(seed: 8)
    let far = (0..<90).map { _ in 60 * (generator.uniform() - 0.5) }
    rows = (problem.rows + far).enumerated().map { i, x in
      generator.uniform() < 0.3 && i > 30 || i / 3 == 50 ? .nan : x
    }
    var start = problem.start
    start.weights = [0.5, 0.3]
    start["noise.weight"] = [0.2]
    start["noise.density"] = [1]
    self.start = start
  }

  private func engine(
    _ rows: [Double], world: any Communicator = SoloCommunicator()
  ) throws -> Engine {
    let data = try DataSet(
      values: rows, columnCount: columns, missing: .allowed(), blockRows: 64, world: world)
    return Engine(data, threads: 1, world: world)
  }

  private func mixture(_ engine: Engine) throws -> any Family {
    let values = ["covariance": "diag", "noise": "auto"]
    return try Families.standard.mixture(
      GaussianMixture.self,
      FamilyOptions(
        regularization: 0,
        measures: try engine.measures(for: values, of: [FamilyExtension.noise.setting]),
        values: values),
      components: 2, columns: columns)
  }

  /// The least and largest value of each column.
  private var box: [(low: Double, high: Double)] {
    (0..<columns).map { j in
      let cells = stride(from: j, to: rows.count, by: columns).map { rows[$0] }.filter { !$0.isNaN }
      return (cells.min()!, cells.max()!)
    }
  }

  /// Of the rows under the start: the log-likelihood, and 3 responsibilities each.
  private func expectation() -> (logLikelihood: Double, shares: [[Double]]) {
    var (logLikelihood, shares): (Double, [[Double]]) = (0, [])
    for n in 0..<rows.count / columns {
      var joint = start.weights + start["noise.weight"]
      for j in 0..<columns where !rows[n * columns + j].isNaN {
        for k in 0..<2 {
          let variance = start.covariances[k * columns + j]
          let deviation = rows[n * columns + j] - start.means[k * columns + j]
          joint[k] *= Portable.exp(-deviation * deviation / variance / 2)
          joint[k] /= (2 * Double.pi * variance).squareRoot()
        }
        joint[2] /= box[j].high - box[j].low
      }
      let sum = joint.reduce(0, +)
      logLikelihood += Portable.log(sum)
      shares.append(joint.map { $0 / sum })
    }
    return (logLikelihood, shares)
  }

  /// One M-step: what is to be expected of a missing cell is the component's mean and variance.
  private func next(_ shares: [[Double]]) -> Parameters {
    let count = Double(shares.count)
    let masses = (0..<3).map { k in shares.reduce(0) { $0 + $1[k] } }
    var (means, variances): ([Double], [Double]) = ([], [])
    for k in 0..<2 {
      for j in 0..<columns {
        let (mean, variance) = (start.means[k * columns + j], start.covariances[k * columns + j])
        func average(_ value: (Double) -> Double, _ missing: Double) -> Double {
          let sum = shares.enumerated().reduce(0.0) { sum, row in
            let x = rows[row.offset * columns + j]
            return sum + row.element[k] * (x.isNaN ? missing : value(x))
          }
          return sum / masses[k]
        }
        let own = average({ $0 }, mean)
        means.append(own)
        variances.append(
          average({ ($0 - own) * ($0 - own) }, variance + (mean - own) * (mean - own)))
      }
    }
    return [
      "weights": masses.prefix(2).map { $0 / count }, "means": means, "covariances": variances,
      "noise.weight": [masses[2] / count],
    ]
  }

  @Test(
    "The E-step and M-step are those of plain loops, and noise of a row is uniform in the box's sides"
  )
  func plainLoops() throws {
    let engine = try engine(rows)
    func check(_ mixture: some Family) throws {
      let start = mixture.starting(from: start)
      #expect(start["noise.minimum"] == box.map(\.low) && start["noise.maximum"] == box.map(\.high))
      let (logLikelihood, shares) = expectation()
      let score = try engine.score(mixture, under: start)
      // 300 rows of up to 20 nats, off by 4u of it each.
      #expect(abs(score.logLikelihood - logLikelihood) < 300 * 20 * 4 * 0x1p-53)
      let expected = next(shares)
      let found = try engine.fit(
        mixture, from: .parameters(start), options: FitOptions(maximumIterations: 1)
      ).parameters
      // Shares off by 20 nats times 4u, of values up to 30 with squares up to 900: relative to unit variances
      // 900 times as much.
      for name in ["weights", "noise.weight", "means", "covariances"] {
        for (own, other) in zip(found[name], expected[name]) {
          #expect(abs(own - other) < 900 * 20 * 4 * 0x1p-53)
        }
      }
      #expect(found["noise.weight"][0] > 0.05 && found["noise.weight"][0] < 0.2)
    }
    try check(try mixture(engine))
  }

  @Test("A row with nothing to see is of each component as its weight, and has the density 1")
  func nothing() throws {
    let engine = try engine(rows)
    func check(_ mixture: some Family) throws {
      let start = mixture.starting(from: start)
      let seen = Mutex<[Double]>([])
      try engine.predict(mixture, under: start, parts: [.responsibilities, .logDensities]) {
        block in
        let n = 50 - block.firstRow
        guard (0..<block.count).contains(n) else { return }
        let own = (0..<3).map { block.responsibilities![n * 3 + $0] }
        seen.withLock { $0 = own + [block.logDensities![n]] }
      }
      for (found, expected) in zip(seen.withLock { $0 }, [0.5, 0.3, 0.2, 0]) {
        // Three sides and a volume of logarithms up to 5, u each.
        #expect(abs(found - expected) < 32 * 0x1p-53)
      }
    }
    try check(try mixture(engine))
  }

  @Test("The box is that of the columns if a cell is missing, the same on any ranks")
  func volume() throws {
    let found = try [1, 2, 3, 7].flatMap { ranks in
      try onRanks(ranks) { world in try engine(rows, world: world).hypervolume() }
    }
    let sides = box.reduce(0.0) { $0 + Portable.log($1.high - $1.low) }
    for volume in found {
      #expect(abs(volume.logarithm - sides) < 16 * 0x1p-53 * sides)
      #expect(volume.logarithm == found[0].logarithm && volume.box == found[0].box)
      #expect(volume.box?.minimum == box.map(\.low))
    }
    // Of complete rows about a diagonal the box along the axes is smaller, and has no such marginals.
    let strip = (0..<120).map { i -> Double in
      let off: Int = i / 3 * (i % 3) % 3
      return Double(i / 3) + Double(off) / 8
    }
    #expect(try engine(strip).hypervolume().box == nil)
  }

  @Test("Imputation expects the middle of the box of noise, and draws from all of it")
  func imputation() throws {
    // Far from the component, rows are noise; near it hardly.
    let parameters: Parameters = [
      "weights": [0.5], "means": [0, 0, 0], "covariances": [1, 1, 1], "noise.weight": [0.5],
      "noise.density": [1e-3 / 8], "noise.minimum": [-5, 0, 10], "noise.maximum": [15, 20, 30],
    ]
    var options = FamilyOptions(values: ["covariance": "diag", "noise": ""])
    options.hasNoiseBox = true
    let mixture = try Families.standard.mixture(
      GaussianMixture.self, options, components: 1, columns: columns)
    let count = 3000
    var rows: [Double] = (0..<count).flatMap { _ -> [Double] in [13, .nan, .nan] }
    rows += [0, .nan, 0, 0, 0, 0] as [Double]
    let engine = try engine(rows)
    func imputed(_ mixture: some Family, seed: UInt64?) throws -> [Double] {
      let result = Mutex([Double](repeating: 0, count: rows.count))
      try engine.impute(mixture, under: parameters, seed: seed) { block in
        result.withLock { result in
          for i in 0..<block.count * columns {
            result[block.firstRow * columns + i] = block.rows[i]
          }
        }
      }
      return result.withLock { $0 }
    }
    let expected = try imputed(mixture, seed: nil)
    // The component's share is exp(-84) times 20 or so: no part of these sums.
    #expect(expected[1] == 10 && expected[2] == 20)
    // Of the last but one row the component's share is 1 / (1 + 2 pi / 400), its expectation 0.
    let share = 1 / (1 + 400 / (2 * Double.pi))
    #expect(abs(expected[3 * count + 1] - share * 10) < 64 * 0x1p-53)
    let draws = try imputed(mixture, seed: 3)
    for j in 1...2 {
      let own = (0..<count).map { draws[3 * $0 + j] }
      let low: Double = j == 1 ? 0 : 10
      #expect(own.allSatisfy { $0 > low && $0 < low + 20 })
      let mean = own.reduce(0, +) / Double(count)
      // Five standard errors of a uniform draw, 20 / sqrt(12).
      #expect(abs(mean - low - 10) < 5 * 20 / (12 * Double(count)).squareRoot())
      #expect(own.min()! < low + 1 && own.max()! > low + 19)
    }
  }

  @Test("A start of another noise gets the density and the box of the data")
  func restarted() throws {
    let engine = try engine(rows)
    func check(_ mixture: some Family) throws {
      var other = start
      (other["noise.minimum"], other["noise.maximum"]) = ([0, 0, 0], [1, 1, 1])
      other["classes"] = [0, 1]
      let found = mixture.starting(from: other)
      #expect(
        found.names.suffix(5) == [
          "noise.weight", "noise.density", "noise.minimum", "noise.maximum", "classes",
        ])
      #expect(found["noise.maximum"] == box.map(\.high))
      #expect(mixture.layout.fits(mixture.starting(from: start)))
    }
    try check(try mixture(engine))
    // One that is given has no box.
    let given = try Families.standard.mixture(
      GaussianMixture.self, FamilyOptions(values: ["covariance": "diag", "noise": "0.5"]),
      components: 2, columns: columns)
    var boxed = start
    (boxed["noise.minimum"], boxed["noise.maximum"]) = ([0, 0, 0], [1, 1, 1])
    #expect(given.layout.fits(given.starting(from: boxed)))
    #expect(!given.takesMissing)
  }
}
