import Kernels

extension GaussianMixture {
  /// New weights, means and covariances from the combined statistics.
  ///
  /// weight_k = N_k / N, d_k = S_k / N_k, mean_k += d_k, covariance_k = Q_k / N_k - d_k d_k' + regularization.
  /// A component without mass keeps its mean, gets weight 0 and the covariance `regularization` × I.
  ///
  /// - Throws: `FitError` if a covariance is singular relative to the data's own scale: see
  ///   `CholeskyFactor`; with regularization 0, also a variance that the rounding of the data could
  ///   feign, (4 × 2^-52 × the column's largest magnitude)² or less, and a component without mass.
  ///   Also if a variance or its reciprocal is not finite.
  public func maximized(_ statistics: [Double], from previous: Parameters) throws -> Parameters {
    try maximized(statistics, from: previous, sharing: .none)
  }

  public func maximized(
    _ statistics: [Double], from previous: Parameters, sharing work: WorkSharing
  ) throws -> Parameters {
    let total = statistics[massesStart..<massesStart + componentCount].reduce(0, +)
    var next = previous
    var shifts = [Double](repeating: 0, count: componentCount * columnCount)
    for k in 0..<componentCount {
      let mass = statistics[massesStart + k]
      if mass == 0 && regularization == 0 { throw collapsed(k, statistics) }
      next.weights[k] = mass / total
      guard mass > 0 else { continue }
      for j in k * columnCount..<(k + 1) * columnCount {
        shifts[j] = statistics[firstMomentsStart + j] / mass
        next.means[j] = withinRange(next.means[j] + shifts[j], column: j % columnCount)
      }
    }
    switch covarianceType {
    case .full: next.covariances = try fullCovariances(statistics, shifts, sharing: work)
    case .tied:
      next.covariances = try tiedCovariance(
        statistics, shifts, of: previous, total: total)
    case .diag: next.covariances = try variances(statistics, shifts)
    case .spherical: next.covariances = try sphericalVariances(statistics, shifts)
    }
    return next
  }

  private func fullCovariances(
    _ statistics: [Double], _ shifts: [Double], sharing work: WorkSharing
  ) throws -> [Double] {
    let work = worthSharing(work)
    let covariances = try work.map(componentCount) { k in
      let mass = statistics[massesStart + k]
      let shift = shifts[k * columnCount..<(k + 1) * columnCount]
      var packed = Array(statistics[2 + k * momentCount..<2 + (k + 1) * momentCount])
      forEachEntry { slot, i, j in
        let central = mass > 0 ? packed[slot] / mass : 0
        packed[slot] = central - shift[shift.startIndex + i] * shift[shift.startIndex + j]
      }
      return regularized(packed)
    }
    let all = Array(covariances.joined())
    let checks = WorkSharing.Parts(
      count: componentCount, operations: factorOperations, numberCount: 0)
    _ = try work.numbers(of: checks) { k in
      try requireFactor(all, component: k, statistics)
      return []
    }
    return all
  }

  private func tiedCovariance(
    _ statistics: [Double], _ shifts: [Double], of previous: Parameters, total: Double
  ) throws -> [Double] {
    var packed = Array(statistics[2..<2 + momentCount])
    if sumsPairs { addPairs(statistics, of: previous, to: &packed) }
    forEachEntry { slot, i, j in
      let between = (0..<componentCount).reduce(0) {
        $0 + statistics[massesStart + $1] * shifts[$1 * columnCount + i]
          * shifts[$1 * columnCount + j]
      }
      packed[slot] = (packed[slot] - between) / total
    }
    let covariance = regularized(packed)
    try requireFactor(covariance, component: nil, statistics)
    return covariance
  }

  /// Adds sum_{k<l} C_kl (mu_k - mu_l)(mu_k - mu_l)' = sum_k (mu_k - mu_0) v_k', with the sums C_kl of
  /// w r_k r_l and v_k = sum_l C_kl (mu_k - mu_l).
  ///
  /// As the v_k add up to 0, any point would do for mu_0, but for roundings: it is the mean of a
  /// component with a weight, since one without may lie anywhere (`shared`).
  private func addPairs(
    _ statistics: [Double], of previous: Parameters, to packed: inout [Double]
  ) {
    let (means, d) = (previous.means, columnCount)
    let origin = (previous.weights.firstIndex { $0 > 0 } ?? 0) * d
    for k in 0..<componentCount {
      var v = [Double](repeating: 0, count: d)
      for l in 0..<componentCount where l != k {
        let (high, low) = (max(k, l), min(k, l))
        let pair = statistics[pairsStart + high * (high - 1) / 2 + low]
        // Means may be so far apart that their difference is infinite.
        if pair == 0 { continue }
        for j in 0..<d { v[j] += pair * (means[k * d + j] - means[l * d + j]) }
      }
      if v.allSatisfy({ $0 == 0 }) { continue }
      forEachEntry { slot, i, j in packed[slot] += (means[k * d + i] - means[origin + i]) * v[j] }
    }
  }

  private func variances(_ statistics: [Double], _ shifts: [Double]) throws -> [Double] {
    try (0..<componentCount * columnCount).map { index in
      let (k, j) = (index / columnCount, index % columnCount)
      let mass = statistics[massesStart + k]
      let central = mass > 0 ? statistics[2 + index] / mass - shifts[index] * shifts[index] : 0
      return try checked(
        max(central, 0) + regularization, floor: smallestVariance(j), component: k, column: j,
        statistics)
    }
  }

  /// The mean of the D variances, as scikit-learn defines it.
  private func sphericalVariances(_ statistics: [Double], _ shifts: [Double]) throws -> [Double] {
    let floor = (0..<columnCount).reduce(0) { $0 + smallestVariance($1) } / Double(columnCount)
    return try (0..<componentCount).map { k in
      let mass = statistics[massesStart + k]
      let squared = (k * columnCount..<(k + 1) * columnCount).reduce(0) {
        $0 + shifts[$1] * shifts[$1]
      }
      let central = mass > 0 ? (statistics[2 + k] / mass - squared) / Double(columnCount) : 0
      return try checked(
        max(central, 0) + regularization, floor: floor, component: k, column: nil, statistics)
    }
  }

  /// The square matrix with the regularization added to its diagonal.
  private func regularized(_ packed: [Double]) -> [Double] {
    var packed = packed
    for j in 0..<columnCount {
      let slot = PackedTriangle.row(j) + j
      packed[slot] = max(packed[slot], 0) + regularization
    }
    return PackedTriangle.unpackSymmetric(packed[...], order: columnCount)
  }

  /// Throws if a component's covariance, or with nil the one that all share, is singular.
  private func requireFactor(
    _ covariances: [Double], component: Int?, _ statistics: [Double]
  ) throws {
    let k = component ?? 0
    for j in 0..<columnCount {
      _ = try checked(
        covariances[(k * columnCount + j) * columnCount + j], floor: smallestVariance(j),
        component: component, column: j, statistics)
    }
    guard factor(covariances, k) != nil else {
      throw collapsed(component, statistics, singularColumns(covariances, k))
    }
  }

  /// - Parameter column: whose variance it is; nil for one of all columns.
  private func checked(
    _ variance: Double, floor: Double, component: Int?, column: Int?, _ statistics: [Double]
  ) throws -> Double {
    guard variance < .infinity else {
      throw FitError.notFinite(component: component, variance: variance, iteration: nil)
    }
    guard variance > floor else {
      throw collapsed(component, statistics, SingularColumns(column: column))
    }
    // The model file would be refused.
    guard CovarianceCheck.hasReciprocal(variance) else {
      throw FitError.outOfRange(component: component, variance: variance, iteration: nil)
    }
    return variance
  }

  /// What rounding alone can leave of a zero variance in column `j`; 0 with regularization, which
  /// then is the floor itself.
  private func smallestVariance(_ j: Int) -> Double {
    let rounding = 4 * 0x1p-52 * (ranges?.magnitude(j) ?? 0)
    return regularization == 0 ? rounding * rounding : 0
  }

  /// Too little mass, if no covariance of that many rows has full rank; else columns that have
  /// none. Nil: the shared covariance.
  private func collapsed(
    _ component: Int?, _ statistics: [Double], _ columns: SingularColumns? = nil
  ) -> FitError {
    let rows = statistics[1]
    let mass = component.map { statistics[massesStart + $0] } ?? rows
    guard let component, mass < Double(columnCount + 1) else {
      return .singular(component: component, columns: columns, mass: mass, iteration: nil)
    }
    return .collapsed(component: component, mass: mass, rows: rows, iteration: nil)
  }

  /// Calls `body` with the slot, row and column of every entry of a packed triangle.
  private func forEachEntry(_ body: (_ slot: Int, _ i: Int, _ j: Int) -> Void) {
    for i in 0..<columnCount {
      for j in 0...i { body(PackedTriangle.row(i) + j, i, j) }
    }
  }
}
