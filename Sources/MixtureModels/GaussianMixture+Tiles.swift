import Kernels

extension GaussianMixture {
  /// The transposed tile and 32 differences a column; or three padded copies of the rows and the
  /// list of those with a responsibility.
  public var scratchCount: Int { (3 * paddedCount(columnCount) + 1) * tileRows }

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
    expectation.withMean(k) { mean in
      expectation.factors.withUnsafeBufferPointer { factors in
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
    for k in 0..<componentCount {
      statistics[massesStart + k] += laneWiseSum(
        responsibilities + k * tileRows, count: tile.count)
    }
    if columnCount < 8 {
      addFewColumns(tile, responsibilities, expectation, scratch, statistics)
    } else {
      addManyColumns(tile, responsibilities, expectation, scratch, statistics)
    }
  }

  /// Moments with rows in lanes.
  private func addFewColumns(
    _ tile: RowBlock, _ responsibilities: UnsafePointer<Double>, _ expectation: Expectation,
    _ scratch: UnsafeMutablePointer<Double>, _ statistics: UnsafeMutablePointer<Double>
  ) {
    let stride = paddedCount(tile.count)
    let products = scratch + columnCount * tileRows
    let squares = products + columnCount * tileRows
    transposeTile(
      tile.rows, count: tile.count, columnCount: columnCount, stride: stride, into: scratch)
    for k in 0..<componentCount {
      let moments = statistics + momentsStart(k)
      if covarianceType == .spherical { squares.update(repeating: 0, count: columnCount) }
      expectation.withMean(k) { mean in
        addSmallMoments(
          scratch, columnCount: columnCount, stride: stride,
          responsibilities: responsibilities + k * tileRows, mean: mean, products: products,
          first: statistics + firstMomentsStart + k * columnCount,
          second: covarianceType == .spherical ? squares : moments,
          diagonal: covarianceType == .diag || covarianceType == .spherical)
      }
      if covarianceType == .spherical { moments.pointee += sum(squares) }
    }
  }

  /// Moments with columns in lanes, of the rows that have a responsibility.
  private func addManyColumns(
    _ tile: RowBlock, _ responsibilities: UnsafePointer<Double>, _ expectation: Expectation,
    _ scratch: UnsafeMutablePointer<Double>, _ statistics: UnsafeMutablePointer<Double>
  ) {
    let width = paddedCount(columnCount)
    let (padded, differences) = (scratch, scratch + tileRows * width)
    let products = differences + tileRows * width
    let indices = UnsafeMutableRawPointer(products + tileRows * width)
      .bindMemory(to: Int.self, capacity: tileRows)
    if width != columnCount {
      padRows(tile.rows, count: tile.count, columnCount: columnCount, into: padded)
    }
    let rows = width == columnCount ? tile.rows : UnsafePointer(padded)
    for k in 0..<componentCount {
      let weights = responsibilities + k * tileRows
      let first = statistics + firstMomentsStart + k * columnCount
      let moments = statistics + momentsStart(k)
      let count = selectRows(weights, count: tile.count, into: indices)
      expectation.withMean(k) { mean in
        switch covarianceType {
        case .full, .tied:
          centerRows(
            rows, indices: indices, count: count, columnCount: columnCount,
            responsibilities: weights, mean: mean, differences: differences, products: products,
            firstMoments: first)
          addOuterProducts(
            differences: differences, products: products, count: count, columnCount: columnCount,
            into: moments)
        case .diag:
          addDiagonalMoments(
            rows, indices: indices, count: count, columnCount: columnCount,
            responsibilities: weights, mean: mean, first: first, second: moments)
        case .spherical:
          differences.update(repeating: 0, count: columnCount)
          addDiagonalMoments(
            rows, indices: indices, count: count, columnCount: columnCount,
            responsibilities: weights, mean: mean, first: first, second: differences)
          moments.pointee += sum(differences)
        }
      }
    }
  }

  /// Where the second moments of component `k` begin.
  private func momentsStart(_ k: Int) -> Int {
    2 + (covarianceType == .tied ? 0 : k * momentCount)
  }

  private func sum(_ columns: UnsafePointer<Double>) -> Double {
    (0..<columnCount).reduce(0) { $0 + columns[$1] }
  }
}
