import Kernels

/// Covariances with axes that all components have in common, and the variances along them of a model of
/// diagonal covariances (mclust: EVE and VVE of EVI and VVI).
///
/// With axes d_j, s_kj = d_j' S_k d_j and g_k = Π_j s_kj^(1/D), the log-likelihood of the best variances
/// falls with
///
///     VVE: Σ_k n_k Σ_j ln s_kj,    EVE: Σ_k n_k g_k,
///
/// both concave in s: they are under Σ_k n_k Σ_j w_kj s_kj, with w_kj = 1 / s_kj or g_k / s_kj where the axes
/// are now, but for a constant, and touch it there. In the plane of two axes the smallest such sum is that of
/// an eigenvector of a matrix of two rows (`AxesPlane`), so that no turn lowers the likelihood.
///
/// Source: Flury and Gautschi, "An algorithm for simultaneous orthogonal transformation of several positive
/// definite symmetric matrices to nearly diagonal form" (SIAM J. Sci. Stat. Comput. 7, 1986); Celeux and
/// Govaert, "Gaussian parsimonious clustering models" (Pattern Recognition 28, 1995).
public struct CommonAxes: CovarianceModel {
  public let names: [String]
  public let type = CovarianceType.full
  private let along: any CovarianceModel

  init(_ name: String, _ along: any CovarianceModel) { (names, self.along) = ([name], along) }

  public func freeParameterCount(components: Int, columns: Int) -> Int {
    along.freeParameterCount(components: components, columns: columns)
      + columns * (columns - 1) / 2
  }

  /// Starts from the E-step's axes, or the eigenvectors of all scatter where these are better; the
  /// result is at least as likely as both. Ends when no axis of a sweep turns by more than 2^-30, which
  /// leaves some 2^-60 of the likelihood to gain, or with the sweep that brings the turns, each of one
  /// component, to 2^14, some ms; the next M-step goes on from there.
  public func constrained(_ scatter: Scatter) throws -> [Double] {
    let (masses, d) = (scatter.masses, scatter.columnCount)
    // What has no rows or no variance has no axes.
    let live = masses.indices.filter { k in
      masses[k] > 0 && (0..<d).contains { scatter.covariances[(k * d + $0) * d + $0] > 0 }
    }
    func frame(_ axes: [Double]) -> CommonFrame {
      CommonFrame(scatter, live, axes: axes, sharesVolume: along.sharesVolume)
    }
    var best = frame(Self.axes(of: scatter.covariances, weights: masses, d))
    if let previous = scatter.previous {
      let earlier = frame(Self.axes(of: previous, weights: masses.map { _ in 1 }, d))
      if earlier.cost <= best.cost { best = earlier }
    }
    let planes = max(d * (d - 1) / 2 * live.count, 1)
    for _ in 0..<max((1 << 14) / planes, 4) where best.sweep() <= 0x1p-30 { break }
    let turned = frame(best.axes)
    let variances = try along.constrained(scatter.along(turned.variances))
    return masses.indices.flatMap { k in
      matrix(axes: turned.axes[...], variances: variances[k * d..<(k + 1) * d])
    }
  }

  /// The eigenvectors of Σ_k w_k S_k.
  private static func axes(of covariances: [Double], weights: [Double], _ d: Int) -> [Double] {
    var sum = [Double](repeating: 0, count: d * d)
    for (k, weight) in weights.enumerated() where weight > 0 {
      for i in sum.indices { sum[i].addProduct(weight, covariances[k * d * d + i]) }
    }
    return Eigenvectors(of: sum, order: d).vectors
  }
}
