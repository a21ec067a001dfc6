import Kernels

/// What the E-step needs of a component's covariance, or of the one that they share.
struct CovarianceFactor: Sendable {
  let logDeterminant: Double
  /// L^-1 in panels, or the precisions, as the kernels read them.
  let numbers: ArraySlice<Double>
  /// Full: log weight - (d log 2 pi + log |covariance|) / 2 of the first d columns' marginal
  /// distribution.
  var leadingLogScale = 0.0
  /// Tied: L^-1, packed by rows.
  var inverse: [Double]?
}

extension GaussianMixture {
  /// The factor of each component, or the one of all if they share their covariance.
  ///
  /// Of full covariances, threads share this work, and ranks: K D³ operations do not become fewer
  /// with the rows of a rank.
  /// - Throws: `FitError.singular` of the first covariance that has none.
  func factors(
    of parameters: Parameters, sharing work: WorkSharing
  ) throws -> [CovarianceFactor] {
    switch covarianceType {
    case .full:
      // A factor and its inverse.
      let parts = WorkSharing.Parts(
        count: componentCount, operations: 2 * factorOperations,
        numberCount: CovarianceFactor.recordCount(columnCount: columnCount))
      return try worthSharing(work).numbers(of: parts) { k in
        try fullFactor(parameters, component: k).record
      }.map { CovarianceFactor(record: $0) }
    case .tied: return [try triangularFactor(parameters, component: 0)]
    case .diag, .spherical: return (0..<componentCount).map { diagonalFactor(parameters, $0) }
    }
  }

  private func fullFactor(
    _ parameters: Parameters, component k: Int
  ) throws -> CovarianceFactor {
    var factor = try triangularFactor(parameters, component: k)
    // L^-1 of the marginal distribution is the leading part of the whole one.
    let leading = 0..<ScreenedLogDensities.leadingColumns(of: columnCount)
    factor.leadingLogScale = leading.reduce(Portable.log(parameters.weights[k])) {
      $0 + Portable.log(factor.inverse![PackedTriangle.row($1) + $1]) - 0.5 * logTwoPi
    }
    return factor
  }

  private func triangularFactor(
    _ parameters: Parameters, component k: Int
  ) throws -> CovarianceFactor {
    let factor = try choleskyFactor(parameters, component: k)
    let inverse = factor.inverse
    return CovarianceFactor(
      logDeterminant: factor.logDeterminant,
      numbers: triangularPanels(inverse, order: columnCount)[...], inverse: inverse)
  }

  private func diagonalFactor(_ parameters: Parameters, _ k: Int) -> CovarianceFactor {
    let d = columnCount
    if covarianceType == .spherical {
      let variance = parameters.covariances[k]
      return CovarianceFactor(
        logDeterminant: Double(d) * Portable.log(variance), numbers: [-0.5 / variance])
    }
    let variances = parameters.covariances[k * d..<(k + 1) * d]
    return CovarianceFactor(
      logDeterminant: variances.reduce(0) { $0 + Portable.log($1) }, numbers: variances.map { 1 / $0 }[...])
  }

  /// The Cholesky factor of covariance `k`, for full and tied covariances.
  ///
  /// - Throws: `FitError.singular` if there is none.
  func choleskyFactor(_ parameters: Parameters, component k: Int) throws -> CholeskyFactor {
    guard let factor = factor(parameters.covariances, k) else {
      throw FitError.singular(
        component: covarianceType == .tied ? nil : k,
        columns: singularColumns(parameters.covariances, k), mass: nil, iteration: nil)
    }
    return factor
  }

  /// The Cholesky factor of square matrix `k`; nil if there is none.
  func factor(_ covariances: [Double], _ k: Int) -> CholeskyFactor? {
    let area = columnCount * columnCount
    let packed = PackedTriangle.pack(covariances[k * area..<(k + 1) * area], order: columnCount)
    return CholeskyFactor(packed[...], order: columnCount)
  }

  /// The columns for which square matrix `k` has no Cholesky factor.
  func singularColumns(_ covariances: [Double], _ k: Int) -> SingularColumns? {
    let area = columnCount * columnCount
    return SingularColumns(of: Array(covariances[k * area..<(k + 1) * area]), columnCount)
  }

  /// The floating-point operations of one Cholesky factor, and of its inverse.
  var factorOperations: Double {
    let d = Double(columnCount)
    return d * d * d / 3
  }

  /// `work`, if the components' factors take longer than threads need to begin, 10 us each: K D³
  /// operations at some GFLOP/s.
  func worthSharing(_ work: WorkSharing) -> WorkSharing {
    let operations = 3 * Double(componentCount) * factorOperations
    return covarianceType == .full && operations >= 0x1p20 ? work : .none
  }
}

/// What ranks exchange of a factor.
extension CovarianceFactor {
  fileprivate static func recordCount(columnCount: Int) -> Int {
    2 + triangularPanelsCount(order: columnCount)
  }

  fileprivate var record: [Double] { [logDeterminant, leadingLogScale] + numbers }

  fileprivate init(record: [Double]) {
    self.init(
      logDeterminant: record[0], numbers: record[2...], leadingLogScale: record[1])
  }
}
