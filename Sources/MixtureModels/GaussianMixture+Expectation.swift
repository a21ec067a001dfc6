import Kernels

extension GaussianMixture {
  /// What every tile of one E-step needs of the parameters.
  public struct Expectation: Sendable {
    /// K means, each padded with zeros to whole vectors.
    let means: [Double]
    /// The numbers of `means` from one component to the next.
    let meanStride: Int
    /// K values log weight - (D log 2 pi + log |covariance|) / 2; -infinity for weight 0.
    let logScales: [Double]
    /// Full and tied: L^-1 of each covariance in panels (one when tied); diag: K × D precisions;
    /// spherical: -1/2 of K precisions.
    let factors: [Double]
    /// The numbers of `factors` from one component to the next; 0 when tied.
    let factorStride: Int
    /// K × D: diagonals of the inverse covariances, which bound the squared distances.
    let spread: [Double]

    /// Tied, where the means are near each other: what the components share; else nil.
    let shared: Shared?
    /// K points, padded as the means, about which the moments are taken: the means, unless these are
    /// too far from those of the rows (`GaussianMixture+Recentering`).
    var centers: [Double]
    /// Whether second moments come from residuals and pairs (`sumsPairs`).
    var pools = false
    /// Full: as `logScales`, of the marginal distributions of the leading columns; else none.
    var leadingLogScales: [Double] = []
    /// Full, where they help: what tells rows near one component to be far from others.
    var directions: SeparatingDirections?
    /// How far below the row's largest joint density a component's may lie to count.
    var floor = smallestExponent

    /// Calls `body` with the padded mean of component `k`.
    @inline(__always)
    func withMean(_ k: Int, _ body: (UnsafePointer<Double>) -> Void) {
      means.withUnsafeBufferPointer { body($0.baseAddress! + k * meanStride) }
    }

    /// Calls `body` with the padded center of the moments of component `k`.
    @inline(__always)
    func withCenter(_ k: Int, _ body: (UnsafePointer<Double>) -> Void) {
      centers.withUnsafeBufferPointer { body($0.baseAddress! + k * meanStride) }
    }

    /// Calls `body` with all components, of full covariances.
    func withFullComponents<Result>(_ body: (FullComponents) -> Result) -> Result {
      means.withUnsafeBufferPointer { means in
        factors.withUnsafeBufferPointer { factors in
          logScales.withUnsafeBufferPointer { logScales in
            leadingLogScales.withUnsafeBufferPointer { leadingLogScales in
              body(
                FullComponents(
                  count: logScales.count, means: means.baseAddress!, meanStride: meanStride,
                  panels: factors.baseAddress!, panelStride: factorStride,
                  logScales: logScales.baseAddress!,
                  leadingLogScales: leadingLogScales.baseAddress!))
            }
          }
        }
      }
    }
  }

  /// What components with a common covariance share: a center amid their means.
  struct Shared: Sendable {
    /// The mean of the means by weight, padded with zeros to whole vectors.
    let center: [Double]
    /// K means less the center, each padded.
    let offsets: [Double]
    /// K × D: L^-1 times the means less the center.
    let whitened: [Double]
  }

  /// What components with a common covariance share; nil if a mean is so far from the others that
  /// differences from their center would lose its digits.
  ///
  /// A row's difference from the center is rounded to 2^-53 of itself, 256 standard deviations for
  /// rows near a mean that far off: to 2^-45 of a deviation, which the sums of 2^10 and more rows are
  /// no more exact than. The choice looks at the parameters alone.
  ///
  /// - Parameter inverse: L^-1, packed by rows.
  private func shared(_ parameters: Parameters, inverse: [Double]) -> Shared? {
    let (k, d) = (componentCount, columnCount)
    var center = [Double](repeating: 0, count: d)
    for i in parameters.means.indices {
      center[i % d] += parameters.weights[i / d] * parameters.means[i]
    }
    // A component without weight has no part in any sum, wherever its mean lies.
    let offsets = parameters.means.indices.map {
      parameters.weights[$0 / d] == 0 ? 0 : parameters.means[$0] - center[$0 % d]
    }
    let deviations = (0..<d).map { parameters.covariances[$0 * d + $0].squareRoot() }
    let areNear = offsets.indices.allSatisfy { abs(offsets[$0]) <= 256 * deviations[$0 % d] }
    guard areNear else { return nil }
    var whitened: [Double] = []
    for row in stride(from: 0, to: k * d, by: d) {
      for i in 0..<d {
        whitened.append(
          (0...i).reduce(0) {
            $0.addingProduct(inverse[PackedTriangle.row(i) + $1], offsets[row + $1])
          })
      }
    }
    return Shared(center: padded(center), offsets: padded(offsets), whitened: whitened)
  }

  /// The means, each padded with zeros to whole vectors.
  func padded(_ means: [Double]) -> [Double] {
    let padding = [Double](repeating: 0, count: paddedCount(columnCount) - columnCount)
    return stride(from: 0, to: means.count, by: columnCount).flatMap {
      means[$0..<$0 + columnCount] + padding
    }
  }

  public func expectation(around reference: Parameters) -> Expectation {
    let centers = padded(reference.means)
    return Expectation(
      means: centers, meanStride: paddedCount(columnCount), logScales: [], factors: [],
      factorStride: 0, spread: [], shared: nil, centers: centers)
  }

  public func expectation(under parameters: Parameters) throws -> Expectation {
    try expectation(under: parameters, sharing: .none)
  }

  public func expectation(
    under parameters: Parameters, sharing work: WorkSharing
  ) throws -> Expectation {
    try requireFiniteVariances(parameters)
    let normalizer = Double(columnCount) * logTwoPi
    let isTied = covarianceType == .tied
    let parts = try factors(of: parameters, sharing: work)
    var factors: [Double] = []
    factors.reserveCapacity(parts.reduce(0) { $0 + $1.numbers.count })
    for part in parts { factors += part.numbers }
    let logScales = (0..<componentCount).map { k in
      log(parameters.weights[k]) - 0.5 * (normalizer + parts[isTied ? 0 : k].logDeterminant)
    }
    let means = padded(parameters.means)
    let shared = isTied ? shared(parameters, inverse: parts[0].inverse!) : nil
    var expectation = Expectation(
      means: means, meanStride: paddedCount(columnCount),
      logScales: logScales, factors: factors,
      factorStride: isTied ? 0 : factors.count / componentCount,
      spread: parts.flatMap(\.spread),
      shared: shared, centers: means, pools: sumsPairs && shared != nil,
      leadingLogScales: covarianceType == .full ? parts.map(\.leadingLogScale) : [],
      floor: leavesOutNegligible(parameters) ? negligibleLogRatio : smallestExponent)
    if screensDensities(expectation) {
      expectation.directions = expectation.withFullComponents {
        SeparatingDirections($0, columnCount: columnCount)
      }
    }
    return expectation
  }

  /// A row's log density lies between that of the best component's farthest corner and the
  /// highest peak; moments of weight 1 reach the farthest corner of the ranges from the center. Of
  /// residuals about a mean of the centers, the two factors may reach from different ones.
  public func bounds(_ expectation: Expectation, within ranges: ColumnRanges) -> [Double] {
    var bounds = [Double](repeating: 0, count: statisticsCount)
    bounds[0] = logDensityBound(expectation, within: ranges)
    bounds[1] = 1
    let all = (0..<componentCount).map { k in
      isEmpty(expectation, k)
        ? Array(repeating: 0, count: columnCount)
        : reaches(from: expectation.centers, k, ranges)
    }
    let farthest = (0..<columnCount).map { j in
      all.reduce(centeringError(expectation, j)) { max($0, $1[j]) }
    }
    for k in 0..<componentCount {
      let reach = all[k]
      let widest = expectation.pools ? farthest : reach
      let moments = 2 + (covarianceType == .tied ? 0 : k * momentCount)
      switch covarianceType {
      case .full, .tied:
        for i in 0..<columnCount {
          for j in 0...i {
            let slot = moments + PackedTriangle.row(i) + j
            bounds[slot] = max(bounds[slot], widest[i] * widest[j])
          }
        }
      case .diag:
        for j in 0..<columnCount { bounds[moments + j] = reach[j] * reach[j] }
      case .spherical:
        bounds[moments] = reach.reduce(0) { $0 + $1 * $1 }
      }
      for j in 0..<columnCount { bounds[firstMomentsStart + k * columnCount + j] = reach[j] }
      bounds[massesStart + k] = 1
    }
    for slot in pairsStart..<statisticsCount { bounds[slot] = 1 }
    return bounds
  }

  /// Whether component `k` has weight 0 and with it no part in any row, wherever its mean lies.
  private func isEmpty(_ expectation: Expectation, _ k: Int) -> Bool {
    !expectation.logScales.isEmpty && expectation.logScales[k] == -.infinity
  }

  /// How far the rounding of a residual about a mean of the centers may take it beyond them: K + 8
  /// roundings of the centers' differences from what they share. 0 where there are no residuals.
  private func centeringError(_ expectation: Expectation, _ j: Int) -> Double {
    guard expectation.pools, let offsets = expectation.shared?.offsets else { return 0 }
    let largest = (0..<componentCount).reduce(0) {
      max($0, abs(offsets[$1 * paddedCount(columnCount) + j]))
    }
    return Double(componentCount + 8) * 0x1p-53 * largest
  }

  /// The largest distances of the columns' values from padded point `k` of `points`.
  private func reaches(from points: [Double], _ k: Int, _ ranges: ColumnRanges) -> [Double] {
    (0..<columnCount).map { ranges.reach($0, from: points[k * paddedCount(columnCount) + $0]) }
  }

  /// The largest |log p(x)| within the ranges; 0 for an expectation without densities.
  private func logDensityBound(_ expectation: Expectation, within ranges: ColumnRanges) -> Double {
    guard !expectation.logScales.isEmpty else { return 0 }
    let peak = expectation.logScales.reduce(-.infinity, max) + log(Double(componentCount))
    var floor = -Double.infinity
    for k in 0..<componentCount where !isEmpty(expectation, k) {
      let reach = reaches(from: expectation.means, k, ranges)
      floor = max(floor, expectation.logScales[k] - 0.5 * distanceBound(expectation, k, reach))
    }
    return max(abs(peak), abs(floor))
  }

  /// A bound on the squared distance |L^-1 (x - mu)|²: by Cauchy and Schwarz at most
  /// D sum_j (L^-T L^-1)_jj reach_j², and without the factor D for a diagonal L.
  private func distanceBound(_ expectation: Expectation, _ k: Int, _ reach: [Double]) -> Double {
    let start = covarianceType == .tied ? 0 : k * columnCount
    let sum = (0..<columnCount).reduce(0) {
      $0 + expectation.spread[start + $1] * reach[$1] * reach[$1]
    }
    return covarianceType == .full || covarianceType == .tied ? Double(columnCount) * sum : sum
  }
}

/// log 2 pi.
let logTwoPi = 0x1.d67f1c864beb5p+0
