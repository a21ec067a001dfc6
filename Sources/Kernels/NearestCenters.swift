/// The squared distances of `stride` rows to one center: sum over j of (x_j - c_j)², in the order
/// of the columns, one fused multiply-add each.
///
/// The difference is taken first, so that a large offset of the data costs no digits.
/// About 2 D operations a row; lanes are rows.
/// - Parameters:
///   - columns: the tile (`transposeTile`).
///   - stride: its rows with padding, a multiple of 32.
public func squaredDistances(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int,
  to center: UnsafePointer<Double>, into distances: UnsafeMutablePointer<Double>
) {
  for start in Swift.stride(from: 0, to: stride, by: 32) {
    var (sum0, sum1, sum2, sum3) = (Vector8.zero, Vector8.zero, Vector8.zero, Vector8.zero)
    let group = columns + start * columnCount
    for j in 0..<columnCount {
      let lanes = group + 32 * j
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
/// A distance is summed as `squaredDistances` does it, and compared in registers: nothing of the
/// size rows × K is written. 2 K D operations a row (subtract, multiply-add); 32 rows at a time
/// take 4 registers of sums, 4 of distances and 4 of numbers.
/// - Parameters:
///   - columns: the tile (`transposeTile`).
///   - stride: a multiple of 32.
///   - centers: K × D, row-major.
///   - labels: `stride` numbers, 0 to K - 1.
///   - distances: `stride` squared distances to the nearest center.
public func findNearest(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int,
  centers: UnsafePointer<Double>, centerCount: Int, labels: UnsafeMutablePointer<Int>,
  distances: UnsafeMutablePointer<Double>
) {
  for start in Swift.stride(from: 0, to: stride, by: 32) {
    var (best0, best1, best2, best3) = (Nearest(), Nearest(), Nearest(), Nearest())
    for k in 0..<centerCount {
      let center = centers + k * columnCount
      let group = columns + start * columnCount
      var (sum0, sum1, sum2, sum3) = (Vector8.zero, Vector8.zero, Vector8.zero, Vector8.zero)
      for j in 0..<columnCount {
        let lanes = group + 32 * j
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
      best0.consider(sum0, k)
      best1.consider(sum1, k)
      best2.consider(sum2, k)
      best3.consider(sum3, k)
    }
    best0.write(labels + start, distances + start)
    best1.write(labels + start + 8, distances + start + 8)
    best2.write(labels + start + 16, distances + start + 16)
    best3.write(labels + start + 24, distances + start + 24)
  }
}

/// The nearest center so far of eight rows.
private struct Nearest {
  private var distance = Vector8(repeating: .infinity)
  private var label = SIMD8<Int64>.zero

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func consider(_ other: Vector8, _ k: Int) {
    let isNearer = other .< distance
    distance.replace(with: other, where: isNearer)
    label.replace(with: SIMD8(repeating: Int64(k)), where: isNearer)
  }

  @inline(__always)
  func write(_ labels: UnsafeMutablePointer<Int>, _ distances: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(labels).storeBytes(of: label, as: SIMD8<Int64>.self)
    distance.store(to: distances)
  }
}

/// Adds w (x - c) of every row to the sums of its center c, lanes along columns, rows in order.
///
/// Three operations a value; the sums are in memory, as their center differs from row to row.
/// - Parameters:
///   - rows: `count` × D, row-major.
///   - weights: of the rows; nil for 1 each. A row of weight 0 is left out, whatever it holds.
///   - labels: the number of each row's center.
///   - centers: K × D, row-major.
///   - sums: K × D.
public func addToCenters(
  _ rows: UnsafePointer<Double>, count: Int, columnCount: Int, weights: UnsafePointer<Double>?,
  labels: UnsafePointer<Int>, centers: UnsafePointer<Double>, sums: UnsafeMutablePointer<Double>
) {
  for n in 0..<count {
    let weight = weights?[n] ?? 1
    if weight == 0 { continue }
    let row = rows + n * columnCount
    let center = centers + labels[n] * columnCount
    let sum = sums + labels[n] * columnCount
    var j = 0
    while j + 8 <= columnCount {
      var lanes = Vector8(loading: sum + j)
      lanes.addProduct(
        Vector8(repeating: weight), Vector8(loading: row + j) - Vector8(loading: center + j))
      lanes.store(to: sum + j)
      j += 8
    }
    while j < columnCount {
      sum[j].addProduct(weight, row[j] - center[j])
      j += 1
    }
  }
}
