import Kernels

/// Covariances λ_k C of one shape and orientation, C, and the volume of each component, λ_k (mclust: VEE).
///
/// With det C = 1, two steps in turn maximize the likelihood, each for the other's result:
///
///     C = Σ_k n_k S_k / λ_k / det(...)^(1/D),    λ_k = tr(S_k C^-1) / D.
///
/// The likelihood is concave in the logarithms of 1 / λ_k, for the best C: there is but one maximum.
///
/// Source: Celeux and Govaert, "Gaussian parsimonious clustering models" (Pattern Recognition 28, 1995).
public struct ProportionalCovariances: CovarianceModel {
  public let names = ["VEE"]
  public let type = CovarianceType.full

  public func freeParameterCount(components: Int, columns: Int) -> Int {
    components - 1 + PackedTriangle.count(columns)
  }

  /// Ends when no two volumes change differently by more than 2^-50, or by no less than before, as VEI.
  ///
  /// Where C is singular the volumes are the mean variances.
  public func constrained(_ scatter: Scatter) -> [Double] {
    let (masses, d) = (scatter.masses, scatter.columnCount)
    let area = d * d
    let triangles = masses.indices.map {
      PackedTriangle.pack(scatter.covariances[$0 * area..<($0 + 1) * area], order: d)
    }
    var volumes = masses.indices.map { k in
      let trace = (0..<d).reduce(0) { $0 + triangles[k][PackedTriangle.row($1) + $1] }
      return masses[k] > 0 ? max(trace, 0) / Double(d) : 0
    }
    let live = volumes.indices.filter { volumes[$0] > 0 }
    if live.isEmpty { return scatter.covariances }
    var common = [Double](repeating: 0, count: PackedTriangle.count(d))
    var lastChange = Double.infinity
    for _ in 0..<1000 {
      common = sum(triangles, weights: live.map { ($0, masses[$0] / volumes[$0]) })
      guard let factor = CholeskyFactor(common[...], order: d) else {
        let mass = live.reduce(0) { $0 + masses[$1] }
        common = common.map { $0 / mass }
        break
      }
      let scale = Portable.exp(factor.logDeterminant / Double(d))
      for i in common.indices { common[i] /= scale }
      let precision = precision(factor, order: d)
      var (least, most) = (Double.infinity, 0.0)
      for k in live {
        // The trace of two symmetric matrices: what is off the diagonal counts twice in `precision`.
        let trace = common.indices.reduce(0) { $0.addingProduct(precision[$1], triangles[k][$1]) }
        let volume = trace * scale / Double(d)
        let ratio = volume / volumes[k]
        (least, most) = (min(least, ratio), max(most, ratio))
        volumes[k] = volume
      }
      let change = most / least - 1
      if change <= 0x1p-50 || change < 0x1p-30 && change >= lastChange { break }
      lastChange = change
    }
    let matrix = PackedTriangle.unpackSymmetric(common[...], order: d)
    return volumes.flatMap { volume in matrix.map { volume * $0 } }
  }

  private func sum(_ triangles: [[Double]], weights: [(k: Int, weight: Double)]) -> [Double] {
    var sum = [Double](repeating: 0, count: triangles[0].count)
    for (k, weight) in weights {
      for i in sum.indices { sum[i].addProduct(weight, triangles[k][i]) }
    }
    return sum
  }

  /// The inverse of the factored matrix, packed, what is off the diagonal doubled: L^-1' L^-1.
  private func precision(_ factor: CholeskyFactor, order d: Int) -> [Double] {
    var precision = PackedTriangle.gram(factor.inverse, order: d)
    for i in 0..<d { precision[PackedTriangle.row(i) + i] /= 2 }
    return precision.map { 2 * $0 }
  }
}
