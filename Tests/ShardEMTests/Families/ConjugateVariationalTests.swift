import Foundation
import Kernels
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// Against textbook formulas in plain loops, and where these have a closed form.
@Suite("Variational mixtures of conjugate families")
struct ConjugateVariationalTests {
  static let names = [
    BernoulliMixture.name, PoissonMixture.name, ExponentialMixture.name, MultinomialMixture.name,
    CategoricalMixture.name,
  ]
  private let columns = 3
  private let count = 200

  private func rows(_ name: String) -> [Double] {
    FamilyCase(family: name, values: [:]).rows(count, columns: columns, seed: 6)
  }

  /// - Parameter weights: as `--weight-concentration-type` has it.
  private func fit(
    _ name: String, _ weights: String, components: Int, iterations: Int
  ) throws -> Fit {
    let data = try DataSet(values: rows(name), columnCount: columns, world: SoloCommunicator())
    let family = FamilyCase(
      family: name, values: ["estimate": "vb", "weight-concentration-type": weights])
    func run(_ mixture: some Family) throws -> Fit {
      try Engine(data, threads: 2, world: SoloCommunicator()).fit(
        mixture, from: .random,
        options: FitOptions(
          maximumIterations: iterations, convergence: .parameters(0), acceleration: .none,
          order: .none))
    }
    return try run(family.mixture(components: components, columns: columns, ranges: data.ranges))
  }

  @Test(
    "The bound and an iteration are those of plain loops", arguments: names,
    ["dirichlet", "dirichlet-process"])
  func plain(name: String, weights: String) throws {
    let before = try fit(name, weights, components: 3, iterations: 4)
    let after = try fit(name, weights, components: 3, iterations: 5)
    let twin = PlainVariational(name: name, columns: columns, isProcess: weights != "dirichlet")
    let own = twin.posterior(before.parameters)
    let r = twin.responsibilities(rows(name), own)
    // Terms of at most 1e3 nats, a thousand of them, each rounded a few times: they are some 1e-13 of the bound
    // at most.
    let bound = twin.bound(rows(name), r, own)
    #expect(abs(before.objective - bound) < 1e-11 * abs(bound))
    let next = twin.updated(rows(name), r)
    let found = twin.posterior(after.parameters)
    for (one, other) in zip(next.weights + next.cells.joined(), found.weights + found.cells.joined()) {
      // Responsibilities are off by as many u as log densities of up to 100 nats, 200 rows of them.
      #expect(abs(one - other) <= 1e-11 * max(abs(other), 1))
    }
  }

  @Test("Of one component the bound is the evidence itself", arguments: names)
  func evidence(name: String) throws {
    let fit = try fit(name, "dirichlet", components: 1, iterations: 3)
    let twin = PlainVariational(name: name, columns: columns, isProcess: false)
    let evidence = twin.logEvidence(rows(name))
    #expect(abs(fit.objective - evidence) < 1e-11 * abs(evidence))
  }

  @Test("Components that the data need not are named", arguments: names)
  func negligible(name: String) throws {
    let rows = rows(name)
    let data = try DataSet(values: rows, columnCount: columns, world: SoloCommunicator())
    let type = try #require(Families.standard[name])
    let mixture = try Families.standard.mixture(
      type,
      FamilyOptions(
        ranges: data.ranges,
        prior: PriorNumbers([.init("weight_concentration", shape: [], [1e-3])]),
        categories: name == CategoricalMixture.name
          ? Array(repeating: ["a", "b", "c", "d"], count: columns) : [],
        values: ["estimate": "vb"]),
      components: 12, columns: columns)
    func run(_ mixture: some Family) throws -> [FitConcern] {
      let fit = try Engine(data, threads: 2, world: SoloCommunicator()).fit(
        mixture, from: .random, options: FitOptions(maximumIterations: 2000))
      return mixture.concerns(about: fit.parameters, rows: count)
    }
    let concerns = try run(mixture)
    #expect(!concerns.isEmpty && concerns.count < 12)
    for concern in concerns {
      guard case .negligible = concern else {
        Issue.record("\(concern)")
        continue
      }
    }
  }
}

/// The mean-field updates of Bishop, chapter 10, one cell after the other, with the prior that
/// `FamilyCase` gives: weights 3; Beta(2.5, 1.5 + j), Gamma(2.5, 1.5 + j) or Dirichlet(2.5).
private struct PlainVariational {
  let name: String
  let columns: Int
  let isProcess: Bool
  private let categories = 4
  private let gamma = 3.0

  /// The weights' numbers, and for each component and column (of multinomials component) a list.
  struct Posterior {
    var weights: [Double]
    var cells: [[Double]]
  }

  private var isTotal: Bool { name == MultinomialMixture.name }
  private var cellCount: Int { isTotal ? 1 : columns }
  private var isBernoulli: Bool { name == BernoulliMixture.name }

  private func prior(_ j: Int) -> [Double] {
    switch name {
    case MultinomialMixture.name: Array(repeating: 2.5, count: columns)
    case CategoricalMixture.name: Array(repeating: 2.5, count: categories)
    default: [2.5, 1.5 + Double(j)]
    }
  }

  func posterior(_ parameters: Parameters) -> Posterior {
    let weights = parameters["posterior.weight_concentration"]
    switch name {
    case MultinomialMixture.name, CategoricalMixture.name:
      let all = parameters["posterior.concentration"]
      let size = isTotal ? columns : categories
      return Posterior(
        weights: weights,
        cells: stride(from: 0, to: all.count, by: size).map { Array(all[$0..<$0 + size]) })
    default:
      let names = isBernoulli ? ("alpha", "beta") : ("shape", "rate")
      let second = parameters["posterior." + names.1]
      return Posterior(
        weights: weights,
        cells: parameters["posterior." + names.0].enumerated().map { [$0.element, second[$0.offset]] })
    }
  }

  /// E log f(x) of cell j.
  private func expected(_ row: ArraySlice<Double>, _ j: Int, _ cell: [Double]) -> Double {
    let x = row[row.startIndex + j]
    let all = Portable.digamma(cell.reduce(0, +))
    switch name {
    case BernoulliMixture.name:
      return x == 1 ? Portable.digamma(cell[0]) - all : Portable.digamma(cell[1]) - all
    case PoissonMixture.name:
      return x * (Portable.digamma(cell[0]) - log(cell[1])) - cell[0] / cell[1] - lgamma(x + 1)
    case ExponentialMixture.name:
      return Portable.digamma(cell[0]) - log(cell[1]) - x * cell[0] / cell[1]
    case MultinomialMixture.name:
      return row.enumerated().reduce(lgamma(row.reduce(0, +) + 1)) {
        $0 + $1.element * (Portable.digamma(cell[$1.offset]) - all) - lgamma($1.element + 1)
      }
    default: return Portable.digamma(cell[Int(x)]) - all
    }
  }

  private func expectedLogWeights(_ numbers: [Double]) -> [Double] {
    guard isProcess else {
      return numbers.map { Portable.digamma($0) - Portable.digamma(numbers.reduce(0, +)) }
    }
    let count = numbers.count / 2
    return (0..<count).map { k in
      let own = Portable.digamma(numbers[k]) - Portable.digamma(numbers[k] + numbers[count + k])
      return (0..<k).reduce(own) {
        $0 + Portable.digamma(numbers[count + $1])
          - Portable.digamma(numbers[$1] + numbers[count + $1])
      }
    }
  }

  private func slices(_ rows: [Double]) -> [ArraySlice<Double>] {
    stride(from: 0, to: rows.count, by: columns).map { rows[$0..<$0 + columns] }
  }

  private func logJoint(_ row: ArraySlice<Double>, _ posterior: Posterior) -> [Double] {
    expectedLogWeights(posterior.weights).enumerated().map { k, weight in
      (0..<cellCount).reduce(weight) {
        $0 + expected(row, $1, posterior.cells[k * cellCount + $1])
      }
    }
  }

  func responsibilities(_ rows: [Double], _ posterior: Posterior) -> [[Double]] {
    slices(rows).map { row in
      let joint = logJoint(row, posterior)
      let largest = joint.max()!
      let total = joint.reduce(0) { $0 + exp($1 - largest) }
      return joint.map { exp($0 - largest) / total }
    }
  }

  func updated(_ rows: [Double], _ r: [[Double]]) -> Posterior {
    let count = r[0].count
    let masses = (0..<count).map { k in r.reduce(0) { $0 + $1[k] } }
    var cells = (0..<count).flatMap { _ in (0..<cellCount).map { prior($0) } }
    for (row, r) in zip(slices(rows), r) {
      for k in 0..<count {
        for (j, x) in row.enumerated() {
          let cell = isTotal ? k : k * cellCount + j
          switch name {
          case BernoulliMixture.name: cells[cell][x == 1 ? 0 : 1] += r[k]
          case PoissonMixture.name:
            cells[cell][0] += r[k] * x
            cells[cell][1] += r[k]
          case ExponentialMixture.name:
            cells[cell][0] += r[k]
            cells[cell][1] += r[k] * x
          case MultinomialMixture.name: cells[cell][j] += r[k] * x
          default: cells[cell][Int(x)] += r[k]
          }
        }
      }
    }
    guard isProcess else { return Posterior(weights: masses.map { gamma + $0 }, cells: cells) }
    let rests = (0..<count).map { k in masses.dropFirst(k + 1).reduce(gamma, +) }
    return Posterior(weights: masses.map { 1 + $0 } + rests, cells: cells)
  }

  /// E log q - E log p of Dirichlet (Beta) or Gamma distributions: minus their entropy and cross-entropy.
  private func divergence(_ own: [Double], _ prior: [Double], isGamma: Bool) -> Double {
    func expectedLogDensity(_ numbers: [Double]) -> Double {
      if isGamma {
        let (mean, meanLog) = (own[0] / own[1], Portable.digamma(own[0]) - log(own[1]))
        return numbers[0] * log(numbers[1]) - lgamma(numbers[0]) + (numbers[0] - 1) * meanLog
          - numbers[1] * mean
      }
      let whole = Portable.digamma(own.reduce(0, +))
      return zip(numbers, own).reduce(lgamma(numbers.reduce(0, +))) {
        $0 - lgamma($1.0) + ($1.0 - 1) * (Portable.digamma($1.1) - whole)
      }
    }
    return expectedLogDensity(own) - expectedLogDensity(prior)
  }

  private var isGamma: Bool { [PoissonMixture.name, ExponentialMixture.name].contains(name) }

  private func divergence(_ posterior: Posterior) -> Double {
    let cells = posterior.cells.enumerated().reduce(0) {
      $0 + divergence($1.element, prior($1.offset % cellCount), isGamma: isGamma)
    }
    let weights = posterior.weights
    guard isProcess else {
      return cells + divergence(weights, weights.map { _ in gamma }, isGamma: false)
    }
    let count = weights.count / 2
    return (0..<count).reduce(cells) {
      $0 + divergence([weights[$1], weights[count + $1]], [1, gamma], isGamma: false)
    }
  }

  /// Σ r (log ρ - log r) - KL.
  func bound(_ rows: [Double], _ r: [[Double]], _ posterior: Posterior) -> Double {
    zip(slices(rows), r).reduce(-divergence(posterior)) { sum, row in
      zip(logJoint(row.0, posterior), row.1).reduce(sum) {
        $1.1 > 0 ? $0 + $1.1 * ($1.0 - log($1.1)) : $0
      }
    }
  }

  /// log p(rows) of one component: the ratio of the normalizing integrals of posterior and prior.
  func logEvidence(_ rows: [Double]) -> Double {
    let all = updated(rows, slices(rows).map { _ in [1] }).cells
    func logIntegral(_ numbers: [Double]) -> Double {
      isGamma
        ? lgamma(numbers[0]) - numbers[0] * log(numbers[1])
        : numbers.reduce(-lgamma(numbers.reduce(0, +))) { $0 + lgamma($1) }
    }
    let cells = (0..<cellCount).reduce(0) { $0 + logIntegral(all[$1]) - logIntegral(prior($1)) }
    return slices(rows).reduce(cells) { sum, row in
      switch name {
      case PoissonMixture.name: row.reduce(sum) { $0 - lgamma($1 + 1) }
      case MultinomialMixture.name:
        row.reduce(sum + lgamma(row.reduce(0, +) + 1)) { $0 - lgamma($1 + 1) }
      default: sum
      }
    }
  }
}
