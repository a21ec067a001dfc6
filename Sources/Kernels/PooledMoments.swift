/// The M-step's statistics for a covariance that all components share, without K outer products a
/// row.
///
/// With r summing to 1 over the components and xbar = sum_k r_k mu_k,
///
///     sum_k r_k (x - mu_k)(x - mu_k)'
///       = (x - xbar)(x - xbar)' + sum_{k<l} r_k r_l (mu_k - mu_l)(mu_k - mu_l)'
///
/// (the first step is the parallel axis theorem about xbar, the second writes a variance by its
/// pairs). So one outer product a row and the K (K - 1) / 2 sums of w r_k r_l are enough. All terms
/// are positive: unlike the total scatter less that between the means, nothing cancels when the
/// components lie far apart.

/// Writes x - xbar of a tile's rows, in blocks.
///
/// Per row and component: D multiply-adds, of four rows at a time, which hide each other's latency.
/// - Parameters:
///   - blocks: the rows (`blockRows`), of the given stride, a multiple of 4.
///   - responsibilities: w r of component k and row n at `[k * stride + n]`, readable up to the next
///     multiple of 4.
///   - inverseWeights: 1 / w of each row; 0 for a row of weight 0.
///   - center: padded with zeros to whole vectors; any point amid the means.
///   - means: K means less `center`, each padded.
public func writeResiduals(
  _ blocks: UnsafePointer<Double>, count: Int, columnCount: Int, stride: Int,
  responsibilities: UnsafePointer<Double>, inverseWeights: UnsafePointer<Double>,
  center: UnsafePointer<Double>, means: UnsafePointer<Double>, componentCount: Int,
  into residuals: UnsafeMutablePointer<Double>
) {
  let width = paddedCount(columnCount)
  for j in Swift.stride(from: 0, to: width, by: 8) {
    let middle = Vector8(loading: center + j)
    for n in Swift.stride(from: 0, to: count, by: 4) {
      var sums = FourSums<Vector8>()
      for k in 0..<componentCount {
        sums.add(
          responsibilities + k * stride + n, Vector8(loading: means + k * width + j))
      }
      let place = j * stride + 8 * n
      let (source, target) = (blocks + place, residuals + place)
      let inverse = inverseWeights + n
      (Vector8(loading: source) - middle - sums.a * inverse[0]).store(to: target)
      // Rows beyond the last get whatever numbers.
      (Vector8(loading: source + 8) - middle - sums.b * inverse[1]).store(to: target + 8)
      (Vector8(loading: source + 16) - middle - sums.c * inverse[2]).store(to: target + 16)
      (Vector8(loading: source + 24) - middle - sums.d * inverse[3]).store(to: target + 24)
    }
  }
}

/// Adds sum of w r_k r_l over a tile's rows to `pairs[k (k - 1) / 2 + l]`, for l < k.
///
/// Lanes along rows; each sum is fused over n = 0, 8, ... in eight lanes, then over the lanes. Four l
/// at a time: 5 loads for 4 multiply-adds.
/// - Parameters:
///   - responsibilities: w r at `[k * stride + n]`, zero from the tile's rows up to a multiple of 8.
///   - inverseWeights: 1 / w of each row up to a multiple of 8, 0 for no weight; nil: all 1.
///   - room: for `stride` numbers.
public func addPairSums(
  _ responsibilities: UnsafePointer<Double>, componentCount: Int, count: Int, stride: Int,
  inverseWeights: UnsafePointer<Double>?, room: UnsafeMutablePointer<Double>,
  into pairs: UnsafeMutablePointer<Double>
) {
  let lanes = paddedCount(count)
  for k in 1..<max(1, componentCount) {
    var own = responsibilities + k * stride
    if let inverseWeights {
      for n in 0..<lanes { room[n] = own[n] * inverseWeights[n] }
      own = UnsafePointer(room)
    }
    let row = pairs + k * (k - 1) / 2
    var l = 0
    while l + 4 <= k {
      var a = Vector8.zero
      var b = Vector8.zero
      var c = Vector8.zero
      var d = Vector8.zero
      let other = responsibilities + l * stride
      for n in Swift.stride(from: 0, to: lanes, by: 8) {
        let r = Vector8(loading: own + n)
        a.addProduct(r, Vector8(loading: other + n))
        b.addProduct(r, Vector8(loading: other + stride + n))
        c.addProduct(r, Vector8(loading: other + 2 * stride + n))
        d.addProduct(r, Vector8(loading: other + 3 * stride + n))
      }
      row[l] += a.laneSum
      row[l + 1] += b.laneSum
      row[l + 2] += c.laneSum
      row[l + 3] += d.laneSum
      l += 4
    }
    while l < k {
      var a = Vector8.zero
      for n in Swift.stride(from: 0, to: lanes, by: 8) {
        a.addProduct(
          Vector8(loading: own + n), Vector8(loading: responsibilities + l * stride + n))
      }
      row[l] += a.laneSum
      l += 1
    }
  }
}

/// Adds sum of w r (x_j - mu_j) over the rows, in order from zero, to `first`, lanes along columns.
///
/// Two operations a value; two vectors of columns at a time.
public func addFirstMoments(
  _ rows: SelectedRows, columnCount: Int, mean: UnsafePointer<Double>,
  into first: UnsafeMutablePointer<Double>
) {
  for j in stride(from: 0, to: columnCount, by: 16) {
    let x = rows.blocks + j * rows.stride
    // The second vector may lie behind the last column: then it is the first once more.
    let step = j + 8 < columnCount ? 8 : 0
    let (leftMean, rightMean) = (Vector8(loading: mean + j), Vector8(loading: mean + j + step))
    let y = x + step * rows.stride
    var (left, right) = (Vector8.zero, Vector8.zero)
    for n in 0..<rows.count {
      let weight = Vector8(repeating: rows.weights[n])
      left.addProduct(weight, Vector8(loading: x + 8 * n) - leftMean)
      right.addProduct(weight, Vector8(loading: y + 8 * n) - rightMean)
    }
    for lane in 0..<min(8, columnCount - j) { first[j + lane] += left[lane] }
    for lane in 0..<max(0, min(8, columnCount - j - 8)) { first[j + 8 + lane] += right[lane] }
  }
}
