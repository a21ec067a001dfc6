import Kernels

/// Moments about the new means, where those about the old ones would cancel.
///
/// The M-step's variance is Q / N - d², with the second moment Q about the old mean and the shift d
/// of the mean. Q / N is off by its roundings, some 2^-53 of itself, so that the variance loses as
/// many digits as it is smaller than Q / N: all of them from a start 1e8 standard deviations off, or
/// where a component falls onto equal rows. The mean itself, old mean + d, is off by 2^-53 d.
///
/// So where less than 1/64 of a second moment remains as variance (the mean moved by 8 deviations,
/// and 6 of 53 bits were lost), the statistics are taken again about the new means, with the same
/// responsibilities. What d then is, is what the mean lacked: after one such pass at most 2^-53 of the
/// first shift, after two or three nothing. (Of a column of zeros something would always be left: a mean
/// does not leave the range of the data.)
extension GaussianMixture {
  public func retaken(_ expectation: Expectation, after statistics: [Double]) -> Expectation? {
    exact(
      expectation, masses: statistics[massesStart..<massesStart + componentCount],
      total: statistics[1]) ?? recentered(expectation, after: statistics)
  }

  /// `parameters` with the centers of the moments for means.
  public func origin(of expectation: Expectation, under parameters: Parameters) -> Parameters {
    var origin = parameters
    for i in origin.means.indices {
      origin.means[i] =
        expectation.centers[i / columnCount * expectation.meanStride + i % columnCount]
    }
    return origin
  }

  /// The same E-step with its moments about the means that they give; nil if no variance needs it.
  private func recentered(
    _ expectation: Expectation, after statistics: [Double]
  ) -> Expectation? {
    guard losesDigits(statistics, about: expectation.centers) else { return nil }
    var next = expectation
    next.pools = false
    for k in 0..<componentCount where statistics[massesStart + k] > 0 {
      for j in 0..<columnCount {
        let place = k * expectation.meanStride + j
        next.centers[place] = withinRange(
          next.centers[place] + shift(statistics, k, j), column: j)
      }
    }
    // Where the mean has no neighbor that is nearer, nothing is to be gained.
    return next.centers == expectation.centers ? nil : next
  }

  /// The number of the column's range that is nearest to a mean.
  func withinRange(_ mean: Double, column j: Int) -> Double {
    guard let ranges else { return mean }
    return min(max(mean, ranges.minimum[j]), ranges.maximum[j])
  }

  private func losesDigits(_ statistics: [Double], about centers: [Double]) -> Bool {
    if covarianceType == .tied { return tiedLosesDigits(statistics, about: centers) }
    return (0..<componentCount).contains { k in
      let mass = statistics[massesStart + k]
      guard mass > 0 else { return false }
      if covarianceType == .spherical {
        let squares = (0..<columnCount).reduce(0) {
          $0 + shift(statistics, k, $1) * shift(statistics, k, $1)
        }
        return cancels(
          statistics[2 + k] / mass, less: squares, beside: Double(columnCount) * regularization)
      }
      return (0..<columnCount).contains { j in
        let slot = covarianceType == .full ? PackedTriangle.row(j) + j : j
        let d = shift(statistics, k, j)
        return cancels(
          statistics[2 + k * momentCount + slot] / mass, less: d * d, beside: regularization)
      }
    }
  }

  /// Of a variance that all components share, what cancels is what the shifts of all add up to.
  private func tiedLosesDigits(_ statistics: [Double], about centers: [Double]) -> Bool {
    (0..<columnCount).contains { j in
      var moment = statistics[2 + PackedTriangle.row(j) + j]
      if sumsPairs { moment += pairedSquares(statistics, about: centers, column: j) }
      let between = (0..<componentCount).reduce(0) { sum, k in
        let mass = statistics[massesStart + k]
        let d = mass > 0 ? shift(statistics, k, j) : 0
        return sum + mass * d * d
      }
      return cancels(
        moment / statistics[1], less: between / statistics[1], beside: regularization)
    }
  }

  /// What the pairs add to the second moment of a column.
  private func pairedSquares(
    _ statistics: [Double], about centers: [Double], column j: Int
  ) -> Double {
    let stride = paddedCount(columnCount)
    var (sum, slot) = (0.0, pairsStart)
    for k in 1..<max(1, componentCount) {
      for l in 0..<k {
        let pair = statistics[slot]
        let apart = centers[k * stride + j] - centers[l * stride + j]
        if pair > 0 { sum += pair * apart * apart }
        slot += 1
      }
    }
    return sum
  }

  private func cancels(
    _ moment: Double, less squares: Double, beside regularization: Double
  ) -> Bool {
    max(moment - squares, 0) + regularization < moment / 64
  }

  /// How far the mean of component `k` moves in column `j`.
  private func shift(_ statistics: [Double], _ k: Int, _ j: Int) -> Double {
    statistics[firstMomentsStart + k * columnCount + j] / statistics[massesStart + k]
  }
}
