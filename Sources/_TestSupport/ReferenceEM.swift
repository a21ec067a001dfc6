import Foundation
import MixtureModels

/// EM of a Gaussian mixture as the textbook has it: plain loops over whole arrays, no vectors, tiles
/// or blocks, and 64 bits of mantissa where the processor has them.
///
/// Written from the formulas and not from the kernels, which it is there to check. Covariances are
/// computed about the new means, not about the old ones. Beside every number stands a bound on the
/// error of a float64 computation of it that does what the program promises (`Allowance`), derived
/// from the same rows: an ill-conditioned problem has wide bounds, and only that one.
///
/// Source: Bishop, "Pattern Recognition and Machine Learning", section 9.2.2; tied, diagonal and
/// spherical covariances and the regularization as scikit-learn defines them.
public struct ReferenceEM: Sendable {
  /// n × D values, row-major.
  let rows: [Wide]
  let columnCount: Int
  let weights: [Wide]
  let covarianceType: CovarianceType
  let regularization: Wide
  let allowance: Allowance

  /// What a float64 computation may leave out or lose beside its roundings.
  public struct Allowance: Sendable {
    /// Responsibilities below this share of a row's largest may be left out.
    public var negligible: Wide = 0x1p-60
    /// The additions that one number of a block's sums may go through, one after another: those of
    /// a tile of 256 rows, and then of four tiles, lanes, and fused roundings.
    var additions: Wide = 300
    /// What the exact sums may drop, relative to a sum's own scale, and relative to its bound.
    var dropped: Wide = 0x1p-40
    var droppedOfBound: Wide = 0x1p-80
    /// How much larger than a variance the second moment about the old mean may be that it is
    /// computed from.
    var cancellation: Wide = 0x1p7
    /// How many standard deviations apart, at most, the means of tied covariances count from one
    /// common origin.
    var commonOrigin: Wide = 0x1p8

    public init() {}
  }

  /// - Parameters:
  ///   - rows: n × `columnCount` values, row-major.
  ///   - weights: n row weights; nil for 1 each.
  public init(
    rows: [Double], columnCount: Int, weights: [Double]? = nil, covarianceType: CovarianceType,
    regularization: Double = 0, allowance: Allowance = Allowance()
  ) {
    self.rows = rows.map { Wide($0) }
    self.columnCount = columnCount
    self.weights =
      weights.map { $0.map { Wide($0) } }
      ?? Array(repeating: 1, count: rows.count / columnCount)
    self.covarianceType = covarianceType
    self.regularization = Wide(regularization)
    self.allowance = allowance
  }

  var rowCount: Int { weights.count }
  public var totalWeight: Wide { weights.reduce(0, +) }

  /// The parameters after one EM iteration, and the log-likelihood before it.
  public func step(
    from parameters: Parameters
  ) -> (parameters: Parameters, logLikelihood: Double) {
    let before = expectation(under: parameters)
    return (
      maximization(before, from: parameters).parameters, Double(before.logLikelihood.value)
    )
  }

  /// Each component's density; of tied covariances, K times the same.
  func densities(under parameters: Parameters) -> [ReferenceDensity] {
    let d = columnCount
    return parameters.weights.indices.map { k in
      var covariance = [Wide](repeating: 0, count: d * d)
      for i in 0..<d {
        for j in 0..<d {
          guard let entry = covarianceType.entry(k, i, j, columns: d) else { continue }
          covariance[i * d + j] = Wide(parameters.covariances[entry])
        }
      }
      return ReferenceDensity(
        weight: Wide(parameters.weights[k]),
        mean: parameters.means[k * d..<(k + 1) * d].map { Wide($0) }, covariance: covariance,
        isDiagonal: covarianceType.isDiagonal)
    }
  }

  /// How far apart a component's mean and the others' are in each column: what differences from a
  /// common origin are rounded at, for tied covariances; nil for others.
  func originDistances(_ densities: [ReferenceDensity], of k: Int) -> [Wide]? {
    guard covarianceType.isShared else { return nil }
    return (0..<columnCount).map { j in
      let farthest = densities.filter { $0.logScale > -.infinity }
        .reduce(Wide(0)) { max($0, abs($1.mean[j] - densities[k].mean[j])) }
      return min(farthest, allowance.commonOrigin * densities[k].deviations[j])
    }
  }
}

/// A number and a bound on the error of its float64 computation.
public struct Bounded: Sendable {
  public var value: Wide
  public var bound: Wide

  public init(_ value: Wide, within bound: Wide) { (self.value, self.bound) = (value, bound) }

  /// How many bounds `found` is off; infinite for NaN, 0 for equal numbers.
  public func excess(of found: Double) -> Double {
    if Wide(found) == value { return 0 }
    let ratio = Double(abs(Wide(found) - value) / bound)
    return ratio.isNaN ? .infinity : ratio
  }
}
