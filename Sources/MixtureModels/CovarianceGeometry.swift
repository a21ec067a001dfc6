import Kernels

/// What a covariance looks like: Σ = λ D A D', |A| = 1.
package struct CovarianceGeometry: Sendable {
  /// λ = |Σ|^(1/D), in squared data units.
  package let volume: Double
  /// A: D eigenvalues over the volume, the largest first.
  package let shape: [Double]
  /// The first column of D, the direction of the largest variance, of length 1 and with its largest entry
  /// positive; nil if there is no such direction.
  package let mainAxis: [Double]?

  /// - Parameter matrix: D × D, row-major, positive definite.
  init(of matrix: [Double], columns d: Int) {
    let own = Eigenvectors(of: matrix, order: d)
    let logs = own.values.reduce(0) { $0 + Portable.log(max($1, .leastNormalMagnitude)) }
    let volume = Portable.exp(logs / Double(d))
    self.volume = volume
    shape = own.values.map { $0 / volume }
    // What rounding leaves of equal ones.
    let isRound = d > 1 && own.values[0] - own.values[1] <= 0x1p-40 * own.values[0]
    let axis = own.vectors.prefix(d)
    let largest = axis.max { abs($0) < abs($1) } ?? 0
    mainAxis = isRound ? nil : axis.map { largest < 0 ? -$0 : $0 }
  }
}

extension ParameterLayout {
  /// Of the first components of a mixture, or of the one covariance that all share; nil without covariances,
  /// or of one column.
  ///
  /// - Parameter most: how many of the components, as K D³ operations take their time.
  package func geometry(of parameters: Parameters, most: Int) -> [CovarianceGeometry]? {
    guard let part = parts.first(where: { $0.name == "covariances" }),
      let means = parts.first(where: { $0.domain == .mean }), means.shape.count == 2,
      means.shape[1] > 1
    else { return nil }
    let (k, d, numbers) = (means.shape[0], means.shape[1], parameters[part.name])
    func diagonal(_ variance: (Int) -> Double) -> [Double] {
      (0..<d * d).map { $0 / d == $0 % d ? variance($0 % d) : 0 }
    }
    let matrices: [[Double]]
    switch part.shape {
    case [k, d, d]:
      matrices = (0..<min(k, most)).map { Array(numbers[$0 * d * d..<($0 + 1) * d * d]) }
    case [d, d] where part.domain == .covariance: matrices = [numbers]
    case [k, d]: matrices = (0..<min(k, most)).map { k in diagonal { numbers[k * d + $0] } }
    case [k]: matrices = (0..<min(k, most)).map { k in diagonal { _ in numbers[k] } }
    default: return nil
    }
    return matrices.map { CovarianceGeometry(of: $0, columns: d) }
  }
}
