import Kernels

extension GaussianMixture {
  /// The transposed tile, 32 differences a column and the whitened tile; or the transposed tile, the
  /// rows in blocks, those with a responsibility, two numbers a row, and products of eight columns; and
  /// sums of all components.
  public var scratchCount: Int {
    max(tileScratchCount + diagonalSumsCount, screeningScratchCount)
  }

  /// Without the sums.
  var tileScratchCount: Int { (3 * paddedCount(columnCount) + 10) * tileStride }

  /// Whether second moments have rows in lanes.
  private var sumsRowsInLanes: Bool {
    switch covarianceType {
    case .full, .tied: columnCount < KernelTable.columnLanesOfPairs
    case .diag, .spherical: columnCount < KernelTable.columnLanesOfSquares
    }
  }

  /// Transposes the tile, into the first D × `tileRows` numbers.
  public func prepare(_ tile: RowBlock, scratch: UnsafeMutablePointer<Double>) {
    transposeTile(
      tile.rows, count: tile.count, columnCount: columnCount, stride: (tile.count + 31) & ~31,
      into: scratch)
  }

  public func writeLogJoint(
    of tile: RowBlock, _ expectation: Expectation, scratch: UnsafeMutablePointer<Double>,
    into logJoint: UnsafeMutablePointer<Double>
  ) {
    let stride = (tile.count + 31) & ~31
    let (columns, room) = (scratch, scratch + columnCount * tileRows)
    switch covarianceType {
    case .full:
      writeFullDensities(columns, stride: stride, expectation, differences: room, into: logJoint)
    case .tied:
      guard let shared = expectation.shared else {
        return writeFullDensities(
          columns, stride: stride, expectation, differences: room, into: logJoint)
      }
      let whitened = room + columnCount * tileRows
      whitenTile(
        columns, columnCount: columnCount, stride: stride, mean: shared.center,
        panels: expectation.factors, differences: room, into: whitened)
      withSquares(
        whitened, stride: stride, means: shared.whitened, meanStride: columnCount, expectation
      ) { $0.write(factors: [-0.5], factorStride: 0, into: logJoint, densityStride: tileStride) }
    case .diag:
      withSquares(
        columns, stride: stride, means: expectation.means, meanStride: expectation.meanStride,
        expectation
      ) { $0.write(precisions: expectation.factors, into: logJoint, densityStride: tileStride) }
    case .spherical:
      withSquares(
        columns, stride: stride, means: expectation.means, meanStride: expectation.meanStride,
        expectation
      ) {
        $0.write(
          factors: expectation.factors, factorStride: 1, into: logJoint, densityStride: tileStride)
      }
    }
  }

  private func writeFullDensities(
    _ columns: UnsafePointer<Double>, stride: Int, _ expectation: Expectation,
    differences: UnsafeMutablePointer<Double>, into logJoint: UnsafeMutablePointer<Double>
  ) {
    expectation.factors.withUnsafeBufferPointer { factors in
      for k in 0..<componentCount {
        expectation.withMean(k) { mean in
          writeLogDensities(
            columns, columnCount: columnCount, stride: stride, mean: mean,
            panels: factors.baseAddress! + k * expectation.factorStride,
            logScale: expectation.logScales[k], differences: differences,
            into: logJoint + k * tileStride)
        }
      }
    }
  }

  /// Calls `body` with what writes log densities that are sums of squares about `means`.
  private func withSquares(
    _ columns: UnsafePointer<Double>, stride: Int, means: [Double], meanStride: Int,
    _ expectation: Expectation, _ body: (SquareLogDensities) -> Void
  ) {
    means.withUnsafeBufferPointer { means in
      expectation.logScales.withUnsafeBufferPointer { logScales in
        body(
          SquareLogDensities(
            columns, columnCount: columnCount, stride: stride, componentCount: componentCount,
            means: means.baseAddress!, meanStride: meanStride,
            logScales: logScales.baseAddress!))
      }
    }
  }

  public func add(
    _ tile: RowBlock, responsibilities: UnsafePointer<Double>, _ expectation: Expectation,
    scratch: UnsafeMutablePointer<Double>, into statistics: UnsafeMutablePointer<Double>
  ) {
    addMasses(
      responsibilities, componentCount: componentCount, stride: tileStride, count: tile.count,
      into: statistics + massesStart)
    let (columns, room) = (scratch, scratch + columnCount * tileRows)
    if expectation.pools {
      addPooled(tile, responsibilities, expectation, room, statistics)
    } else if sumsRowsInLanes {
      addRowsInLanes(tile, columns, responsibilities, expectation, room, statistics)
    } else {
      addColumnsInLanes(
        tile, responsibilities, expectation, room, sums: scratch + tileScratchCount, statistics)
    }
  }

  /// Moments with rows in lanes; those of components that less than half of the rows have a share
  /// of with columns in lanes, where rows can be left out.
  private func addRowsInLanes(
    _ tile: RowBlock, _ columns: UnsafePointer<Double>, _ responsibilities: UnsafePointer<Double>,
    _ expectation: Expectation, _ room: UnsafeMutablePointer<Double>,
    _ statistics: UnsafeMutablePointer<Double>
  ) {
    var hasBlocks = false
    for k in 0..<componentCount {
      let own = responsibilities + k * tileStride
      let leavesOutRows = KernelTable.leavesOutRows(
        columnCount: columnCount, count: tile.count, zeros: countZeros(own, count: tile.count))
      if leavesOutRows {
        if !hasBlocks { writeBlocks(of: tile, into: room) }
        hasBlocks = true
        addSelectedRows(of: tile, own, k, expectation, blocks: room, statistics)
      } else {
        addLanes(
          columns, count: tile.count, own, k, expectation,
          room: room + 2 * tileRows * paddedCount(columnCount), statistics)
      }
    }
  }

  /// Moments of component `k` with rows in lanes.
  ///
  /// - Parameter room: as much as `addLaneMoments` needs.
  private func addLanes(
    _ columns: UnsafePointer<Double>, count: Int, _ responsibilities: UnsafePointer<Double>,
    _ k: Int, _ expectation: Expectation, room: UnsafeMutablePointer<Double>,
    _ statistics: UnsafeMutablePointer<Double>
  ) {
    let first = statistics + firstMomentsStart + k * columnCount
    let moments = statistics + momentsStart(k)
    expectation.withCenter(k) { mean in
      switch covarianceType {
      case .full where columnCount > KernelTable.columnsInOnePass,
        .tied where columnCount > KernelTable.columnsInOnePass:
        addLaneMoments(
          columns, columnCount: columnCount, count: count, responsibilities: responsibilities,
          mean: mean, room: room, first: first, second: moments)
      case .full, .tied, .diag:
        addSmallMoments(
          columns, columnCount: columnCount, count: count, responsibilities: responsibilities,
          mean: mean, first: first, second: moments, diagonal: covarianceType == .diag)
      case .spherical:
        room.update(repeating: 0, count: columnCount)
        addSmallMoments(
          columns, columnCount: columnCount, count: count, responsibilities: responsibilities,
          mean: mean, first: first, second: room, diagonal: true)
        moments.pointee += sum(room)
      }
    }
  }

  /// Moments with columns in lanes.
  private func addColumnsInLanes(
    _ tile: RowBlock, _ responsibilities: UnsafePointer<Double>, _ expectation: Expectation,
    _ room: UnsafeMutablePointer<Double>, sums: UnsafeMutablePointer<Double>,
    _ statistics: UnsafeMutablePointer<Double>
  ) {
    writeBlocks(of: tile, into: room)
    let others = addTogether(
      blocks: room, count: tile.count, responsibilities, expectation, sums: sums, statistics)
    for k in others {
      addSelectedRows(
        of: tile, responsibilities + k * tileStride, k, expectation, blocks: room, statistics)
    }
  }

  private func writeBlocks(of tile: RowBlock, into blocks: UnsafeMutablePointer<Double>) {
    blockRows(
      tile.rows, count: tile.count, columnCount: columnCount, stride: tileRows, into: blocks)
  }

  /// Moments of component `k` with columns in lanes, of the rows that have a responsibility.
  ///
  /// - Parameter blocks: the tile's rows in blocks, and room for as much again and 10 × `tileRows`.
  private func addSelectedRows(
    of tile: RowBlock, _ responsibilities: UnsafePointer<Double>, _ k: Int,
    _ expectation: Expectation, blocks: UnsafeMutablePointer<Double>,
    _ statistics: UnsafeMutablePointer<Double>
  ) {
    let size = tileRows * paddedCount(columnCount)
    let (room, weights) = (blocks + size, blocks + 2 * size)
    let products = weights + 2 * tileRows
    let first = statistics + firstMomentsStart + k * columnCount
    let moments = statistics + momentsStart(k)
    let rows = selectRows(
      blocks, count: tile.count, columnCount: columnCount, stride: tileRows,
      responsibilities: responsibilities, room: room, weights: weights)
    expectation.withCenter(k) { mean in
      switch covarianceType {
      case .full, .tied:
        addMoments(
          rows, columnCount: columnCount, mean: mean, room: products, differences: room,
          first: first, second: moments)
      case .diag:
        addDiagonalMoments(
          rows, columnCount: columnCount, mean: mean, first: first, second: moments)
      case .spherical:
        products.update(repeating: 0, count: columnCount)
        addDiagonalMoments(
          rows, columnCount: columnCount, mean: mean, first: first, second: products)
        moments.pointee += sum(products)
      }
    }
  }

  /// First moments by component, second moments about each row's own mean of the means, pairs.
  ///
  /// A row's weight is divided out of its responsibilities, but for weights below 2^-900, whose
  /// reciprocals might be infinite: such a row counts about the center of the means. As the largest
  /// weight is 2^-500 or more, that changes no digit of any sum: it adds something only where it lies
  /// so far off that all means are the same to it.
  private func addPooled(
    _ tile: RowBlock, _ responsibilities: UnsafePointer<Double>, _ expectation: Expectation,
    _ room: UnsafeMutablePointer<Double>, _ statistics: UnsafeMutablePointer<Double>
  ) {
    guard let shared = expectation.shared else { return }
    let size = tileStride * paddedCount(columnCount)
    let (blocks, residuals, weights) = (room, room + size, room + 2 * size)
    let (inverseWeights, products) = (weights + tileStride, weights + 2 * tileStride)
    blockRows(
      tile.rows, count: tile.count, columnCount: columnCount, stride: tileStride, into: blocks)
    for n in 0..<tileRows {
      let weight = n < tile.count ? tile.weights?[n] ?? 1 : 0
      weights[n] = weight
      inverseWeights[n] = weight >= 0x1p-900 ? 1 / weight : 0
    }
    expectation.withMean(0) {
      addFirstMoments(
        blocks, count: tile.count, columnCount: columnCount, stride: tileStride,
        responsibilities: responsibilities, means: $0, componentCount: componentCount,
        into: statistics + firstMomentsStart)
    }
    writeResiduals(
      blocks, count: tile.count, columnCount: columnCount, stride: tileStride,
      responsibilities: responsibilities, inverseWeights: inverseWeights, center: shared.center,
      means: shared.offsets, componentCount: componentCount, into: residuals)
    let rows = SelectedRows(
      blocks: residuals, stride: tileStride, count: tile.count, weights: weights)
    // Residuals are differences already; what they add up to is not wanted.
    zeros.withUnsafeBufferPointer { zeros in
      addMoments(
        rows, columnCount: columnCount, mean: zeros.baseAddress!, room: products,
        differences: residuals, first: blocks, second: statistics + 2)
    }
    addPairSums(
      responsibilities, componentCount: componentCount, count: tile.count, stride: tileStride,
      inverseWeights: tile.weights == nil ? nil : UnsafePointer(inverseWeights), room: weights,
      into: statistics + pairsStart)
  }

  /// Where the second moments of component `k` begin.
  func momentsStart(_ k: Int) -> Int {
    2 + (covarianceType == .tied ? 0 : k * momentCount)
  }

  func sum(_ columns: UnsafePointer<Double>) -> Double {
    (0..<columnCount).reduce(0) { $0 + columns[$1] }
  }
}
