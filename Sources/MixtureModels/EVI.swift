import Kernels

/// Diagonal covariances λ A_k of one volume, λ, and the shape of each component, A_k (mclust: EVI).
///
/// With det A_k = 1:
///
///     A_k = diag(S_k) / g_k,    g_k = det(diag S_k)^(1/D),    λ = Σ_k n_k g_k / n.
///
/// Source: Celeux and Govaert, "Gaussian parsimonious clustering models" (Pattern Recognition 28, 1995).
public struct EqualVolumeCovariances: CovarianceModel {
  public let names = ["EVI"]
  public let type = CovarianceType.diag
  public let sharesVolume = true

  public func freeParameterCount(components: Int, columns: Int) -> Int {
    1 + components * (columns - 1)
  }

  /// Columns without a variance in any component have no part in volumes. A component that has none
  /// in another column has no volume: its variances stay.
  public func constrained(_ scatter: Scatter) -> [Double] {
    let (masses, d) = (scatter.masses, scatter.columnCount)
    let variances = scatter.covariances
    let components = masses.indices.filter { masses[$0] > 0 }
    let columns = (0..<d).filter { j in components.contains { variances[$0 * d + j] > 0 } }
    let live = components.filter { k in columns.allSatisfy { variances[k * d + $0] > 0 } }
    // The determinant by logarithms: a product of hundreds of variances is none.
    let volumes = live.map { k in
      let logs = columns.reduce(0) { $0 + Portable.log(variances[k * d + $1]) }
      return Portable.exp(logs / Double(columns.count))
    }
    let mass = live.reduce(0) { $0 + masses[$1] }
    let common = zip(live, volumes).reduce(0) { $0 + masses[$1.0] / mass * $1.1 }
    var found = variances
    for (k, volume) in zip(live, volumes) {
      for j in columns { found[k * d + j] *= common / volume }
    }
    return found
  }
}
