import Kernels

/// Diagonal covariances λ_k A of one shape, A, and the volume of each component, λ_k (mclust: VEI).
///
/// With the scatter W_k = N_k S_k about the means, and det A = 1, two steps in turn maximize the
/// likelihood, each for the other's result, so that it never falls:
///
///     A = diag(Σ_k W_k / λ_k) / det(...)^(1/D),    λ_k = tr(W_k A^-1) / (D N_k).
///
/// Source: Celeux and Govaert, "Gaussian parsimonious clustering models" (Pattern Recognition 28, 1995).
public struct EqualShapeCovariances: CovarianceModel {
  public let names = ["VEI"]
  public let type = CovarianceType.diag

  public func freeParameterCount(components: Int, columns: Int) -> Int { components + columns - 1 }

  /// Ends when no two volumes change differently by more than 2^-50, or by no less than before: but for a
  /// common factor the map from volumes to volumes is monotone and homogeneous, so that the differences do
  /// not grow but by roundings. Else after 1000 turns: the likelihood has then risen as far as it got.
  ///
  /// Components without rows or any variance, and columns without a variance in any component, have no
  /// part in it; their zeros stay, for the caller to judge.
  public func constrained(_ scatter: Scatter) -> [Double] {
    let (masses, d) = (scatter.masses, scatter.columnCount)
    // Roundings may leave less than nothing.
    let variances = scatter.covariances.map { max($0, 0) }
    var volumes = masses.indices.map { k in
      masses[k] > 0 ? variances[k * d..<(k + 1) * d].reduce(0, +) / Double(d) : 0
    }
    let live = volumes.indices.filter { volumes[$0] > 0 }
    let columns = (0..<d).filter { j in live.contains { variances[$0 * d + j] > 0 } }
    var shape = [Double](repeating: 0, count: d)
    var lastChange = Double.infinity
    for _ in 0..<1000 {
      for j in columns {
        shape[j] = live.reduce(0) { $0 + masses[$1] * (variances[$1 * d + j] / volumes[$1]) }
      }
      // The determinant by logarithms: a product of hundreds of variances is none.
      let logs = columns.reduce(0) { $0 + Portable.log(shape[$1]) }
      let scale = Portable.exp(logs / Double(columns.count))
      for j in columns { shape[j] /= scale }
      var (least, most) = (Double.infinity, 0.0)
      for k in live {
        let sum = columns.reduce(0) { $0 + variances[k * d + $1] / shape[$1] }
        let volume = sum / Double(columns.count)
        let ratio = volume / volumes[k]
        (least, most) = (min(least, ratio), max(most, ratio))
        volumes[k] = volume
      }
      let change = most / least - 1
      if change <= 0x1p-50 || change < 0x1p-30 && change >= lastChange { break }
      lastChange = change
    }
    return variances.indices.map { volumes[$0 / d] * shape[$0 % d] }
  }
}
