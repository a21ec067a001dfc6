import Kernels

/// A variance of each component and column.
struct DiagonalCovariances: CovarianceForm {
  let isMatrix = false
  var secondMoments: any SecondMoments { SquareMoments(isSummed: false) }

  func shape(components: Int, columns: Int) -> [Int] { [components, columns] }

  func variance(_ k: Int, _ j: Int, columns: Int) -> Int { k * columns + j }

  func factors(
    of parameters: Parameters, columns: Int, sharing work: WorkSharing
  ) throws -> [CovarianceFactor] {
    let covariances = parameters.covariances
    return stride(from: 0, to: covariances.count, by: columns).map {
      let variances = covariances[$0..<$0 + columns]
      return CovarianceFactor(
        logDeterminant: variances.reduce(0) { $0 + Portable.log($1) },
        numbers: variances.map { 1 / $0 }[...])
    }
  }

  func conditional(
    _ parameters: Parameters, _ factors: [CovarianceFactor], columns: Int
  ) -> any ConditionalColumns {
    IndependentColumns(
      means: parameters.means, precisions: factors.flatMap(\.numbers), columnCount: columns)
  }

  func writeLogJoint(
    of tile: Tile, _ components: GaussianComponents, into logJoint: UnsafeMutablePointer<Double>
  ) {
    components.withSquares(
      tile.columns, stride: tile.stride, means: components.means,
      meanStride: components.meanStride
    ) { $0.write(precisions: components.factors, into: logJoint, densityStride: tileStride) }
  }

  /// Q_k / N_k - d_k².
  func covariances(_ sums: MomentSums, sharing work: WorkSharing) -> [Double] {
    sums.second.indices.map { index in
      let (k, j) = index.quotientAndRemainder(dividingBy: sums.columnCount)
      guard sums.divisors[k] > 0 else { return 0 }
      let shift = sums.shift(k, j)
      return sums.second[index] / sums.divisors[k] - shift * shift
    }
  }

  func losesDigits(_ sums: MomentSums) -> Bool {
    sums.losesDigits { k, j in sums.second[k * sums.columnCount + j] }
  }
}
