import MixtureModels

/// The covariance types as the slow twins see them: by their definitions, apart from the forms that the
/// library computes with.
extension CovarianceType {
  /// Whether all components have one covariance, whether only variances are kept, and whether all columns
  /// have the same.
  private var traits: (isShared: Bool, isDiagonal: Bool, isRound: Bool) {
    switch self {
    case .full: (false, false, false)
    case .tied: (true, false, false)
    case .diag: (false, true, false)
    case .spherical: (false, true, true)
    }
  }

  var isShared: Bool { traits.isShared }
  var isDiagonal: Bool { traits.isDiagonal }
  var isRound: Bool { traits.isRound }

  /// Where entry (i, j) of the covariance of component `k` is among the numbers of a mixture of D columns;
  /// nil for a 0 that is not kept.
  func entry(_ k: Int, _ i: Int, _ j: Int, columns d: Int) -> Int? {
    let k = isShared ? 0 : k
    if isRound { return i == j ? k : nil }
    if isDiagonal { return i == j ? k * d + i : nil }
    return (k * d + i) * d + j
  }

  /// The numbers of `count` covariances of D columns, each given as D × D entries.
  func numbers(count: Int, columns d: Int, entry: (Int, Int, Int) -> Double) -> [Double] {
    let count = isShared ? 1 : count
    return (0..<count).flatMap { k in
      (0..<(isRound ? 1 : d)).flatMap { i in
        isDiagonal ? [entry(k, i, i)] : (0..<d).map { entry(k, i, $0) }
      }
    }
  }
}
