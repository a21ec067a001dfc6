/// First and second moments of every column about the mean, lanes along columns.
///
/// Adds sum of w r (x_j - mu_j) to `first` and sum of w r (x_j - mu_j)² to `second`, each summed over
/// the rows in order from zero. Four operations a value - subtract, multiply, add, multiply-add -
/// and one load.
///
/// - Parameters:
///   - mean: padded with zeros to whole vectors.
///   - first, second: `columnCount` sums each.
public func addDiagonalMoments(
  _ rows: SelectedRows, columnCount: Int, mean: UnsafePointer<Double>,
  first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>,
  shape: TileShape = .native
) {
  DiagonalMoments(
    rows: rows, columnCount: columnCount, mean: mean, first: first, second: second
  ).addAll(columnCount: columnCount, shape)
}

/// The same sums of several components, some rows at a time: few enough to stay in the first-level
/// cache while all components look at them.
///
/// - Parameters:
///   - blocks: the tile's rows (`blockRows`).
///   - responsibilities: w r of component k and row n at `[k * responsibilityStride + n]`.
///   - components: numbers of the components whose sums are wanted.
///   - means: of all components, each padded with zeros to whole vectors.
///   - rowsAtATime: `KernelTable.diagonalRows`.
///   - sums: of component k, for its first moments `paddedCount(columnCount)` numbers from number
///     `2 * k * paddedCount(columnCount)` on, and as many for the second behind them; overwritten.
public func writeDiagonalMoments(
  _ blocks: UnsafePointer<Double>, count: Int, columnCount: Int, stride: Int,
  responsibilities: UnsafePointer<Double>, responsibilityStride: Int, components: [Int],
  means: UnsafePointer<Double>, rowsAtATime: Int, into sums: UnsafeMutablePointer<Double>,
  shape: TileShape = .native
) {
  let width = paddedCount(columnCount)
  for k in components { (sums + 2 * k * width).update(repeating: 0, count: 2 * width) }
  for start in Swift.stride(from: 0, to: count, by: rowsAtATime) {
    for k in components {
      let rows = SelectedRows(
        blocks: blocks + 8 * start, stride: stride, count: min(rowsAtATime, count - start),
        weights: responsibilities + k * responsibilityStride + start)
      PartialMoments(rows: rows, mean: means + k * width, sums: sums + 2 * k * width, width: width)
        .addAll(columnCount: width, shape)
    }
  }
}

/// The sums over all rows.
private struct DiagonalMoments: ColumnGroups {
  let rows: SelectedRows
  let columnCount: Int
  let mean: UnsafePointer<Double>
  let first: UnsafeMutablePointer<Double>
  let second: UnsafeMutablePointer<Double>

  @inline(__always)
  func add<Columns: ColumnLanes>(from j: Int, _: Columns.Type) {
    var (sums, squares) = (Columns.zero, Columns.zero)
    rows.add(j, mean: mean, to: &sums, squares: &squares)
    sums.add(to: first + j, columns: columnCount - j)
    squares.add(to: second + j, columns: columnCount - j)
  }
}

/// What some rows add to sums in memory.
private struct PartialMoments: ColumnGroups {
  let rows: SelectedRows
  let mean: UnsafePointer<Double>
  let sums: UnsafeMutablePointer<Double>
  let width: Int

  @inline(__always)
  func add<Columns: ColumnLanes>(from j: Int, _: Columns.Type) {
    let (first, second) = (sums + j, sums + width + j)
    var sums = Columns(loading: first, step: 8)
    var squares = Columns(loading: second, step: 8)
    rows.add(j, mean: mean, to: &sums, squares: &squares)
    sums.store(to: first)
    squares.store(to: second)
  }
}

extension SelectedRows {
  @inline(__always)
  fileprivate func add<Columns: ColumnLanes>(
    _ j: Int, mean: UnsafePointer<Double>, to sums: inout Columns, squares: inout Columns
  ) {
    let mean = Columns(loading: mean + j, step: 8)
    let block = blocks + j * stride
    for n in 0..<count {
      let difference = Columns(loading: block + 8 * n, step: 8 * stride) - mean
      let product = difference * weights[n]
      sums += product
      squares.addProduct(product, difference)
    }
  }
}
