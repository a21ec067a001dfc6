import Foundation
import Kernels
import MixtureModels

/// One row, component and cell after the other: Bishop's section 10.2, and of each row the distribution of
/// its missing cells with its entropy.
struct PlainGaussianPosterior {
  static let columns = 3
  typealias Matrix = [[Double]]
  private let d = PlainGaussianPosterior.columns
  private let type: CovarianceType

  // The prior.
  static let gamma = 0.75
  static let kappa = 0.375
  static let nu = 4.5
  static let mean = [0.5, -1, 2]
  /// Of variances one for each column, or the first for all.
  static let scale: Matrix = [[2, 0.5, 0.25], [0.5, 3, -0.5], [0.25, -0.5, 2.5]]
  private var gamma: Double { Self.gamma }
  private var kappa: Double { Self.kappa }
  private var nu: Double { Self.nu }
  private var mean: [Double] { Self.mean }
  private var scale: Matrix { Self.scale }

  init(_ type: CovarianceType) { self.type = type }

  private var isMatrix: Bool { type == .full || type == .tied }

  /// As `--prior` has it.
  var given: PriorNumbers {
    let covariance: PriorNumbers.Entry =
      switch type {
      case .full, .tied: .init("covariance", shape: [3, 3], Array(scale.joined()))
      case .diag: .init("covariance", shape: [3], [2, 3, 2.5])
      case .spherical: .init("covariance", shape: [], [2])
      }
    return PriorNumbers([
      .init("weight_concentration", shape: [], [gamma]), .init("mean", shape: [3], mean),
      .init("mean_precision", shape: [], [kappa]), .init("degrees_of_freedom", shape: [], [nu]),
      covariance,
    ])
  }

  /// Of each component: whatever the covariances are, a matrix.
  struct Posterior {
    var concentration: [Double]
    var precisions: [Double]
    var freedoms: [Double]
    var means: [[Double]]
    var covariances: [Matrix]

    var parameters: Parameters {
      let total = concentration.reduce(0, +)
      return Parameters(
        weights: concentration.map { $0 / total }, means: Array(means.joined()),
        covariances: covariances.flatMap { $0.flatMap { $0 } })
    }
  }

  /// - Parameter group: what names of a group in a mixed mixture begin with.
  func posterior(_ parameters: Parameters, group: String = "") -> Posterior {
    let concentration = parameters["posterior.weight_concentration"]
    let count = concentration.count
    let freedoms = parameters[group + "posterior.degrees_of_freedom"]
    let (means, numbers) = (parameters[group + "means"], parameters[group + "covariances"])
    return Posterior(
      concentration: concentration, precisions: parameters[group + "posterior.mean_precision"],
      freedoms: (0..<count).map { freedoms[type == .tied ? 0 : $0] },
      means: (0..<count).map { Array(means[$0 * d..<($0 + 1) * d]) },
      covariances: (0..<count).map { k in
        matrix { i, j in
          switch type {
          case .full: numbers[(k * d + i) * d + j]
          case .tied: numbers[i * d + j]
          case .diag: i == j ? numbers[k * d + i] : 0
          case .spherical: i == j ? numbers[k] : 0
          }
        }
      })
  }

  private func matrix(_ entry: (Int, Int) -> Double) -> Matrix {
    (0..<d).map { i in (0..<d).map { entry(i, $0) } }
  }

  /// By Gauss and Jordan, of a positive definite matrix of any order.
  private func inverted(_ matrix: Matrix) -> (inverse: Matrix, logDeterminant: Double) {
    let n = matrix.count
    var (a, inverse, logarithm) = (matrix, matrix, 0.0)
    for i in 0..<n { for j in 0..<n { inverse[i][j] = i == j ? 1 : 0 } }
    for p in 0..<n {
      let pivot = a[p][p]
      logarithm += log(pivot)
      for j in 0..<n { (a[p][j], inverse[p][j]) = (a[p][j] / pivot, inverse[p][j] / pivot) }
      for i in 0..<n where i != p {
        let factor = a[i][p]
        for j in 0..<n {
          a[i][j] -= factor * a[p][j]
          inverse[i][j] -= factor * inverse[p][j]
        }
      }
    }
    return (inverse, logarithm)
  }

  private func quadratic(_ z: [Double], _ matrix: Matrix) -> Double {
    (0..<d).reduce(0.0) { sum, i in
      (0..<d).reduce(sum) { $0 + z[i] * matrix[i][$1] * z[$1] }
    }
  }

  /// E log |Λ|.
  private func expectedLogDeterminant(_ posterior: Posterior, _ k: Int) -> Double {
    let (covariance, nu) = (posterior.covariances[k], posterior.freedoms[k])
    if isMatrix {
      let scale = matrix { nu * covariance[$0][$1] }
      return (0..<d).reduce(Double(d) * log(2) - inverted(scale).logDeterminant) {
        $0 + Portable.digamma((nu - Double($1)) / 2)
      }
    }
    return (0..<d).reduce(0) { $0 + Portable.digamma(nu / 2) - log(nu * covariance[$1][$1] / 2) }
  }

  struct Completed {
    /// E log f(x), and the entropy of the missing cells.
    let value: Double
    let row: [Double]
    let covariance: Matrix
  }

  func complete(_ row: [Double], _ posterior: Posterior, _ k: Int) -> Completed {
    let mean = posterior.means[k]
    let precision = inverted(posterior.covariances[k]).inverse
    let missing = (0..<d).filter { row[$0].isNaN }
    let observed = (0..<d).filter { !row[$0].isNaN }
    let (inverse, logDeterminant) = inverted(missing.map { i in missing.map { precision[i][$0] } })
    var z = (0..<d).map { row[$0].isNaN ? 0 : row[$0] - mean[$0] }
    var covariance = matrix { _, _ in 0 }
    for (p, i) in missing.enumerated() {
      for (q, j) in missing.enumerated() {
        covariance[i][j] = inverse[p][q]
        for o in observed { z[i] -= inverse[p][q] * precision[j][o] * z[o] }
      }
    }
    let trace = (0..<d).reduce(0.0) { sum, i in
      (0..<d).reduce(sum) { $0 + precision[i][$1] * covariance[i][$1] }
    }
    let logDensity =
      expectedLogDeterminant(posterior, k) - Double(d) * log(2 * .pi)
      - Double(d) / posterior.precisions[k] - quadratic(z, precision) - trace
    let entropy = Double(missing.count) * (1 + log(2 * .pi)) - logDeterminant
    return Completed(
      value: (logDensity + entropy) / 2, row: (0..<d).map { mean[$0] + z[$0] },
      covariance: covariance)
  }

  /// A row's shares of components, times its weight, and what it is in each.
  typealias Row = (shares: [Double], completed: [Completed])

  /// The bound of the posterior with the responsibilities and missing cells that follow from it, and the
  /// posterior that follows from these.
  func step(
    _ values: [Double], _ weights: [Double], _ posterior: Posterior
  ) -> (bound: Double, next: Posterior) {
    let count = posterior.concentration.count
    let logWeights = Self.expectedLogWeights(posterior.concentration)
    var bound = -Self.divergence(posterior.concentration) - divergence(posterior)
    let rows = weights.enumerated().map { n, weight -> Row in
      let row = Array(values[n * d..<(n + 1) * d])
      let completed = (0..<count).map { complete(row, posterior, $0) }
      let own = Self.normalized(zip(logWeights, completed).map { $0 + $1.value })
      bound += weight * own.bound
      return (own.shares.map { weight * $0 }, completed)
    }
    return (bound, updated(rows, posterior))
  }

  /// Responsibilities, and what a row adds to the bound with these: Σ r (log ρ - log r).
  static func normalized(_ logJoint: [Double]) -> (shares: [Double], bound: Double) {
    let largest = logJoint.max() ?? 0
    let total = logJoint.reduce(0) { $0 + exp($1 - largest) }
    let shares = logJoint.map { exp($0 - largest) / total }
    return (
      shares, zip(logJoint, shares).reduce(0) { $1.1 > 0 ? $0 + $1.1 * ($1.0 - log($1.1)) : $0 }
    )
  }

  /// E log π of Dirichlet weights.
  static func expectedLogWeights(_ concentration: [Double]) -> [Double] {
    let whole = Portable.digamma(concentration.reduce(0, +))
    return concentration.map { Portable.digamma($0) - whole }
  }

  /// E log q - E log p of the weights.
  static func divergence(_ concentration: [Double]) -> Double {
    let logs = expectedLogWeights(concentration)
    func logDensity(_ numbers: [Double]) -> Double {
      zip(numbers, logs).reduce(lgamma(numbers.reduce(0, +))) {
        $0 - lgamma($1.0) + ($1.0 - 1) * $1.1
      }
    }
    return logDensity(concentration) - logDensity(concentration.map { _ in gamma })
  }

  /// The posterior that follows from the rows.
  func updated(_ rows: [Row], _ posterior: Posterior) -> Posterior {
    let count = posterior.concentration.count
    let masses = (0..<count).map { k in rows.reduce(0) { $0 + $1.shares[k] } }
    var next = posterior
    next.concentration = masses.map { gamma + $0 }
    next.precisions = masses.map { kappa + $0 }
    var scatters: [Matrix] = []
    for k in 0..<count {
      var sum = mean.map { kappa * $0 }
      for row in rows { for i in 0..<d { sum[i] += row.shares[k] * row.completed[k].row[i] } }
      let center = sum.map { $0 / next.precisions[k] }
      next.means[k] = center
      var scatter = matrix { kappa * (center[$0] - mean[$0]) * (center[$1] - mean[$1]) }
      for row in rows {
        let own = row.completed[k]
        for i in 0..<d {
          for j in 0..<d {
            let product = (own.row[i] - center[i]) * (own.row[j] - center[j])
            scatter[i][j] += row.shares[k] * (product + own.covariance[i][j])
          }
        }
      }
      scatters.append(scatter)
    }
    for k in 0..<count { spread(&next, k, scatters, masses) }
    return next
  }

  /// Overwrites the degrees of freedom and the covariance of a component.
  private func spread(
    _ next: inout Posterior, _ k: Int, _ scatters: [Matrix], _ masses: [Double]
  ) {
    let own = scatters[k]
    let mass =
      switch type {
      case .full, .diag: masses[k]
      case .tied: masses.reduce(0, +)
      case .spherical: Double(d) * masses[k]
      }
    let freedom = nu + mass
    next.freedoms[k] = freedom
    switch type {
    case .full: next.covariances[k] = matrix { (scale[$0][$1] + own[$0][$1]) / freedom }
    case .tied:
      next.covariances[k] = matrix { i, j in
        scatters.reduce(scale[i][j]) { $0 + $1[i][j] } / freedom
      }
    case .diag:
      next.covariances[k] = matrix { $0 == $1 ? (scale[$0][$0] + own[$0][$0]) / freedom : 0 }
    case .spherical:
      let squares = (0..<d).reduce(scale[0][0]) { $0 + own[$1][$1] }
      next.covariances[k] = matrix { $0 == $1 ? squares / freedom : 0 }
    }
  }

  /// E log q - E log p of all parameters but the weights.
  func divergence(_ posterior: Posterior) -> Double {
    var sum = 0.0
    for k in posterior.means.indices {
      let precision = inverted(posterior.covariances[k]).inverse
      let logDeterminant = expectedLogDeterminant(posterior, k)
      let own = posterior.precisions[k]
      let apart = zip(posterior.means[k], mean).map { $0 - $1 }
      let q = Double(d) * (log(own / (2 * .pi)) - 1) + logDeterminant
      let p =
        Double(d) * (log(kappa / (2 * .pi)) - kappa / own) + logDeterminant
        - kappa * quadratic(apart, precision)
      sum += (q - p) / 2
      if type == .tied && k > 0 { continue }
      sum +=
        isMatrix
        ? ofMatrix(posterior, k, precision, logDeterminant) : ofVariances(posterior, k)
    }
    return sum
  }

  private func ofMatrix(
    _ posterior: Posterior, _ k: Int, _ precision: Matrix, _ logDeterminant: Double
  ) -> Double {
    let own = posterior.freedoms[k]
    func logDensity(_ scale: Matrix, _ nu: Double) -> Double {
      var trace = 0.0
      for i in 0..<d { for j in 0..<d { trace += scale[i][j] * precision[i][j] } }
      let constant =
        nu / 2 * (inverted(scale).logDeterminant - Double(d) * log(2))
        - Double(d * (d - 1)) / 4 * log(.pi)
      let gammas = (0..<d).reduce(0.0) { $0 + lgamma((nu - Double($1)) / 2) }
      return constant - gammas + (nu - Double(d) - 1) / 2 * logDeterminant - trace / 2
    }
    let covariance = posterior.covariances[k]
    return logDensity(matrix { own * covariance[$0][$1] }, own) - logDensity(scale, nu)
  }

  private func ofVariances(_ posterior: Posterior, _ k: Int) -> Double {
    let a = posterior.freedoms[k] / 2
    return (0..<(type == .diag ? d : 1)).reduce(0.0) { sum, j in
      let b = a * posterior.covariances[k][j][j]
      let logarithm = Portable.digamma(a) - log(b)
      func logDensity(_ shape: Double, _ rate: Double) -> Double {
        shape * log(rate) - lgamma(shape) + (shape - 1) * logarithm - rate * a / b
      }
      return sum + logDensity(a, b) - logDensity(nu / 2, scale[j][j] / 2)
    }
  }
}
