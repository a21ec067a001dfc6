/// The squared distances of `stride` rows to each of K centers: sum over j of (x_j - c_j)², in the
/// order of the columns, one fused multiply-add each.
///
/// The difference is taken first, so that a large offset of the data costs no digits.
/// - Parameters:
///   - columns: the tile (`transposeTile`).
///   - stride: its rows with padding, a multiple of 32.
///   - centers: K × D, row-major.
///   - zeros: K of them.
///   - factor: what they are multiplied by.
///   - distances: that of row n to center k goes to `[k * distanceStride + n]`.
public func squaredDistances(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int,
  centers: UnsafePointer<Double>, centerCount: Int, zeros: UnsafePointer<Double>,
  factor: Double = 1,
  into distances: UnsafeMutablePointer<Double>, distanceStride: Int
) {
  SquareLogDensities(
    columns, columnCount: columnCount, stride: stride, componentCount: centerCount,
    means: centers, meanStride: columnCount, logScales: zeros
  ).write(factors: [factor], factorStride: 0, into: distances, densityStride: distanceStride)
}

/// The nearest of K centers for 32 rows, ties to the lowest number.
///
/// The component with the largest log density, of those whose log density is minus the squared
/// distance. About 2 D operations a row and center.
/// - Parameters:
///   - columns: one group of 32 rows (`transposeTile`).
///   - centers: K × D, row-major.
///   - zeros: K of them.
///   - scratch: for K × 32 numbers.
///   - labels: 32 numbers, 0 to K - 1.
///   - distances: 32 squared distances to the nearest center.
public func findNearest(
  _ columns: UnsafePointer<Double>, columnCount: Int, centers: UnsafePointer<Double>,
  centerCount: Int, zeros: UnsafePointer<Double>, scratch: UnsafeMutablePointer<Double>,
  labels: UnsafeMutablePointer<Int64>, distances: UnsafeMutablePointer<Double>
) {
  SquareLogDensities(
    columns, columnCount: columnCount, stride: 32, componentCount: centerCount, means: centers,
    meanStride: columnCount, logScales: zeros
  ).write(factors: [-1], factorStride: 0, into: scratch, densityStride: 32)
  largestComponents(
    scratch, componentCount: centerCount, stride: 32, count: 32, into: labels, largest: distances)
  for n in 0..<32 { distances[n] = -distances[n] }
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
  labels: UnsafePointer<Int64>, centers: UnsafePointer<Double>, sums: UnsafeMutablePointer<Double>
) {
  for n in 0..<count {
    let weight = weights?[n] ?? 1
    if weight == 0 { continue }
    let first = Int(labels[n]) * columnCount
    addDifference(
      rows + n * columnCount, columnCount: columnCount, weight: weight, center: centers + first,
      to: sums + first)
  }
}

/// Adds w r (x - c) of every row to the sums of each center c, lanes along columns, rows in order.
///
/// - Parameters:
///   - weights: w r of row n and center k at `[k * weightStride + n]`, 0 from `count` to the next multiple of
///     8. Where it is 0, the row is left out.
///   - rows, centers, sums: as `addToCenters` has them.
public func addToCenters(
  _ rows: UnsafePointer<Double>, count: Int, columnCount: Int, weights: UnsafePointer<Double>,
  weightStride: Int, centers: UnsafePointer<Double>, centerCount: Int,
  sums: UnsafeMutablePointer<Double>
) {
  for k in 0..<centerCount {
    for first in stride(from: 0, to: count, by: 8) {
      let lanes = Vector8(loading: weights + k * weightStride + first)
      // Of eight rows most centers have none.
      if !any(lanes .!= 0) { continue }
      for lane in 0..<min(8, count - first) where lanes[lane] != 0 {
        addDifference(
          rows + (first + lane) * columnCount, columnCount: columnCount, weight: lanes[lane],
          center: centers + k * columnCount, to: sums + k * columnCount)
      }
    }
  }
}

/// Adds w (x - c) of one row.
@inline(__always)
private func addDifference(
  _ row: UnsafePointer<Double>, columnCount: Int, weight: Double, center: UnsafePointer<Double>,
  to sum: UnsafeMutablePointer<Double>
) {
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
