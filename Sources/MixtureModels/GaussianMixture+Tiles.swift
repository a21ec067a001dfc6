import Kernels

extension GaussianMixture {
  /// The transposed tile and 32 differences a column; or two padded copies of the rows.
  public var scratchCount: Int {
    max(columnCount * (tileRows + 32), 2 * tileRows * paddedCount(columnCount))
  }

  public func writeLogJoint(
    of tile: RowBlock, _ expectation: Expectation, scratch: UnsafeMutablePointer<Double>,
    into logJoint: UnsafeMutablePointer<Double>
  ) {
    let stride = (tile.count + 31) & ~31
    transposeTile(
      tile.rows, count: tile.count, columnCount: columnCount, stride: stride, into: scratch)
    for k in 0..<componentCount {
      let target = logJoint + k * tileRows
      writeDistances(
        component: k, expectation, columns: scratch, stride: stride,
        differences: scratch + columnCount * tileRows, into: target)
      let logScale = expectation.logScales[k]
      for n in 0..<stride { target[n] = logScale - 0.5 * target[n] }
    }
  }

  /// Squared Mahalanobis distances of the tile's rows from component `k`.
  private func writeDistances(
    component k: Int, _ expectation: Expectation, columns: UnsafePointer<Double>, stride: Int,
    differences: UnsafeMutablePointer<Double>, into distances: UnsafeMutablePointer<Double>
  ) {
    expectation.means.withUnsafeBufferPointer { means in
      expectation.factors.withUnsafeBufferPointer { factors in
        let mean = means.baseAddress! + k * columnCount
        let factor = factors.baseAddress! + k * expectation.factorStride
        switch covarianceType {
        case .full, .tied:
          squaredDistances(
            columns, columnCount: columnCount, stride: stride, mean: mean, panels: factor,
            differences: differences, into: distances)
        case .diag, .spherical:
          scaledSquaredDistances(
            columns, columnCount: columnCount, stride: stride, mean: mean, precisions: factor,
            into: distances)
        }
      }
    }
  }

  public func add(
    _ tile: RowBlock, responsibilities: UnsafePointer<Double>, _ expectation: Expectation,
    scratch: UnsafeMutablePointer<Double>, into statistics: UnsafeMutablePointer<Double>
  ) {
    let products = scratch + tileRows * paddedCount(columnCount)
    for k in 0..<componentCount {
      let written = expectation.means.withUnsafeBufferPointer { means in
        centerRows(
          tile.rows, count: tile.count, columnCount: columnCount,
          mean: means.baseAddress! + k * columnCount,
          responsibilities: responsibilities + k * tileRows, differences: scratch,
          products: products, mass: &statistics[massesStart + k],
          firstMoments: statistics + firstMomentsStart + k * columnCount)
      }
      let moments = statistics + 2 + (covarianceType == .tied ? 0 : k * momentCount)
      switch covarianceType {
      case .full, .tied:
        addOuterProducts(
          differences: scratch, products: products, count: written, columnCount: columnCount,
          into: moments)
      case .diag:
        addSquares(
          differences: scratch, products: products, count: written, columnCount: columnCount,
          into: moments)
      case .spherical:
        moments.pointee += sumOfSquares(
          differences: scratch, products: products, count: written, columnCount: columnCount)
      }
    }
  }
}
