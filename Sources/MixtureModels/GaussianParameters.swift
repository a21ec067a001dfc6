/// How the components' covariances are tied together, as scikit-learn names them.
public enum CovarianceType: String, Sendable, CaseIterable {
  /// Each component has its own covariance matrix (mclust: VVV).
  case full
  /// One covariance matrix is shared by all components (mclust: EEE).
  case tied
  /// Each component has its own variance per column (mclust: VVI).
  case diag
  /// Each component has one variance (mclust: VII).
  case spherical

  /// The shape of `GaussianParameters.covariances` for K components of D columns.
  public func shape(components: Int, columns: Int) -> [Int] {
    switch self {
    case .full: [components, columns, columns]
    case .tied: [columns, columns]
    case .diag: [components, columns]
    case .spherical: [components]
    }
  }
}

/// Weights, means and covariances of a Gaussian mixture, in scikit-learn's shapes.
public struct GaussianParameters: Sendable, Equatable {
  /// K weights, non-negative, summing to 1.
  public var weights: [Double]
  /// K × D means, row-major, in data units.
  public var means: [Double]
  /// Covariances in squared data units, row-major, of shape `covarianceType.shape`.
  public var covariances: [Double]

  public init(weights: [Double], means: [Double], covariances: [Double]) {
    self.weights = weights
    self.means = means
    self.covariances = covariances
  }
}
