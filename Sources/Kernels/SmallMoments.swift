/// Moments of a component about its mean, for fewer than 8 columns: lanes along rows, since
/// vectors of columns would be mostly padding.
///
/// Every sum is fused over the rows n = 0, 8, ... in eight lanes, then over the lanes.
///
/// - Parameters:
///   - columns: the transposed tile (`transposeTile`), `stride` rows, a multiple of 8.
///   - responsibilities: w r, `stride` of them, zero beyond the tile's rows.
///   - mean: `columnCount` numbers.
///   - products: room for `columnCount` × `stride` numbers.
///   - first: the `columnCount` sums of w r (x_i - mu_i) are added here.
///   - second: the sums of w r (x_i - mu_i)(x_j - mu_j) are added here: those of the packed lower
///     triangle, or of its diagonal only.
///   - diagonal: whether `second` has the D sums of i = j only.
public func addSmallMoments(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int,
  responsibilities: UnsafePointer<Double>, mean: UnsafePointer<Double>,
  products: UnsafeMutablePointer<Double>, first: UnsafeMutablePointer<Double>,
  second: UnsafeMutablePointer<Double>, diagonal: Bool
) {
  for i in 0..<columnCount {
    let center = Vector8(repeating: mean[i])
    var sum = Vector8.zero
    var square = Vector8.zero
    for n in Swift.stride(from: 0, to: stride, by: 8) {
      let difference = Vector8(loading: columns + i * stride + n) - center
      let product = Vector8(loading: responsibilities + n) * difference
      product.store(to: products + i * stride + n)
      sum += product
      square.addProduct(product, difference)
    }
    first[i] += sum.laneSum
    if diagonal {
      second[i] += square.laneSum
      continue
    }
    let row = second + PackedTriangle.row(i)
    row[i] += square.laneSum
    for j in 0..<i {
      // w r (x_i - mu_i) times x_j - mu_j, as it is on the diagonal.
      let other = Vector8(repeating: mean[j])
      var sum = Vector8.zero
      for n in Swift.stride(from: 0, to: stride, by: 8) {
        sum.addProduct(
          Vector8(loading: products + i * stride + n),
          Vector8(loading: columns + j * stride + n) - other)
      }
      row[j] += sum.laneSum
    }
  }
}
