/// Log densities of a tile's rows under full covariances, less the work that cannot matter.
///
/// What lies further below a row's largest than `negligibleLogRatio` counts as 0
/// (`normalizeLogJoint`): instead of it, any number that lies there too will do. |L^-1 (x - mu)|² is
/// a fused sum of squares over the rows of L^-1, whose steps all round monotonically: a part of it
/// is at most the whole, in floating point too, and gives an upper bound of the density. Where
/// that lies too far below any density known of the row, the rest of the product is left out. What
/// this proves is what would have been computed: no bit of a responsibility depends on it, hence
/// none on how the rows fall into groups and vectors.
///
/// 1. The leading columns: bounds for all components, and by their marginal distribution a guess at
///    the component nearest to each row.
/// 2. The density of that component, in full.
/// 3. Where much is open still, `SeparatingDirections` between that component and the others.
/// 4. The others that their bounds leave possible, until a longer part of the sum excludes them.
///
/// Where the first 32 rows show that little can be excluded, all is computed without more ado.
public struct ScreenedLogDensities {
  let rows: UnsafePointer<Double>
  let count: Int
  let columns: UnsafePointer<Double>
  let columnCount: Int
  let stride: Int
  let components: FullComponents
  let directions: SeparatingDirections?
  let shape: TileShape
  let scratch: ScreeningScratch

  /// The columns whose marginal distribution is looked at first, in whole panels: five in sixteen,
  /// whose part of the product is a tenth; 0: there are too few for that to pay.
  public static func leadingColumns(of columnCount: Int) -> Int {
    columnCount < KernelTable.screenedColumns ? 0 : 5 * columnCount / 16 & ~3
  }

  /// The numbers that `scratch` must hold for a tile of `stride` rows.
  public static func scratchCount(columnCount: Int, stride: Int) -> Int {
    64 * columnCount + 64 + 2 * stride
  }

  /// - Parameters:
  ///   - rows: `count` × `columnCount`, row-major; there are leading columns.
  ///   - columns: the same, transposed (`transposeTile`).
  ///   - stride: the rows with padding, a multiple of 32.
  ///   - scratch: for `scratchCount` numbers.
  public init(
    _ rows: UnsafePointer<Double>, count: Int, columns: UnsafePointer<Double>, columnCount: Int,
    stride: Int, components: FullComponents, directions: SeparatingDirections?,
    scratch: UnsafeMutablePointer<Double>, shape: TileShape = .native
  ) {
    self.rows = rows
    self.count = count
    self.columns = columns
    self.columnCount = columnCount
    self.stride = stride
    self.components = components
    self.directions = directions
    self.shape = shape
    self.scratch = ScreeningScratch(scratch, columnCount: columnCount, stride: stride)
  }

  /// - Parameter densities: that of component k and row n goes to `[k * densityStride + n]`.
  public func write(into densities: UnsafeMutablePointer<Double>, densityStride: Int) {
    let leading = Self.leadingColumns(of: columnCount)
    writeBounds(groups: 0..<32, leading, into: densities, densityStride)
    guard excludesMost(densities, densityStride, leading) else {
      return writeAll(into: densities, densityStride)
    }
    writeBounds(groups: 32..<stride, leading, into: densities, densityStride)
    guess(densities, densityStride)
    withUnsafeTemporaryAllocation(of: Int.self, capacity: count + components.count + 1) { numbers in
      let order = numbers.baseAddress!
      sortByGuess(into: order, ends: order + count)
      writeGuessed(order, ends: order + count, into: densities, densityStride)
      let open = addScales(to: densities, densityStride)
      if let directions, 8 * open > count * components.count {
        add(directions, order, ends: order + count, to: densities, densityStride)
      }
      writeOthers(numbers: order, into: densities, densityStride)
    }
  }

  private func writeAll(into densities: UnsafeMutablePointer<Double>, _ densityStride: Int) {
    for k in 0..<components.count { writeAll(k, into: densities + k * densityStride) }
  }

  private func writeAll(_ k: Int, into densities: UnsafeMutablePointer<Double>) {
    writeLogDensities(
      columns, columnCount: columnCount, stride: stride,
      mean: components.means + k * components.meanStride,
      panels: components.panels + k * components.panelStride,
      logScale: components.logScales[k], differences: scratch.differences, into: densities,
      shape: shape)
  }
}

/// Scratch memory of `ScreenedLogDensities`.
struct ScreeningScratch {
  /// 32 rows of all columns: less the mean; gathered.
  let differences: UnsafeMutablePointer<Double>
  let group: UnsafeMutablePointer<Double>
  /// Of the gathered rows: densities, and what is known of each row's largest.
  let results: UnsafeMutablePointer<Double>
  let gatheredTops: UnsafeMutablePointer<Double>
  /// Of all rows: the largest density known, and the component guessed to be the nearest.
  let tops: UnsafeMutablePointer<Double>
  let guesses: UnsafeMutablePointer<Double>

  init(_ scratch: UnsafeMutablePointer<Double>, columnCount: Int, stride: Int) {
    differences = scratch
    group = differences + 32 * columnCount
    results = group + 32 * columnCount
    gatheredTops = results + 32
    tops = gatheredTops + 32
    guesses = tops + stride
  }
}
