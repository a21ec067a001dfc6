import Foundation
import Kernels
import MixtureModels

/// The mean-field updates of Bishop, chapter 10, one cell after the other, with the prior that
/// `FamilyCase` gives: weights 3; Beta(2.5, 1.5 + j), Gamma(2.5, 1.5 + j) or Dirichlet(2.5).
struct PlainVariational {
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

  /// - Parameter group: what names of a group in a mixed mixture begin with.
  func posterior(_ parameters: Parameters, group: String = "") -> Posterior {
    let weights = parameters["posterior.weight_concentration"]
    let prefix = group + "posterior."
    switch name {
    case MultinomialMixture.name, CategoricalMixture.name:
      let all = parameters[prefix + "concentration"]
      let size = isTotal ? columns : categories
      return Posterior(
        weights: weights,
        cells: stride(from: 0, to: all.count, by: size).map { Array(all[$0..<$0 + size]) })
    default:
      let names = isBernoulli ? ("alpha", "beta") : ("shape", "rate")
      let second = parameters[prefix + names.1]
      return Posterior(
        weights: weights,
        cells: parameters[prefix + names.0].enumerated().map { [$0.element, second[$0.offset]] })
    }
  }

  /// E log f(x) of cell j.
  private func expected(_ row: ArraySlice<Double>, _ j: Int, _ cell: [Double]) -> Double {
    let x = row[row.startIndex + j]
    if x.isNaN { return 0 }
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
      weight + logDensity(row, posterior, k)
    }
  }

  /// E log f(x) of component k.
  func logDensity(_ row: ArraySlice<Double>, _ posterior: Posterior, _ k: Int) -> Double {
    (0..<cellCount).reduce(0) { $0 + expected(row, $1, posterior.cells[k * cellCount + $1]) }
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
        for (j, x) in row.enumerated() where !x.isNaN {
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

  /// Of all parameters but the weights.
  func cellsDivergence(_ posterior: Posterior) -> Double {
    posterior.cells.enumerated().reduce(0) {
      $0 + divergence($1.element, prior($1.offset % cellCount), isGamma: isGamma)
    }
  }

  private func divergence(_ posterior: Posterior) -> Double {
    let cells = cellsDivergence(posterior)
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
      case PoissonMixture.name: row.reduce(sum) { $1.isNaN ? $0 : $0 - lgamma($1 + 1) }
      case MultinomialMixture.name:
        row.reduce(sum + lgamma(row.reduce(0, +) + 1)) { $0 - lgamma($1 + 1) }
      default: sum
      }
    }
  }
}
