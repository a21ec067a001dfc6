import Kernels

/// First and second moments of the rows about points near the components' means.
///
/// Moments about the origin keep under 3 digits of a covariance at offset 1e6, these keep all (where a
/// mean moves far, they are taken about the new one: `MomentSums`).
public struct GaussianMoments: Moments {
  static let second = "second moments"
  static let first = "first moments"
  static let pairs = "pairs"
  /// The sums of the moments' weights, where these are not the responsibilities; else their masses.
  static let weights = "moment weights"

  let componentCount: Int
  let columnCount: Int
  /// Of each column, added to its variances.
  let addends: [Double]
  /// Of the data, which no mean leaves if all rows are complete.
  let ranges: ColumnRanges?
  /// Of the data, if rows may lack columns.
  let observed: ObservedColumns?
  /// What is to be expected of these; nil where nothing is known of components yet.
  let conditional: (any ConditionalColumns)?
  /// Whether weights are responsibilities times numbers of the rows, which are in `Tile.kept`.
  var weighsRows = false
  public let slots: Slots
  private let form: any CovarianceForm
  private let squares: any SecondMoments
  /// K points, each padded with zeros to whole vectors.
  private var centers: [Double]
  /// The same as `ConditionalColumns` takes them, if they are needed.
  private(set) var laneCenters: [Double] = []
  /// Whether second moments come from residuals and pairs, and about what; nil: from each component.
  private var pooled: SharedCenter?
  /// The second moments of a component.
  let secondCount: Int
  private let firstStart: Int
  private let pairsStart: Int

  /// Moments about K points, D numbers each.
  ///
  /// - Parameters:
  ///   - shared: what components with a common covariance share, if that may be used.
  ///   - conditional: of the components that gave the responsibilities.
  init(
    of mixture: GaussianMixture, about centers: [Double], shared: SharedCenter? = nil,
    conditional: (any ConditionalColumns)? = nil
  ) {
    (componentCount, columnCount) = (mixture.componentCount, mixture.columnCount)
    (addends, observed) = (mixture.addends, mixture.observed)
    // What is expected of a missing value may lie beyond all that are there.
    ranges = observed == nil ? mixture.ranges : nil
    self.conditional = conditional
    form = mixture.form
    squares = form.secondMoments
    self.centers = padded(centers, columns: columnCount)
    if conditional != nil { laneCenters = laneMajor(points: centers, columnCount: columnCount) }
    let pairCount = form.pairCount(components: componentCount, columns: columnCount)
    pooled = pairCount > 0 ? shared : nil
    secondCount = squares.count(columns: columnCount)
    firstStart = secondCount * form.count(components: componentCount)
    pairsStart = firstStart + componentCount * columnCount
    slots = [
      Self.second: firstStart, Self.first: componentCount * columnCount, Self.pairs: pairCount,
    ]
  }

  /// The rows in blocks, those with a responsibility, two numbers a row, and products of eight columns;
  /// and sums of all components.
  public var scratchCount: Int { completeScratchCount + incompleteScratchCount }

  var completeScratchCount: Int { tileScratchCount + sumsCount }

  public var fill: [Double]? { observed?.means }

  private var tileScratchCount: Int { (2 * paddedCount(columnCount) + 10) * tileStride }

  /// The numbers of the sums of all components, where these look at rows together.
  private var sumsCount: Int {
    squares.rowsAtATime(columns: columnCount) == nil
      ? 0 : 2 * componentCount * paddedCount(columnCount)
  }

  /// About the means that they give; nil if no variance needs it.
  public func again(after sums: Sums) -> GaussianMoments? {
    let sums = MomentSums(sums, of: self)
    guard form.losesDigits(sums) else { return nil }
    var next = self
    next.pooled = nil
    let stride = paddedCount(columnCount)
    for k in 0..<componentCount where sums.divisors[k] > 0 {
      for j in 0..<columnCount { next.centers[k * stride + j] = sums.mean(k, j) }
    }
    if conditional != nil {
      let points = (0..<componentCount).flatMap { k in
        (0..<columnCount).map { next.center(k, $0) }
      }
      next.laneCenters = laneMajor(points: points, columnCount: columnCount)
    }
    // Where the mean has no neighbor that is nearer, nothing is to be gained.
    return next.centers == centers ? nil : next
  }

  func center(_ k: Int, _ j: Int) -> Double { centers[k * paddedCount(columnCount) + j] }

  public func add(
    _ tile: Tile, weights: UnsafeMutablePointer<Double>, into sums: UnsafeMutablePointer<Double>
  ) {
    if let rows = tile.incomplete { addIncomplete(rows, of: tile, weights, sums) }
    if let pooled {
      addPooled(tile, weights, about: pooled, sums)
    } else if squares.hasRowsInLanes(columns: columnCount) {
      addRowsInLanes(tile, weights, sums)
    } else {
      addColumnsInLanes(tile, weights, sums)
    }
  }

  /// Calls `body` with the padded center of component `k`.
  @inline(__always)
  private func withCenter(_ k: Int, _ body: (UnsafePointer<Double>) -> Void) {
    centers.withUnsafeBufferPointer { body($0.baseAddress! + k * paddedCount(columnCount)) }
  }

  func first(
    _ k: Int, _ sums: UnsafeMutablePointer<Double>
  ) -> UnsafeMutablePointer<Double> { sums + firstStart + k * columnCount }

  func second(
    _ k: Int, _ sums: UnsafeMutablePointer<Double>
  ) -> UnsafeMutablePointer<Double> { sums + (form.isShared ? 0 : k * secondCount) }

  func add(squares own: UnsafePointer<Double>, _ k: Int, to sums: UnsafeMutablePointer<Double>) {
    squares.add(squares: own, columnCount: columnCount, to: second(k, sums))
  }

  /// Moments with rows in lanes; those of components that less than half of the rows have a share
  /// of with columns in lanes, where rows can be left out.
  private func addRowsInLanes(
    _ tile: Tile, _ weights: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Double>
  ) {
    var hasBlocks = false
    for k in 0..<componentCount {
      let own = weights + k * tileStride
      let leavesOutRows = KernelTable.leavesOutRows(
        columnCount: columnCount, count: tile.count, zeros: countZeros(own, count: tile.count))
      if leavesOutRows {
        if !hasBlocks { writeBlocks(of: tile) }
        hasBlocks = true
        addSelectedRows(of: tile, own, k, sums)
      } else {
        withCenter(k) { center in
          squares.addLanes(
            tile.columns, columnCount: columnCount, count: tile.count, weights: own,
            center: center, scratch: tile.scratch + 2 * tileRows * paddedCount(columnCount),
            first: first(k, sums), second: second(k, sums))
        }
      }
    }
  }

  /// Moments with columns in lanes: of those components that half of the rows or more have a share of
  /// together, where that is the faster way, and of others one after the other.
  private func addColumnsInLanes(
    _ tile: Tile, _ weights: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Double>
  ) {
    writeBlocks(of: tile)
    var others = Array(0..<componentCount)
    if let rowsAtATime = squares.rowsAtATime(columns: columnCount) {
      let middle = others.partition {
        KernelTable.leavesOutRows(
          columnCount: columnCount, count: tile.count,
          zeros: countZeros(weights + $0 * tileStride, count: tile.count))
      }
      addTogether(tile, Array(others[..<middle]), rowsAtATime: rowsAtATime, weights, sums)
      others.removeSubrange(..<middle)
    }
    for k in others { addSelectedRows(of: tile, weights + k * tileStride, k, sums) }
  }

  private func addTogether(
    _ tile: Tile, _ together: [Int], rowsAtATime: Int, _ weights: UnsafePointer<Double>,
    _ sums: UnsafeMutablePointer<Double>
  ) {
    let ofTile = tile.scratch + tileScratchCount
    withCenter(0) {
      writeDiagonalMoments(
        tile.scratch, count: tile.count, columnCount: columnCount, stride: tileRows,
        responsibilities: weights, responsibilityStride: tileStride,
        components: together, means: $0, rowsAtATime: rowsAtATime, into: ofTile)
    }
    let width = paddedCount(columnCount)
    for k in together {
      let own = ofTile + 2 * k * width
      let first = first(k, sums)
      for j in 0..<columnCount { first[j] += own[j] }
      squares.add(squares: own + width, columnCount: columnCount, to: second(k, sums))
    }
  }

  private func writeBlocks(of tile: Tile) {
    blockRows(
      tile.rows.rows, count: tile.count, columnCount: columnCount, stride: tileRows,
      into: tile.scratch)
  }

  /// Moments of component `k` with columns in lanes, of the rows that have a weight in it.
  private func addSelectedRows(
    of tile: Tile, _ weights: UnsafePointer<Double>, _ k: Int,
    _ sums: UnsafeMutablePointer<Double>
  ) {
    let size = tileRows * paddedCount(columnCount)
    let (scratch, ownWeights) = (tile.scratch + size, tile.scratch + 2 * size)
    let rows = selectRows(
      tile.scratch, count: tile.count, columnCount: columnCount, stride: tileRows,
      responsibilities: weights, scratch: scratch, weights: ownWeights)
    withCenter(k) { center in
      squares.addRows(
        rows, columnCount: columnCount, center: center, products: ownWeights + 2 * tileRows,
        differences: scratch, first: first(k, sums), second: second(k, sums))
    }
  }

  /// First moments by component, second moments about each row's own mean of the means, pairs.
  ///
  /// What a row has in all components is divided out of its weights: w, or less beside noise, or more or
  /// less where components weigh rows. Not out of less than 2^-900, whose reciprocal might be infinite:
  /// such a row counts about the center of the means. As the largest row weight is 2^-500 or more, that
  /// changes no digit of any sum: it adds something only where it lies so far off that all means are the
  /// same to it.
  private func addPooled(
    _ tile: Tile, _ responsibilities: UnsafePointer<Double>, about shared: SharedCenter,
    _ sums: UnsafeMutablePointer<Double>
  ) {
    let width = paddedCount(columnCount)
    let size = tileStride * width
    let (blocks, residuals) = (tile.scratch, tile.scratch + size)
    let weights = tile.scratch + 2 * size
    let (inverseWeights, products) = (weights + tileStride, weights + 2 * tileStride)
    blockRows(
      tile.rows.rows, count: tile.count, columnCount: columnCount, stride: tileStride,
      into: blocks)
    weights.update(repeating: 0, count: tileRows)
    for k in 0..<componentCount {
      for n in 0..<tile.count { weights[n] += responsibilities[k * tileStride + n] }
    }
    for n in 0..<tileRows { inverseWeights[n] = weights[n] >= 0x1p-900 ? 1 / weights[n] : 0 }
    withCenter(0) {
      addFirstMoments(
        blocks, count: tile.count, columnCount: columnCount, stride: tileStride,
        responsibilities: responsibilities, means: $0, componentCount: componentCount,
        into: sums + firstStart)
    }
    writeResiduals(
      blocks, count: tile.count, columnCount: columnCount, stride: tileStride,
      responsibilities: responsibilities, inverseWeights: inverseWeights, center: shared.center,
      means: shared.offsets, componentCount: componentCount, into: residuals)
    // Residuals are differences already, from zeros; what they add up to is not wanted.
    withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { zeros in
      zeros.initialize(repeating: 0)
      addMoments(
        SelectedRows(blocks: residuals, stride: tileStride, count: tile.count, weights: weights),
        columnCount: columnCount, mean: zeros.baseAddress!, scratch: products,
        differences: residuals, first: blocks, second: sums)
    }
    addPairSums(
      responsibilities, componentCount: componentCount, count: tile.count, stride: tileStride,
      inverseWeights: inverseWeights, scratch: weights, into: sums + pairsStart)
  }
}
