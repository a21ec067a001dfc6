import Kernels
import MessagePassing
import MixtureModels
import ModelFiles
import ShardEM
import Testing
import _TestSupport

@Suite("Multinomial mixture")
struct MultinomialMixtureTests {
  private func mixture(
    _ components: Int, _ columns: Int, smoothing: Double = 0
  ) throws -> MultinomialMixture {
    try MultinomialMixture(
      FamilyOptions(regularization: smoothing), components: components, columns: columns)
  }

  private static let rows: [Double] = [3, 0, 7, 1, 2, 0, 0, 0, 0, 12, 40, 1500, 2, 2, 2]
  private static let start: Parameters = [
    "weights": [0.25, 0.75], "probabilities": [0.5, 0.3, 0.2, 0.05, 0.15, 0.8], "mean_total": [1],
  ]

  /// log x! by a sum.
  private func logFactorial(_ x: Double) -> Double {
    (1...max(1, Int(x))).reduce(0.0) { $0 + Portable.log(Double($1)) }
  }

  @Test("One EM step is that of plain loops", arguments: [0, 0.5])
  func plainLoops(smoothing: Double) throws {
    let mixture = try mixture(2, 3, smoothing: smoothing)
    let probabilities = Self.start.probabilities
    var (logLikelihood, masses) = (0.0, [0.0, 0.0])
    var counts = [Double](repeating: 0, count: 6)
    for n in 0..<5 {
      let row = Array(Self.rows[3 * n..<3 * n + 3])
      let coefficient = logFactorial(row.reduce(0, +)) - row.reduce(0) { $0 + logFactorial($1) }
      let joint = (0..<2).map { k in
        (0..<3).reduce(Portable.log(Self.start.weights[k]) + coefficient) {
          $0 + row[$1] * Portable.log(probabilities[3 * k + $1])
        }
      }
      let (responsibilities, logDensity) = PlainLoops.posterior(joint)
      logLikelihood += logDensity
      for k in 0..<2 {
        masses[k] += responsibilities[k]
        for j in 0..<3 { counts[3 * k + j] += responsibilities[k] * row[j] }
      }
    }
    let sums = try mixture.sums(rows: Self.rows, under: Self.start)
    let next = try mixture.maximized(sums, from: Self.start)
    // log 1552! is 10,000 nats, by 1552 additions: 1e-13 of it.
    #expect(relativeError(sums.logLikelihood, logLikelihood) < 2e-12)
    #expect(relativeError(next.weights, masses.map { $0 / 5 }) < 1e-10)
    let expected = (0..<6).map { i in
      let own = counts[i / 3 * 3..<i / 3 * 3 + 3].reduce(0, +)
      return (counts[i] + smoothing) / (own + 3 * smoothing)
    }
    #expect(relativeError(next.probabilities, expected) < 1e-10)
    #expect(relativeError(next["mean_total"][0], Self.rows.reduce(0, +) / 5) < 1e-14)
  }

  /// Counts of rates λ_j are, given their total, multinomial with λ_j / Σ λ; totals are Poisson of
  /// rate Σ λ.
  @Test("Poisson counts, given their total, are multinomial")
  func poisson() throws {
    let total = 12.0
    let poisson = try PoissonMixture(FamilyOptions(regularization: 0), components: 2, columns: 3)
    let rates: Parameters = [
      "weights": Self.start.weights, "rates": Self.start.probabilities.map { total * $0 },
    ]
    let own = try mixture(2, 3).logJoint(rows: Self.rows, under: Self.start)
    let other = try poisson.logJoint(rows: Self.rows, under: rates)
    for n in 0..<5 {
      let sum = Self.rows[3 * n..<3 * n + 3].reduce(0, +)
      let ofTotal = sum * Portable.log(total) - total - logFactorial(sum)
      for k in 0..<2 {
        // Terms of up to 10,000 nats.
        #expect(abs(own[2 * n + k] + ofTotal - other[2 * n + k]) < 1e-9)
      }
    }
  }

  @Test("The penalized log-likelihood never falls with smoothing")
  func penalized() throws {
    let rows = FamilyCase(family: "multinomial", values: [:]).rows(300, columns: 4, seed: 3)
    let data = try DataSet(values: rows, columnCount: 4, world: SoloCommunicator())
    let mixture = try mixture(3, 4, smoothing: 2)
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    var parameters = try engine.fit(
      mixture, from: .random, options: FitOptions(maximumIterations: 1)
    ).parameters
    var objectives: [Double] = []
    for _ in 0..<40 {
      let penalty = parameters.probabilities.reduce(0) { $0 + 2 * Portable.log($1) }
      objectives.append(try engine.score(mixture, under: parameters).logLikelihood + penalty)
      parameters = try engine.fit(
        mixture, from: .parameters(parameters), options: FitOptions(maximumIterations: 1)
      ).parameters
    }
    // 300 rows of some 20 nats, each off by 4u of four times that.
    let rounding: Double = 300 * 20 * 16 * 0x1p-53
    for (before, after) in zip(objectives, objectives.dropFirst()) {
      #expect(after >= before - rounding)
    }
    #expect(objectives.last! > objectives[0] + 1)
  }

  @Test("A probability of 0 is taken at its word, and a row of zeros is possible everywhere")
  func certain() throws {
    let parameters: Parameters = [
      "weights": [0.5, 0.5], "probabilities": [1, 0, 0, 1], "mean_total": [1],
    ]
    let joint = try mixture(2, 2).logJoint(rows: [3, 0, 0, 0, 1, 1], under: parameters)
    let half: Double = Portable.log(0.5)
    let impossible: Double = -.infinity
    #expect(joint == [half, impossible, half, half, impossible, impossible])
    let rows = try mixture(2, 2).sample(rows: 0..<50, under: parameters, seed: 1)
    for n in 0..<50 { #expect(rows[2 * n] + rows[2 * n + 1] == 1) }
  }

  @Test("A component of empty rows has all columns alike, one without rows is refused")
  func empty() throws {
    let next = try mixture(1, 2).maximized(features: [[4, 0, 0]])
    #expect(next.probabilities == [0.5, 0.5] && next["mean_total"] == [1])
    #expect(throws: FitError.collapsed(component: 1, mass: 0, rows: 4, iteration: nil)) {
      try mixture(2, 2).maximized(features: [[4, 1, 1], [0, 0, 0]])
    }
  }

  @Test("Rows that are no counts are refused by row and column", arguments: [-1, 0.5])
  func refused(value: Double) throws {
    let data = try DataSet(values: [1, 2, 3, value], columnCount: 2, world: SoloCommunicator())
    #expect(throws: DataSetError.self) {
      try Engine(data, threads: 1, world: SoloCommunicator()).fit(try mixture(1, 2), from: .kMeans)
    }
  }

  @Test(
    "Files without a total say 1, and those whose probabilities add up to something else are refused"
  )
  func files() throws {
    let text = String(
      decoding: try ModelFile(try mixture(2, 3), Self.start).encoded(), as: UTF8.self)
    let line = try #require(text.split(separator: "\n").first { $0.contains("mean_total") })
    let bare = text.replacing(",\n\(line)", with: "")
    #expect(bare != text)
    #expect(try ModelFile(json: Array(bare.utf8), name: "m.json").parameters == Self.start)
    let wrong = text.replacing("0.8", with: "0.75")
    #expect {
      try ModelFile(json: Array(wrong.utf8), name: "m.json")
    } throws: {
      "\($0)" == "m.json: probabilities[1]: found a sum of 0.95, expected 1"
    }
  }
}
