import Kernels

/// Components on a few rows, or on rows that nearly coincide: their likelihood grows without bound as a
/// variance goes to 0, and says nothing of groups in the data.
extension GaussianMixture {
  /// The components with fewer than 2 (D + 1) rows, of variances instead of a matrix 4; and those that are
  /// narrower than a thousandth of the variance of all components together in some direction, while the
  /// regularization is more than a twentieth of the variance in some. None where all share a covariance, or
  /// a prior bounds covariances.
  ///
  /// Narrowness alone would also find groups that are just narrow, the regularization alone columns that
  /// nearly depend on each other.
  public func spikes(in parameters: Parameters, rows: Int) -> [Int] {
    if form.isShared || prior?.spread != nil { return [] }
    let fewest = Double(form.isMatrix ? 2 * (columnCount + 1) : 4)
    let all = form.isMatrix ? covarianceOfAll(parameters) : momentsOfAll(parameters).map(\.variance)
    return parameters.weights.indices.filter { k in
      parameters.weights[k] * Double(rows) < fewest
        || (form.isMatrix ? isNarrow(k, parameters, all) : hasNarrowColumn(k, parameters, all))
    }
  }

  private static var largestShare: Double { 0.05 }
  private static var narrowness: Double { 1e-3 }

  private func hasNarrowColumn(_ k: Int, _ parameters: Parameters, _ all: [Double]) -> Bool {
    let ownColumns = form.varianceCount(columns: columnCount) == columnCount
    return (0..<columnCount).contains { j in
      let variance = parameters.covariances[variance(k, j)]
      return addend(ownColumns ? j : nil) > Self.largestShare * variance
        && variance < Self.narrowness * all[j]
    }
  }

  /// v'Cv < a v'Av for some v: just where C - a A is not positive definite.
  private func isNarrow(_ k: Int, _ parameters: Parameters, _ all: [Double]) -> Bool {
    let d = columnCount
    let own = parameters.covariances[k * d * d..<(k + 1) * d * d]
    func isPositive(less amount: (_ i: Int, _ j: Int) -> Double) -> Bool {
      let packed = (0..<d).flatMap { i in
        (0...i).map { j in own[own.startIndex + i * d + j] - amount(i, j) }
      }
      return CholeskyFactor(packed[...], order: d) != nil
    }
    let addends = addends
    return !isPositive { $0 == $1 ? addends[$0] / Self.largestShare : 0 }
      && !isPositive { Self.narrowness * all[$0 * d + $1] }
  }

  /// D × D: within the components and between their means.
  private func covarianceOfAll(_ parameters: Parameters) -> [Double] {
    let d = columnCount
    let total = parameters.weights.reduce(0, +)
    let means = momentsOfAll(parameters).map(\.mean)
    let (own, covariances) = (parameters.means, parameters.covariances)
    var sum = [Double](repeating: 0, count: d * d)
    for (k, weight) in parameters.weights.enumerated() where weight > 0 {
      let differences = (0..<d).map { own[k * d + $0] - means[$0] }
      for i in 0..<d {
        for j in 0..<d {
          sum[i * d + j] +=
            weight / total
            * (covariances[(k * d + i) * d + j] + differences[i] * differences[j])
        }
      }
    }
    return sum
  }
}
