import Kernels

/// A variance of each component.
struct SphericalCovariances: CovarianceForm {
  let isMatrix = false
  var secondMoments: any SecondMoments { SquareMoments(isSummed: true) }

  func shape(components: Int, columns: Int) -> [Int] { [components] }

  func varianceCount(columns: Int) -> Int { 1 }

  func variance(_ k: Int, _ j: Int, columns: Int) -> Int { k }

  func factors(
    of parameters: Parameters, columns: Int, sharing work: WorkSharing
  ) throws -> [CovarianceFactor] {
    parameters.covariances.map {
      CovarianceFactor(
        logDeterminant: Double(columns) * Portable.log($0), numbers: [-0.5 / $0])
    }
  }

  func conditional(
    _ parameters: Parameters, _ factors: [CovarianceFactor], columns: Int
  ) -> any ConditionalColumns {
    IndependentColumns(
      means: parameters.means,
      precisions: parameters.covariances.flatMap { Array(repeating: 1 / $0, count: columns) },
      columnCount: columns)
  }

  func writeLogJoint(
    of tile: Tile, _ components: GaussianComponents, into logJoint: UnsafeMutablePointer<Double>
  ) {
    components.withSquares(
      tile.columns, stride: tile.stride, means: components.means,
      meanStride: components.meanStride
    ) {
      $0.write(
        factors: components.factors, factorStride: 1, into: logJoint, densityStride: tileStride)
    }
  }

  /// The mean of the D variances, as scikit-learn defines it.
  func covariances(_ sums: MomentSums, sharing work: WorkSharing) -> [Double] {
    sums.second.indices.map { k in
      guard sums.divisors[k] > 0 else { return 0 }
      return (sums.second[k] / sums.divisors[k] - sums.squaredShift(k)) / Double(sums.columnCount)
    }
  }

  func losesDigits(_ sums: MomentSums) -> Bool {
    sums.divisors.indices.contains { k in
      let mass = sums.divisors[k]
      return mass > 0
        && sums.cancels(
          sums.second[k] / mass, less: sums.squaredShift(k), sums.moments.addends.reduce(0, +))
    }
  }
}
