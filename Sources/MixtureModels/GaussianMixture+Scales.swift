import Kernels

extension GaussianMixture {
  /// Of second moments the geometric mean of the two columns' own, of first moments that of the
  /// column's second moment and the mass, so that both count in standard deviations; of masses the
  /// sum of weights; of the log-likelihood at least one nat a row. What the regularization adds to
  /// a variance counts with it. A component without mass has no scale.
  public func scales(of statistics: [Double]) -> [Double]? {
    var scales = [Double](repeating: statistics[1], count: statisticsCount)
    scales[0] = max(abs(statistics[0]), statistics[1])
    for k in 0..<componentCount {
      let mass = statistics[massesStart + k]
      let deviations = (0..<columnCount).map { deviation(statistics, component: k, column: $0) }
      for j in 0..<columnCount {
        scales[firstMomentsStart + k * columnCount + j] =
          mass > 0 ? mass.squareRoot() * deviations[j] : .infinity
      }
      if covarianceType == .tied && k > 0 { continue }
      let hasMass = mass > 0 || covarianceType == .tied
      writeMomentScales(hasMass ? deviations : nil, component: k, into: &scales)
    }
    return scales
  }

  /// The square root of a column's second moment, that of its share in a common one when tied.
  private func deviation(_ statistics: [Double], component k: Int, column j: Int) -> Double {
    let mass = statistics[massesStart + k]
    let moments = 2 + k * momentCount
    let moment: Double
    switch covarianceType {
    case .full: moment = statistics[moments + PackedTriangle.row(j) + j]
    case .tied: moment = statistics[2 + PackedTriangle.row(j) + j]
    case .diag: moment = statistics[moments + j]
    case .spherical: moment = statistics[moments] / Double(columnCount)
    }
    let total = covarianceType == .tied ? statistics[1] : mass
    return (max(moment, 0) + total * regularization).squareRoot()
  }

  /// - Parameter deviations: nil for a component without mass.
  private func writeMomentScales(
    _ deviations: [Double]?, component k: Int, into scales: inout [Double]
  ) {
    let moments = 2 + k * momentCount
    guard let deviations else {
      for slot in moments..<moments + momentCount { scales[slot] = .infinity }
      return
    }
    switch covarianceType {
    case .full, .tied:
      for i in 0..<columnCount {
        for j in 0...i {
          scales[moments + PackedTriangle.row(i) + j] = deviations[i] * deviations[j]
        }
      }
    case .diag:
      for j in 0..<columnCount { scales[moments + j] = deviations[j] * deviations[j] }
    case .spherical:
      scales[moments] = deviations.reduce(0) { $0 + $1 * $1 }
    }
  }
}
