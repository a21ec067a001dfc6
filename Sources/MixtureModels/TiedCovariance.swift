import Kernels

/// One covariance matrix of all components.
///
/// Its scatter comes from K outer products a row, or, where that takes fewer operations, from one of
/// residuals about the mean of the means by responsibility, and pairs of components.
struct TiedCovariance: TriangularCovariances {
  let isShared = true

  func shape(components: Int, columns: Int) -> [Int] { [columns, columns] }

  func variance(_ k: Int, _ j: Int, columns: Int) -> Int { j * columns + j }

  /// K (K - 1) / 2 where pairs take fewer operations, which at the same time makes the sums few.
  func pairCount(components k: Int, columns d: Int) -> Int {
    let pairs = k * (k - 1) / 2
    let triangle = PackedTriangle.count(d)
    return d >= 8 && triangle + k * d + pairs < k * triangle ? pairs : 0
  }

  func factors(
    of parameters: Parameters, columns: Int, sharing work: WorkSharing
  ) throws -> [CovarianceFactor] {
    [try triangularFactor(parameters.covariances, 0, columns: columns)]
  }

  /// What components with a common covariance share; nil if a mean is so far from the others that
  /// differences from their center would lose its digits.
  ///
  /// A row's difference from the center is rounded to 2^-53 of itself, 256 standard deviations for
  /// rows near a mean that far off: to 2^-45 of a deviation, which the sums of 2^10 and more rows are
  /// no more exact than. The choice looks at the parameters alone.
  func shared(_ parameters: Parameters, _ factors: [CovarianceFactor]) -> SharedCenter? {
    let (weights, means) = (parameters.weights, parameters.means)
    let covariances = parameters.covariances
    let d = means.count / max(weights.count, 1)
    guard let inverse = factors[0].inverse else { return nil }
    var center = [Double](repeating: 0, count: d)
    // Beside noise, weights are less than 1 in sum.
    let total = weights.reduce(0, +)
    guard total > 0 else { return nil }
    for i in means.indices { center[i % d] += weights[i / d] / total * means[i] }
    // A component without weight has no part in any sum, wherever its mean lies.
    let offsets = means.indices.map { weights[$0 / d] == 0 ? 0 : means[$0] - center[$0 % d] }
    let deviations = (0..<d).map { covariances[$0 * d + $0].squareRoot() }
    let areNear = offsets.indices.allSatisfy { abs(offsets[$0]) <= 256 * deviations[$0 % d] }
    guard areNear else { return nil }
    var whitened: [Double] = []
    for row in stride(from: 0, to: means.count, by: d) {
      for i in 0..<d {
        whitened.append(
          (0...i).reduce(0) {
            $0.addingProduct(inverse[PackedTriangle.row(i) + $1], offsets[row + $1])
          })
      }
    }
    return SharedCenter(
      center: padded(center, columns: d), offsets: padded(offsets, columns: d),
      whitened: whitened)
  }

  func writeLogJoint(
    of tile: Tile, _ components: GaussianComponents, into logJoint: UnsafeMutablePointer<Double>
  ) {
    guard let shared = components.shared else {
      return writeFullDensities(of: tile, components, into: logJoint)
    }
    let d = components.columnCount
    let whitened = tile.scratch + d * tileRows
    whitenTile(
      tile.columns, columnCount: d, stride: tile.stride, mean: shared.center,
      panels: components.factors, differences: tile.scratch, into: whitened)
    components.withSquares(
      whitened, stride: tile.stride, means: shared.whitened, meanStride: d
    ) { $0.write(factors: [-0.5], factorStride: 0, into: logJoint, densityStride: tileStride) }
  }

  /// (Q - Σ N_k d_k d_k') / N.
  func covariances(_ sums: MomentSums, sharing work: WorkSharing) throws -> [Double] {
    var packed = sums.second
    addPairs(sums, to: &packed)
    let (d, components) = (sums.columnCount, 0..<sums.componentCount)
    let shifts = components.flatMap { k in (0..<d).map { sums.shift(k, $0) } }
    PackedTriangle.forEachEntry(order: d) { slot, i, j in
      let between = components.reduce(0) {
        $0 + sums.divisors[$1] * shifts[$1 * d + i] * shifts[$1 * d + j]
      }
      packed[slot] = sums.total > 0 ? (packed[slot] - between) / sums.total : 0
    }
    return PackedTriangle.unpackSymmetric(packed[...], order: d)
  }

  /// Adds sum_{k<l} C_kl (mu_k - mu_l)(mu_k - mu_l)' = sum_k (mu_k - mu_0) v_k', with the sums C_kl of
  /// w r_k r_l and v_k = sum_l C_kl (mu_k - mu_l).
  ///
  /// As the v_k add up to 0, any point would do for mu_0, but for roundings: it is the center of a
  /// component with a mass, since one without may lie anywhere (`shared`).
  private func addPairs(_ sums: MomentSums, to packed: inout [Double]) {
    guard !sums.pairs.isEmpty else { return }
    let d = sums.columnCount
    let origin = sums.divisors.firstIndex { $0 > 0 } ?? 0
    for k in 0..<sums.componentCount {
      var v = [Double](repeating: 0, count: d)
      for l in 0..<sums.componentCount where l != k {
        let pair = sums.pair(k, l)
        // Means may be so far apart that their difference is infinite.
        if pair == 0 { continue }
        for j in 0..<d { v[j] += pair * (sums.center(k, j) - sums.center(l, j)) }
      }
      if v.allSatisfy({ $0 == 0 }) { continue }
      let offset = (0..<d).map { sums.center(k, $0) - sums.center(origin, $0) }
      PackedTriangle.forEachEntry(order: d) { slot, i, j in packed[slot] += offset[i] * v[j] }
    }
  }

  /// Of a variance that all components share, what cancels is what the shifts of all add up to.
  func losesDigits(_ sums: MomentSums) -> Bool {
    (0..<sums.columnCount).contains { j in
      let moment = sums.second[PackedTriangle.row(j) + j] + pairedSquares(sums, column: j)
      let between = (0..<sums.componentCount).reduce(0) { sum, k in
        let d = sums.shift(k, j)
        return sum + sums.divisors[k] * d * d
      }
      return sums.cancels(moment / sums.total, less: between / sums.total, sums.moments.addends[j])
    }
  }

  /// What the pairs add to the second moment of a column.
  private func pairedSquares(_ sums: MomentSums, column j: Int) -> Double {
    guard !sums.pairs.isEmpty else { return 0 }
    var sum = 0.0
    for k in 1..<max(1, sums.componentCount) {
      for l in 0..<k {
        let pair = sums.pair(k, l)
        let apart = sums.center(k, j) - sums.center(l, j)
        if pair > 0 { sum += pair * apart * apart }
      }
    }
    return sum
  }
}
