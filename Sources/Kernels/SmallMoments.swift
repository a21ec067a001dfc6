/// Moments of a component about its mean, for one or two columns, or for fewer than 8 that have
/// variances only: lanes along rows, since vectors of columns would be mostly padding.
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
  first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>, diagonal: Bool
) {
  let moments = SmallMoments(
    columns: columns, columnCount: columnCount, count: count, responsibilities: responsibilities,
    mean: mean, first: first)
  if diagonal || columnCount == 1 {
    for i in 0..<columnCount { moments.addSquares(i, to: second + i) }
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

  /// The sums of one column.
  @inline(__always)
  func addSquares(_ i: Int, to second: UnsafeMutablePointer<Double>) {
    let center = mean[i]
    var sum = Vector8.zero
    var square = Vector8.zero
    for n in stride(from: 0, to: count, by: 8) {
      let group = columns + (n & ~31) * columnCount + (n & 31)
      let difference = Vector8(loading: group + 32 * i) - center
      let product = Vector8(loading: responsibilities + n) * difference
      sum += product
      square.addProduct(product, difference)
    }
    first[i] += sum.laneSum
    second.pointee += square.laneSum
  }

  /// All sums of two columns in one pass, the case that is bound by what surrounds the passes.
  @inline(__always)
  func addPair(to second: UnsafeMutablePointer<Double>) {
    var (sum0, sum1) = (Vector8.zero, Vector8.zero)
    var (square0, product, square1) = (Vector8.zero, Vector8.zero, Vector8.zero)
    for n in stride(from: 0, to: count, by: 8) {
      let group = columns + (n & ~31) * 2 + (n & 31)
      let weight = Vector8(loading: responsibilities + n)
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
