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
      factorStride: 0, shared: nil, centers: centers)
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
      Portable.log(parameters.weights[k])
        - 0.5 * (normalizer + parts[isTied ? 0 : k].logDeterminant)
    }
    let means = padded(parameters.means)
    let shared = isTied ? shared(parameters, inverse: parts[0].inverse!) : nil
    var expectation = Expectation(
      means: means, meanStride: paddedCount(columnCount),
      logScales: logScales, factors: factors,
      factorStride: isTied ? 0 : factors.count / componentCount,
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
}

/// log 2 pi.
let logTwoPi = 0x1.d67f1c864beb5p+0
