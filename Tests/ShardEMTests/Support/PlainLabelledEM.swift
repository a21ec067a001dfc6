import Foundation
import MixtureModels

/// One EM iteration of a Gaussian mixture with labels, in plain loops, each sum in the order of the rows.
///
/// Covariances are full, of complete rows; or diagonal, of rows in which NaN is a missing cell.
struct PlainLabelledEM {
  let rows: [Double]
  let columns: Int
  /// Of each row its class, or -1.
  let labels: [Int]
  let weights: [Double]
  let componentsPerClass: Int
  let isFull: Bool
  let regularization: Double

  /// The objective of `p`, and the parameters that the M-step makes of its responsibilities.
  func step(from p: Parameters) -> (objective: Double, parameters: Parameters) {
    let componentCount = p.weights.count
    var objective = 0.0
    var shares = [[Double]](repeating: [], count: componentCount)
    for n in labels.indices {
      let own = (0..<componentCount).map { k in
        labels[n] < 0 || k / componentsPerClass == labels[n]
          ? log(p.weights[k]) + logDensity(n, k, p) : -.infinity
      }
      let largest = own.max()!
      let sum = own.reduce(0) { $0 + exp($1 - largest) }
      if weights[n] > 0 { objective += weights[n] * (largest + log(sum)) }
      for k in 0..<componentCount { shares[k].append(weights[n] * exp(own[k] - largest) / sum) }
    }
    let components = (0..<componentCount).map { moments(shares[$0], $0, p) }
    let total = components.reduce(0) { $0 + $1.mass }
    return (
      objective,
      Parameters(
        weights: components.map { $0.mass / total }, means: components.flatMap(\.mean),
        covariances: components.flatMap(\.covariance))
    )
  }

  private func value(_ n: Int, _ j: Int) -> Double { rows[n * columns + j] }

  private func logDensity(_ n: Int, _ k: Int, _ p: Parameters) -> Double {
    let difference = (0..<columns).map { value(n, $0) - p.means[k * columns + $0] }
    guard isFull else {
      return (0..<columns).reduce(0) { sum, j in
        if difference[j].isNaN { return sum }
        let variance = p.covariances[k * columns + j]
        return sum - 0.5 * (log(2 * .pi * variance) + difference[j] * difference[j] / variance)
      }
    }
    // Σ = L L', L y = x - μ.
    let size = columns * columns
    var factor = Array(p.covariances[k * size..<(k + 1) * size])
    var (logDeterminant, square): (Double, Double) = (0, 0)
    var y = difference
    for i in 0..<columns {
      for j in 0...i {
        var sum = factor[i * columns + j]
        for l in 0..<j { sum -= factor[i * columns + l] * factor[j * columns + l] }
        factor[i * columns + j] = i == j ? sum.squareRoot() : sum / factor[j * columns + j]
      }
      for l in 0..<i { y[i] -= factor[i * columns + l] * y[l] }
      y[i] /= factor[i * columns + i]
      square += y[i] * y[i]
      logDeterminant += 2 * log(factor[i * columns + i])
    }
    return -0.5 * (Double(columns) * log(2 * .pi) + logDeterminant + square)
  }

  private func moments(
    _ shares: [Double], _ k: Int, _ p: Parameters
  ) -> (mass: Double, mean: [Double], covariance: [Double]) {
    let mass = shares.reduce(0, +)
    // What is to be expected of a cell.
    func expected(_ n: Int, _ j: Int) -> Double {
      value(n, j).isNaN ? p.means[k * columns + j] : value(n, j)
    }
    let mean = (0..<columns).map { j -> Double in
      labels.indices.reduce(0.0) { $0 + shares[$1] * expected($1, j) } / mass
    }
    func product(_ i: Int, _ j: Int) -> Double {
      var sum = 0.0
      for n in labels.indices {
        let own = i == j && value(n, j).isNaN ? p.covariances[k * columns + j] : 0
        let square: Double = (expected(n, i) - mean[i]) * (expected(n, j) - mean[j])
        sum += shares[n] * (square + own)
      }
      return sum / mass + (i == j ? regularization : 0)
    }
    let covariance =
      isFull
      ? (0..<columns * columns).map { product($0 / columns, $0 % columns) }
      : (0..<columns).map { product($0, $0) }
    return (mass, mean, covariance)
  }
}
