import Kernels

/// The sums of a Gaussian mixture's moments over all rows, about the centers that they were taken about.
///
/// Moments about the new means, where those about the old ones would cancel: a variance is Q / N - d²,
/// with the second moment Q about the center and the shift d of the mean from it. Q / N is off by its
/// roundings, some 2^-53 of itself, so that the variance loses as many digits as it is smaller than
/// Q / N: all of them from a start 1e8 standard deviations off, or where a component falls onto equal
/// rows. The mean itself, center + d, is off by 2^-53 d.
///
/// So where less than 1/64 of a second moment remains as variance (the mean moved by 8 deviations,
/// and 6 of 53 bits were lost), the moments are taken again about the new means, with the same
/// responsibilities. What d then is, is what the mean lacked: after one such pass at most 2^-53 of the
/// first shift, after two or three nothing. (Of a column of zeros something would always be left: a mean
/// does not leave the range of the data.)
struct MomentSums: Sendable {
  let componentCount: Int
  let columnCount: Int
  /// What the moments of each component are divided by: the sum of their weights, its mass N_k.
  let divisors: [Double]
  /// The sum of the divisors.
  let total: Double
  /// Those of each component, or of all.
  let second: [Double]
  /// K × D.
  let first: [Double]
  /// K (K - 1) / 2, or none.
  let pairs: [Double]
  let moments: GaussianMoments

  init(_ sums: Sums, of moments: GaussianMoments) {
    self.moments = moments
    (componentCount, columnCount) = (moments.componentCount, moments.columnCount)
    let name = sums.slots[GaussianMoments.weights] == nil ? Slots.masses : GaussianMoments.weights
    divisors = Array(sums[name].prefix(componentCount))
    total = divisors.reduce(0, +)
    second = sums[GaussianMoments.second]
    first = sums[GaussianMoments.first]
    pairs = sums[GaussianMoments.pairs]
  }

  /// How far the mean of component `k` is from its center in column `j`; 0 for one without mass.
  func shift(_ k: Int, _ j: Int) -> Double {
    divisors[k] > 0 ? first[k * columnCount + j] / divisors[k] : 0
  }

  /// The square of that over all columns.
  func squaredShift(_ k: Int) -> Double {
    (0..<columnCount).reduce(0) { $0 + shift(k, $1) * shift(k, $1) }
  }

  /// Covariances divided by the masses instead of the sums of the moments' weights, where these differ.
  func perMass(_ covariances: [Double], _ masses: [Double], isShared: Bool) -> [Double] {
    guard divisors != masses, total > 0 else { return covariances }
    if isShared {
      let factor = total / masses.reduce(0, +)
      return covariances.map { $0 * factor }
    }
    let size = covariances.count / componentCount
    return covariances.indices.map {
      let k = $0 / size
      return masses[k] > 0 ? covariances[$0] * (divisors[k] / masses[k]) : 0
    }
  }

  func center(_ k: Int, _ j: Int) -> Double { moments.center(k, j) }

  /// The new mean of component `k` in column `j`, within the range of the data.
  func mean(_ k: Int, _ j: Int) -> Double {
    let mean = center(k, j) + shift(k, j)
    guard divisors[k] > 0, let ranges = moments.ranges else { return mean }
    return min(max(mean, ranges.minimum[j]), ranges.maximum[j])
  }

  /// The sum of w r_k r_l of two components.
  func pair(_ k: Int, _ l: Int) -> Double {
    let (high, low) = (max(k, l), min(k, l))
    return pairs[high * (high - 1) / 2 + low]
  }

  /// Whether too little remains of one of the components' second moments.
  func losesDigits(_ second: (_ k: Int, _ j: Int) -> Double) -> Bool {
    (0..<componentCount).contains { k in
      divisors[k] > 0
        && (0..<columnCount).contains { j in
          let d = shift(k, j)
          return cancels(second(k, j) / divisors[k], less: d * d, moments.addends[j])
        }
    }
  }

  /// - Parameter addends: what is added to what remains.
  func cancels(_ moment: Double, less squares: Double, _ addends: Double) -> Bool {
    max(moment - squares, 0) + addends < moment / 64
  }
}
