import Kernels
import MixtureModels
import Testing
import _TestSupport

@Suite("Families of independent columns")
struct ColumnFamilyTests {
  /// log p(x) of one cell.
  private static func poisson(_ x: Double, _ rate: Double) -> Double {
    let logFactorial = (1...max(1, Int(x))).reduce(0.0) { $0 + Portable.log(Double($1)) }
    return x * Portable.log(rate) - rate - logFactorial
  }
  private static func exponential(_ x: Double, _ rate: Double) -> Double {
    Portable.log(rate) - rate * x
  }

  private static let rows: [Double] = [
    3, 0, 7, .nan, 1, 2, 0, .nan, 12, .nan, .nan, .nan, 4, 40, 1500, 2, 2, 2,
  ]
  private static let rates = [2, 1, 8, 5, 20, 100.0]

  /// The log-likelihood, masses, and of each component and column the sums of r x and of r.
  private static func plain(
    _ cell: (Double, Double) -> Double
  ) -> (logLikelihood: Double, masses: [Double], sums: [Double], counts: [Double]) {
    var (logLikelihood, masses) = (0.0, [0.0, 0.0])
    var (sums, counts) = ([Double](repeating: 0, count: 6), [Double](repeating: 0, count: 6))
    for start in stride(from: 0, to: rows.count, by: 3) {
      let row = rows[start..<start + 3].enumerated().filter { !$0.element.isNaN }
      let joint = [0.25, 0.75].enumerated().map { k, weight in
        row.reduce(Portable.log(weight)) { $0 + cell($1.element, rates[3 * k + $1.offset]) }
      }
      let (responsibilities, logDensity) = PlainLoops.posterior(joint)
      logLikelihood += logDensity
      for k in 0..<2 {
        masses[k] += responsibilities[k]
        for (j, x) in row {
          sums[3 * k + j] += responsibilities[k] * x
          counts[3 * k + j] += responsibilities[k]
        }
      }
    }
    return (logLikelihood, masses, sums, counts)
  }

  private func check<M: ColumnFamily>(
    _ family: M, _ cell: (Double, Double) -> Double, _ estimate: (Double, Double) -> Double
  ) throws {
    let mixture = family.observing(ObservedColumns(means: [2, 3, 4], variances: [1, 1, 1]))
    let start: Parameters = ["weights": [0.25, 0.75], "rates": Self.rates]
    let step = try mixture.step(at: start, sharing: .none)
    var numbers = [Double](repeating: 0, count: step.slots.count)
    Self.rows.withUnsafeBufferPointer {
      step.write(
        RowBlock(rows: $0.baseAddress!, count: 6, columnCount: 3), workspace: Workspace(),
        into: &numbers)
    }
    let sums = Sums(step.slots, numbers)
    let expected = Self.plain(cell)
    // Log densities of up to 10,000 nats, each a sum of ten terms or so, off by 2^-53 of that each: 1e-11,
    // and so are responsibilities.
    #expect(relativeError(sums.logLikelihood, expected.logLikelihood) < 1e-14)
    let next = try mixture.maximized(sums, of: step, from: start, sharing: .none)
    #expect(relativeError(next.weights, expected.masses.map { $0 / 6 }) < 1e-11)
    let rates = zip(expected.sums, expected.counts).map(estimate)
    #expect(relativeError(next["rates"], rates) < 1e-11)
  }

  @Test("A step is that of plain loops, missing cells being left out")
  func steps() throws {
    let options = FamilyOptions(regularization: 0.5)
    try check(PoissonMixture(options, components: 2, columns: 3), Self.poisson) {
      ($0 + 0.5) / ($1 + 0.5)
    }
    try check(ExponentialMixture(options, components: 2, columns: 3), Self.exponential) {
      ($1 + 0.5) / ($0 + 0.5)
    }
  }

  /// Deaths of women over 80 a day in The Times, 1910-1912: how many days had 0, 1, ... 9 of them.
  /// Source: Lange, "Applied Probability" (2003), table 2.6; the fit is by an 80-bit EM.
  @Test("Poisson mixtures of deaths in The Times are those of the reference")
  func deaths() throws {
    let mixture = try PoissonMixture(FamilyOptions(regularization: 0), components: 2, columns: 1)
    let deaths = (0...9).map(Double.init)
    let days: [Double] = [162, 267, 271, 185, 111, 61, 27, 8, 3, 1]
    var parameters: Parameters = ["weights": [0.5, 0.5], "rates": [1, 3]]
    let logLikelihoods = [
      -2009.9253336144184, -1994.603046745977, -1991.7380813477812, -1990.7497408723868,
      -1990.356009213863, -1990.1850964380003,
    ]
    for iteration in 0..<7322 {
      let sums = try mixture.sums(rows: deaths, weights: days, under: parameters)
      if iteration < logLikelihoods.count {
        // 1096 days, each off by some 10u of 40 nats at most, of 2 nats.
        #expect(relativeError(sums.logLikelihood, logLikelihoods[iteration]) < 3e-14)
      }
      parameters = try mixture.maximized(sums, from: parameters)
      if iteration == 4 {
        #expect(relativeError(parameters["rates"], [1.3511972872380542, 2.81336182734306]) < 1e-12)
      }
    }
    // As `PoissonMixtureTests`: a step's error, 1e-13, 190 times.
    #expect(relativeError(parameters["rates"], [1.2560951012243404, 2.6634043566324745]) < 4e-11)
    #expect(relativeError(parameters.weights, [0.35988539698493627, 0.6401146030150637]) < 4e-11)
  }

  @Test("A rate of 0 is taken at its word, and one of a column that is missing stays possible")
  func certain() throws {
    let mixture = try PoissonMixture(
      FamilyOptions(regularization: 0), components: 1, columns: 2)
    let start: Parameters = ["weights": [1], "rates": [0, 2]]
    let joint = try mixture.logJoint(rows: [0, 1, 1, 1], under: start)
    #expect(abs(joint[0] - Self.poisson(1, 2)) < 1e-15)
    #expect(joint[1] == -.infinity)
    #expect(mixture.valueCheck != nil)
    for (value, isTaken) in [(0.0, true), (3, true), (-1, false), (0.5, false)] {
      #expect(PoissonMixture.takes(value) == isTaken)
    }
    #expect(ExponentialMixture.takes(0.5) && !ExponentialMixture.takes(-0.5))
  }

  @Test(
    "Draws have the mean and the variance of their distribution", arguments: [0.3, 4, 9.9, 10, 300])
  func draws(rate: Double) throws {
    let count = 20_000
    func moments(_ family: some ColumnFamily) -> (mean: Double, variance: Double) {
      let generator = Philox(seed: 3)
      let draws = (0..<count).map {
        family.draw(rate, RandomRow(generator, purpose: 2, row: $0), column: 0)
      }
      let mean = draws.reduce(0, +) / Double(count)
      return (mean, draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count))
    }
    let options = FamilyOptions()
    // Five standard deviations: of a mean sqrt(variance / n), of a variance sqrt((κ - 1) / n) of itself, with
    // the kurtosis κ, 3 + 1 / rate and 9.
    let poisson = try moments(PoissonMixture(options, components: 1, columns: 1))
    #expect(abs(poisson.mean - rate) < 5 * (rate / Double(count)).squareRoot())
    let spread: Double = (2 + 1 / rate) / Double(count)
    #expect(abs(poisson.variance / rate - 1) < 5 * spread.squareRoot())
    let exponential = try moments(ExponentialMixture(options, components: 1, columns: 1))
    #expect(abs(exponential.mean * rate - 1) < 5 * (1 / Double(count)).squareRoot())
    #expect(abs(exponential.variance * rate * rate - 1) < 5 * (8 / Double(count)).squareRoot())
  }
}
