import Kernels

/// Covariances whose axes are the eigenvectors of each component's scatter, and whose variances along
/// them are those of a model of diagonal covariances (mclust: EEV, VEV and EVV of EEI, VEI and EVI).
///
/// With S_k = D_k Ω_k D_k', the largest eigenvalues first, the most likely covariances of one shape or
/// volume are D_k B_k D_k', the B_k being those of Ω_k. EEV and EVV are closed; VEV iterates as VEI.
///
/// Source: Celeux and Govaert, "Gaussian parsimonious clustering models" (Pattern Recognition 28, 1995).
public struct OwnAxes: CovarianceModel {
  public let names: [String]
  public let type = CovarianceType.full
  private let along: any CovarianceModel

  init(_ name: String, _ along: any CovarianceModel) { (names, self.along) = ([name], along) }

  public func freeParameterCount(components: Int, columns: Int) -> Int {
    along.freeParameterCount(components: components, columns: columns)
      + components * columns * (columns - 1) / 2
  }

  public func constrained(_ scatter: Scatter) throws -> [Double] {
    let (d, covariances) = (scatter.columnCount, scatter.covariances)
    let area = d * d
    let cubes = Double(d * area)
    let parts = WorkSharing.Parts(
      count: scatter.masses.count, operations: 72 * cubes, numberCount: d + area)
    // As `forFactors`: the eigenvectors of small matrices take less time than threads need to begin.
    let work = 72 * cubes * Double(parts.count) >= 0x1p20 ? scatter.work : .none
    let axes = try work.numbers(of: parts) { k in
      let matrix = Array(covariances[k * area..<(k + 1) * area])
      let own = Eigenvectors(of: matrix, order: d)
      // Of a singular matrix, what rounding leaves of a zero is no variance.
      let isSingular = factor(matrix, 0, columns: d) == nil
      let least = isSingular ? CholeskyFactor.smallestPivot(order: d) * own.values[0] : 0
      return own.values.map { $0 > least ? $0 : 0 } + own.vectors
    }
    let variances = try along.constrained(scatter.along(axes.flatMap { $0.prefix(d) }))
    return axes.indices.flatMap { k in
      matrix(axes: axes[k].dropFirst(d), variances: variances[k * d..<(k + 1) * d])
    }
  }
}

/// Σ_j b_j v_j v_j', row-major.
///
/// - Parameter axes: D × D, row j being v_j.
func matrix(axes: ArraySlice<Double>, variances: ArraySlice<Double>) -> [Double] {
  let d = variances.count
  var packed = [Double](repeating: 0, count: PackedTriangle.count(d))
  for j in 0..<d {
    let axis = Array(axes[axes.startIndex + j * d..<axes.startIndex + (j + 1) * d])
    let variance = variances[variances.startIndex + j]
    PackedTriangle.forEachEntry(order: d) { slot, a, b in
      packed[slot].addProduct(variance * axis[a], axis[b])
    }
  }
  return PackedTriangle.unpackSymmetric(packed[...], order: d)
}
