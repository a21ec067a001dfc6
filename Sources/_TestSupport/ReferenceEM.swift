import Foundation
import MixtureModels

/// One EM step of a Gaussian mixture as the textbook has it: plain loops over whole arrays, no
/// vectors, tiles or blocks, and 64 bits of mantissa where the processor has them.
///
/// Written from the formulas and not from the kernels, which it is there to check. Covariances are
/// computed about the new means, not about the old ones.
///
/// Source: Bishop, "Pattern Recognition and Machine Learning", section 9.2.2; tied, diagonal and
/// spherical covariances and the regularization as scikit-learn defines them.
public struct ReferenceEM {
  #if arch(x86_64)
    typealias Wide = Float80
  #else
    typealias Wide = Double
  #endif

  let rows: [[Wide]]
  let weights: [Wide]
  let covarianceType: CovarianceType
  let regularization: Wide

  /// - Parameters:
  ///   - rows: n × `columnCount` values, row-major.
  ///   - weights: n row weights; nil for 1 each.
  public init(
    rows: [Double], columnCount: Int, weights: [Double]? = nil, covarianceType: CovarianceType,
    regularization: Double = 0
  ) {
    self.rows = stride(from: 0, to: rows.count, by: columnCount).map { start in
      rows[start..<start + columnCount].map { Wide($0) }
    }
    self.weights = weights.map { $0.map { Wide($0) } } ?? self.rows.map { _ in 1 }
    self.covarianceType = covarianceType
    self.regularization = Wide(regularization)
  }

  /// The parameters after one EM iteration, and the log-likelihood before it.
  public func step(
    from parameters: GaussianParameters
  ) -> (parameters: GaussianParameters, logLikelihood: Double) {
    let (responsibilities, logLikelihood) = expectation(Parts(parameters, covarianceType))
    return (maximization(responsibilities), Double(logLikelihood))
  }

  /// Weights, means and square covariance matrices of all components.
  struct Parts {
    var weights: [Wide]
    var means: [[Wide]]
    var covariances: [[[Wide]]]

    init(_ parameters: GaussianParameters, _ type: CovarianceType) {
      weights = parameters.weights.map { Wide($0) }
      let columns = parameters.means.count / weights.count
      let numbers = parameters.covariances.map { Wide($0) }
      means = weights.indices.map { k in
        (0..<columns).map { Wide(parameters.means[k * columns + $0]) }
      }
      covariances = weights.indices.map { k in
        (0..<columns).map { i in
          (0..<columns).map { j in
            switch type {
            case .full: numbers[(k * columns + i) * columns + j]
            case .tied: numbers[i * columns + j]
            case .diag: i == j ? numbers[k * columns + i] : 0
            case .spherical: i == j ? numbers[k] : 0
            }
          }
        }
      }
    }
  }

  /// Responsibilities, rows × components, and the sum of w log p(x).
  func expectation(_ parts: Parts) -> (responsibilities: [[Wide]], logLikelihood: Wide) {
    let factors = parts.covariances.map(choleskyFactor)
    var responsibilities: [[Wide]] = []
    var logLikelihood: Wide = 0
    for (n, row) in rows.enumerated() {
      let logJoint = parts.weights.indices.map { k in
        log(parts.weights[k]) + logDensity(row, mean: parts.means[k], factor: factors[k])
      }
      let largest = logJoint.reduce(-.infinity, max)
      let evidence = largest + log(logJoint.reduce(0) { $0 + exp($1 - largest) })
      responsibilities.append(logJoint.map { exp($0 - evidence) })
      logLikelihood += weights[n] * evidence
    }
    return (responsibilities, logLikelihood)
  }

  func maximization(_ responsibilities: [[Wide]]) -> GaussianParameters {
    let components = responsibilities[0].indices
    let columns = rows[0].indices
    let total = weights.reduce(0, +)
    var masses: [Wide] = []
    var means: [[Wide]] = []
    var scatters: [[[Wide]]] = []
    for k in components {
      let shares = rows.indices.map { weights[$0] * responsibilities[$0][k] }
      let mass = shares.reduce(0, +)
      let mean = columns.map { j in
        rows.indices.reduce(0) { $0 + shares[$1] * rows[$1][j] } / mass
      }
      scatters.append(
        columns.map { i in
          columns.map { j in
            rows.indices.reduce(0) {
              $0 + shares[$1] * (rows[$1][i] - mean[i]) * (rows[$1][j] - mean[j])
            }
          }
        })
      masses.append(mass)
      means.append(mean)
    }
    return GaussianParameters(
      weights: masses.map { Double($0 / total) }, means: means.flatMap { $0.map { Double($0) } },
      covariances: covariances(scatters, masses, total: total).map { Double($0) })
  }

  private func covariances(_ scatters: [[[Wide]]], _ masses: [Wide], total: Wide) -> [Wide] {
    let columns = rows[0].indices
    func ridge(_ i: Int, _ j: Int) -> Wide { i == j ? regularization : 0 }
    switch covarianceType {
    case .full:
      return masses.indices.flatMap { k in
        columns.flatMap { i in columns.map { scatters[k][i][$0] / masses[k] + ridge(i, $0) } }
      }
    case .tied:
      return columns.flatMap { i in
        columns.map { j in scatters.reduce(0) { $0 + $1[i][j] } / total + ridge(i, j) }
      }
    case .diag:
      return masses.indices.flatMap { k in
        columns.map { scatters[k][$0][$0] / masses[k] + regularization }
      }
    case .spherical:
      return masses.indices.map { k in
        columns.reduce(0) { $0 + scatters[k][$1][$1] } / masses[k] / Wide(columns.count)
          + regularization
      }
    }
  }

  /// log N(x | mean, L L').
  private func logDensity(_ row: [Wide], mean: [Wide], factor: [[Wide]]) -> Wide {
    var whitened: [Wide] = []
    var result = Wide(row.count) * log(2 * Wide.pi)
    for i in row.indices {
      var value = row[i] - mean[i]
      for j in 0..<i { value -= factor[i][j] * whitened[j] }
      whitened.append(value / factor[i][i])
      result += whitened[i] * whitened[i] + 2 * log(factor[i][i])
    }
    return -result / 2
  }

  /// L with L L' = `matrix`, which must be positive definite.
  private func choleskyFactor(_ matrix: [[Wide]]) -> [[Wide]] {
    var factor = matrix.map { $0.map { _ in Wide(0) } }
    for j in matrix.indices {
      for i in j..<matrix.count {
        var value = matrix[i][j]
        for p in 0..<j { value -= factor[i][p] * factor[j][p] }
        factor[i][j] = i == j ? value.squareRoot() : value / factor[j][j]
      }
    }
    return factor
  }
}
