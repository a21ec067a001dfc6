/// Moments of a component about its mean, for one or two columns, or for some more that have
/// variances only: lanes along rows, since vectors of columns would be mostly padding, or one chain of
/// sums that wait for each other.
///
/// Every sum is fused over the rows n = 0, 8, ... in eight lanes, then over the lanes.
///
/// - Parameters:
///   - columns: the tile (`transposeTile`).
///   - count: its rows.
///   - responsibilities: w r, readable, and zero, up to the next multiple of 8.
///   - mean: `columnCount` numbers.
///   - first: the `columnCount` sums of w r (x_i - mu_i) are added here.
///   - second: the sums of w r (x_i - mu_i)(x_j - mu_j) are added here: the three of two columns, or
///     those of the diagonal.
///   - diagonal: whether `second` has the D sums of i = j only.
public func addSmallMoments(
  _ columns: UnsafePointer<Double>, columnCount: Int, count: Int,
  responsibilities: UnsafePointer<Double>, mean: UnsafePointer<Double>,
  first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>, diagonal: Bool,
  shape: TileShape = .native
) {
  let moments = SmallMoments(
    columns: columns, columnCount: columnCount, count: count, responsibilities: responsibilities,
    mean: mean, first: first)
  if diagonal || columnCount == 1 {
    moments.addSquares(to: second, shape)
  } else {
    moments.addPair(to: second)
  }
}

private struct SmallMoments {
  let columns: UnsafePointer<Double>
  let columnCount: Int
  let count: Int
  let responsibilities: UnsafePointer<Double>
  let mean: UnsafePointer<Double>
  let first: UnsafeMutablePointer<Double>

  /// The sums of every column and of its squares: four operations and one load a value. Those of
  /// four columns are 8 registers of AVX-512, those of two 8 of AVX2.
  @inline(__always)
  func addSquares(to second: UnsafeMutablePointer<Double>, _ shape: TileShape) {
    var i = 0
    while shape != .small && i + 4 <= columnCount {
      var (a, b, c, d) = (squares(i), squares(i + 1), squares(i + 2), squares(i + 3))
      forEachVector { group, weight in
        a.add(group, weight)
        b.add(group, weight)
        c.add(group, weight)
        d.add(group, weight)
      }
      a.write(first, second)
      b.write(first, second)
      c.write(first, second)
      d.write(first, second)
      i += 4
    }
    while i + 2 <= columnCount {
      var (a, b) = (squares(i), squares(i + 1))
      forEachVector { group, weight in
        a.add(group, weight)
        b.add(group, weight)
      }
      a.write(first, second)
      b.write(first, second)
      i += 2
    }
    guard i < columnCount else { return }
    var a = squares(i)
    forEachVector { group, weight in a.add(group, weight) }
    a.write(first, second)
  }

  @inline(__always)
  private func squares(_ i: Int) -> ColumnSquares { ColumnSquares(column: i, mean: mean[i]) }

  /// Calls `body` for eight rows at a time, with where their columns begin and their weights.
  @inline(__always)
  private func forEachVector(_ body: (UnsafePointer<Double>, Vector8) -> Void) {
    for start in stride(from: 0, to: count, by: 32) {
      for n in stride(from: start, to: min(start + 32, count), by: 8) {
        body(columns + start * columnCount + n - start, Vector8(loading: responsibilities + n))
      }
    }
  }

  /// All sums of two columns in one pass, the case that is bound by what surrounds the passes.
  @inline(__always)
  func addPair(to second: UnsafeMutablePointer<Double>) {
    var (sum0, sum1) = (Vector8.zero, Vector8.zero)
    var (square0, product, square1) = (Vector8.zero, Vector8.zero, Vector8.zero)
    forEachVector { group, weight in
      let x0 = Vector8(loading: group) - mean[0]
      let x1 = Vector8(loading: group + 32) - mean[1]
      let (p0, p1) = (weight * x0, weight * x1)
      sum0 += p0
      sum1 += p1
      square0.addProduct(p0, x0)
      product.addProduct(p1, x0)
      square1.addProduct(p1, x1)
    }
    first[0] += sum0.laneSum
    first[1] += sum1.laneSum
    second[0] += square0.laneSum
    second[1] += product.laneSum
    second[2] += square1.laneSum
  }
}

/// The sums of one column.
private struct ColumnSquares {
  let column: Int
  let mean: Double
  var sum = Vector8.zero
  var square = Vector8.zero

  @inline(__always)
  mutating func add(_ group: UnsafePointer<Double>, _ weight: Vector8) {
    let difference = Vector8(loading: group + 32 * column) - mean
    let product = weight * difference
    sum += product
    square.addProduct(product, difference)
  }

  @inline(__always)
  func write(_ first: UnsafeMutablePointer<Double>, _ second: UnsafeMutablePointer<Double>) {
    first[column] += sum.laneSum
    second[column] += square.laneSum
  }
}
