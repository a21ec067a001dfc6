/// Moments of a component about its mean, for fewer than 8 columns: lanes along rows, since
/// vectors of columns would be mostly padding.
///
/// Every sum is fused over the rows n = 0, 8, ... in eight lanes, then over the lanes.
///
/// - Parameters:
///   - columns: the tile (`transposeTile`).
///   - count: its rows.
///   - responsibilities: w r, readable, and zero, up to the next multiple of 8.
///   - mean: `columnCount` numbers.
///   - first: the `columnCount` sums of w r (x_i - mu_i) are added here.
///   - second: the sums of w r (x_i - mu_i)(x_j - mu_j) are added here: those of the packed lower
///     triangle, or of its diagonal only.
///   - diagonal: whether `second` has the D sums of i = j only.
public func addSmallMoments(
  _ columns: UnsafePointer<Double>, columnCount: Int, count: Int,
  responsibilities: UnsafePointer<Double>, mean: UnsafePointer<Double>,
  first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>, diagonal: Bool
) {
  let moments = SmallMoments(
    columns: columns, columnCount: columnCount, count: count, responsibilities: responsibilities,
    mean: mean, first: first)
  if columnCount == 2 && !diagonal { return moments.addPair(to: second) }
  for i in 0..<columnCount {
    let row = diagonal ? second + i : second + PackedTriangle.row(i)
    let firstColumn = diagonal ? i : 0
    for j in stride(from: firstColumn, through: i, by: 4) {
      let sums = row + j - firstColumn
      // With a number known to the compiler the sums stay in registers.
      switch i - j {
      case 0: moments.add(i, j, width: 1, isFirst: j == firstColumn, to: sums)
      case 1: moments.add(i, j, width: 2, isFirst: j == firstColumn, to: sums)
      case 2: moments.add(i, j, width: 3, isFirst: j == firstColumn, to: sums)
      default: moments.add(i, j, width: 4, isFirst: j == firstColumn, to: sums)
      }
    }
  }
}

private struct SmallMoments {
  let columns: UnsafePointer<Double>
  let columnCount: Int
  let count: Int
  let responsibilities: UnsafePointer<Double>
  let mean: UnsafePointer<Double>
  let first: UnsafeMutablePointer<Double>

  /// Adds the sums of column i with `width` columns from j on, and if they are the first of
  /// column i, its first moment.
  @inline(__always)
  func add(
    _ i: Int, _ j: Int, width: Int, isFirst: Bool, to second: UnsafeMutablePointer<Double>
  ) {
    let center = mean[i]
    var sum = Vector8.zero
    var a = Vector8.zero
    var b = Vector8.zero
    var c = Vector8.zero
    var d = Vector8.zero
    for n in stride(from: 0, to: count, by: 8) {
      let group = columns + (n & ~31) * columnCount + (n & 31)
      let product = Vector8(loading: responsibilities + n)
        * (Vector8(loading: group + 32 * i) - center)
      let other = group + 32 * j
      sum += product
      a.addProduct(product, Vector8(loading: other) - mean[j])
      if width > 1 { b.addProduct(product, Vector8(loading: other + 32) - mean[j + 1]) }
      if width > 2 { c.addProduct(product, Vector8(loading: other + 64) - mean[j + 2]) }
      if width > 3 { d.addProduct(product, Vector8(loading: other + 96) - mean[j + 3]) }
    }
    if isFirst { first[i] += sum.laneSum }
    second[0] += a.laneSum
    if width > 1 { second[1] += b.laneSum }
    if width > 2 { second[2] += c.laneSum }
    if width > 3 { second[3] += d.laneSum }
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
