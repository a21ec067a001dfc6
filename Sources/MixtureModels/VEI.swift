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

  /// Ends when no volume changes by more than 2^-50 of itself, which is the roundings of D + K additions
  /// for any of them, or after 1000 turns: the likelihood has then risen as far as it got.
  ///
  /// Rows without any variance in a column leave A without one there; the zeros stay, for the caller to
  /// judge.
  public func constrained(_ covariances: [Double], masses: [Double], columns d: Int) -> [Double] {
    let live = masses.indices.filter { masses[$0] > 0 }
    var volumes = masses.indices.map { k in
      masses[k] > 0 ? covariances[k * d..<(k + 1) * d].reduce(0, +) / Double(d) : 0
    }
    var shape = [Double](repeating: 1, count: d)
    for _ in 0..<1000 where live.allSatisfy({ volumes[$0] > 0 }) {
      for j in 0..<d {
        shape[j] = live.reduce(0) { $0 + masses[$1] * (covariances[$1 * d + j] / volumes[$1]) }
      }
      // The determinant by logarithms: a product of hundreds of variances is none.
      let scale = Portable.exp(shape.reduce(0) { $0 + Portable.log($1) } / Double(d))
      guard scale > 0 else { return covariances }
      for j in 0..<d { shape[j] /= scale }
      var change = 0.0
      for k in live {
        let volume = (0..<d).reduce(0) { $0 + covariances[k * d + $1] / shape[$1] } / Double(d)
        change = max(change, abs(volume - volumes[k]) / volume)
        volumes[k] = volume
      }
      if change <= 0x1p-50 { break }
    }
    return covariances.indices.map { volumes[$0 / d] * shape[$0 % d] }
  }
}
