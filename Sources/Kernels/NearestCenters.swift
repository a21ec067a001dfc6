/// The squared distances of `stride` rows to one center: sum over j of (x_j - c_j)², in the order
/// of the columns, one fused multiply-add each.
///
/// The difference is taken first, so that a large offset of the data costs no digits.
/// About 2 D operations a row; lanes are rows.
/// - Parameters:
///   - columns: D × `stride`, as `transposeTile` writes them.
///   - stride: a multiple of 32.
public func squaredDistances(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int,
  to center: UnsafePointer<Double>, into distances: UnsafeMutablePointer<Double>
) {
  for start in Swift.stride(from: 0, to: stride, by: 32) {
    var (sum0, sum1, sum2, sum3) = (Vector8.zero, Vector8.zero, Vector8.zero, Vector8.zero)
    for j in 0..<columnCount {
      let lanes = columns + j * stride + start
      let c = Vector8(repeating: center[j])
      let x0 = Vector8(loading: lanes) - c
      let x1 = Vector8(loading: lanes + 8) - c
      let x2 = Vector8(loading: lanes + 16) - c
      let x3 = Vector8(loading: lanes + 24) - c
      sum0.addProduct(x0, x0)
      sum1.addProduct(x1, x1)
      sum2.addProduct(x2, x2)
      sum3.addProduct(x3, x3)
    }
    sum0.store(to: distances + start)
    sum1.store(to: distances + start + 8)
    sum2.store(to: distances + start + 16)
    sum3.store(to: distances + start + 24)
  }
}

/// The nearest of K centers for `stride` rows, ties to the lowest number.
///
/// - Parameters:
///   - columns: D × `stride`, as `transposeTile` writes them.
///   - centers: K × D, row-major.
///   - scratch: room for `stride` numbers.
///   - labels: `stride` numbers, 0 to K - 1.
///   - distances: `stride` squared distances to the nearest center.
public func findNearest(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int,
  centers: UnsafePointer<Double>, centerCount: Int, scratch: UnsafeMutablePointer<Double>,
  labels: UnsafeMutablePointer<Int>, distances: UnsafeMutablePointer<Double>
) {
  squaredDistances(
    columns, columnCount: columnCount, stride: stride, to: centers, into: distances)
  for n in 0..<stride { labels[n] = 0 }
  for k in 1..<centerCount {
    squaredDistances(
      columns, columnCount: columnCount, stride: stride, to: centers + k * columnCount,
      into: scratch)
    for n in 0..<stride {
      let nearer = scratch[n] < distances[n]
      distances[n] = nearer ? scratch[n] : distances[n]
      labels[n] = nearer ? k : labels[n]
    }
  }
}
