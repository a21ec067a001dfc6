/// Sum over columns of (x_j - mu_j)² precision_j of every row of a transposed tile.
///
/// Three operations a value: subtract, multiply, multiply-add.
public func scaledSquaredDistances(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int, mean: UnsafePointer<Double>,
  precisions: UnsafePointer<Double>, into distances: UnsafeMutablePointer<Double>
) {
  for start in Swift.stride(from: 0, to: stride, by: 32) {
    var q0 = Vector8.zero, q1 = Vector8.zero, q2 = Vector8.zero, q3 = Vector8.zero
    for j in 0..<columnCount {
      let column = columns + j * stride + start
      let center = Vector8(repeating: mean[j])
      let precision = Vector8(repeating: precisions[j])
      let d0 = Vector8(loading: column) - center
      let d1 = Vector8(loading: column + 8) - center
      let d2 = Vector8(loading: column + 16) - center
      let d3 = Vector8(loading: column + 24) - center
      q0.addProduct(d0 * precision, d0)
      q1.addProduct(d1 * precision, d1)
      q2.addProduct(d2 * precision, d2)
      q3.addProduct(d3 * precision, d3)
    }
    q0.store(to: distances + start)
    q1.store(to: distances + start + 8)
    q2.store(to: distances + start + 16)
    q3.store(to: distances + start + 24)
  }
}
