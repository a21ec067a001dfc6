/// Second moments of a component about its mean, for 8 columns or more: lanes along columns.

/// Writes x - mu and w r (x - mu) of the listed rows, one behind the other, and adds up the latter.
///
/// - Parameters:
///   - rows: padded rows (`padRows`).
///   - indices: the numbers of the `count` rows.
///   - responsibilities: w r by row number.
///   - mean: padded with zeros to whole vectors.
///   - differences, products: get `count` padded rows each.
///   - firstMoments: the sums of w r (x - mu) over the rows in order, from zero, are added here.
public func centerRows(
  _ rows: UnsafePointer<Double>, indices: UnsafePointer<Int>, count: Int, columnCount: Int,
  responsibilities: UnsafePointer<Double>, mean: UnsafePointer<Double>,
  differences: UnsafeMutablePointer<Double>, products: UnsafeMutablePointer<Double>,
  firstMoments: UnsafeMutablePointer<Double>
) {
  let width = paddedCount(columnCount)
  for j in stride(from: 0, to: width, by: 8) {
    let center = Vector8(loading: mean + j)
    // A column's sum stays in a register: in memory, each row would wait for the one before.
    var sum = Vector8.zero
    for index in 0..<count {
      let n = indices[index]
      let difference = Vector8(loading: rows + n * width + j) - center
      let product = Vector8(repeating: responsibilities[n]) * difference
      difference.store(to: differences + index * width + j)
      product.store(to: products + index * width + j)
      sum += product
    }
    for lane in 0..<min(8, columnCount - j) { firstMoments[j + lane] += sum[lane] }
  }
}

/// Adds sum over rows of w r (x - mu)(x - mu)' to a packed lower triangle.
///
/// Each entry is the fused sum over the rows in order, begun at zero, then added to the triangle.
/// Eight rows of the triangle times two vectors of columns are 16 accumulators, 2 loads and 8
/// broadcasts for 16 multiply-adds; only blocks that touch the lower triangle are computed:
/// (D/8)(D/8 + 1)/2 × 8 vector multiply-adds a row of data.
///
/// - Parameters:
///   - columnCount: at least 8.
///   - differences, products: `count` padded rows as `centerRows` wrote them.
///   - triangle: packed lower triangle; the 7 numbers behind it are read and rewritten unchanged.
public func addOuterProducts(
  differences: UnsafePointer<Double>, products: UnsafePointer<Double>, count: Int,
  columnCount: Int, into triangle: UnsafeMutablePointer<Double>
) {
  let width = paddedCount(columnCount)
  for first in stride(from: 0, to: columnCount, by: 8) {
    var j = 0
    while j + 8 <= first {
      var left = BlockSums()
      var right = BlockSums()
      for n in 0..<count {
        let p = products + n * width + first
        left.add(p, Vector8(loading: differences + n * width + j))
        right.add(p, Vector8(loading: differences + n * width + j + 8))
      }
      left.addRows(first, column: j, columnCount: columnCount, to: triangle)
      right.addRows(first, column: j + 8, columnCount: columnCount, to: triangle)
      j += 16
    }
    guard j == first else { continue }
    var diagonal = BlockSums()
    for n in 0..<count {
      diagonal.add(
        products + n * width + first, Vector8(loading: differences + n * width + first))
    }
    diagonal.addRows(first, column: first, columnCount: columnCount, to: triangle)
  }
}

/// An 8 × 8 block of the triangle: eight rows, each a vector of columns.
private struct BlockSums {
  var r0 = Vector8.zero, r1 = Vector8.zero, r2 = Vector8.zero, r3 = Vector8.zero
  var r4 = Vector8.zero, r5 = Vector8.zero, r6 = Vector8.zero, r7 = Vector8.zero

  /// Adds one data row's part: eight products times a vector of differences.
  @inline(__always)
  mutating func add(_ products: UnsafePointer<Double>, _ differences: Vector8) {
    r0.addProduct(Vector8(repeating: products[0]), differences)
    r1.addProduct(Vector8(repeating: products[1]), differences)
    r2.addProduct(Vector8(repeating: products[2]), differences)
    r3.addProduct(Vector8(repeating: products[3]), differences)
    r4.addProduct(Vector8(repeating: products[4]), differences)
    r5.addProduct(Vector8(repeating: products[5]), differences)
    r6.addProduct(Vector8(repeating: products[6]), differences)
    r7.addProduct(Vector8(repeating: products[7]), differences)
  }

  /// Adds the block's rows to the triangle's rows `first`..., from column `column` on.
  @inline(__always)
  func addRows(
    _ first: Int, column: Int, columnCount: Int, to triangle: UnsafeMutablePointer<Double>
  ) {
    addRow(r0, first, column, columnCount, triangle)
    addRow(r1, first + 1, column, columnCount, triangle)
    addRow(r2, first + 2, column, columnCount, triangle)
    addRow(r3, first + 3, column, columnCount, triangle)
    addRow(r4, first + 4, column, columnCount, triangle)
    addRow(r5, first + 5, column, columnCount, triangle)
    addRow(r6, first + 6, column, columnCount, triangle)
    addRow(r7, first + 7, column, columnCount, triangle)
  }

  /// Adds the lanes that lie on or below the diagonal; the others, already the next row's, get 0.
  @inline(__always)
  private func addRow(
    _ sums: Vector8, _ i: Int, _ column: Int, _ columnCount: Int,
    _ triangle: UnsafeMutablePointer<Double>
  ) {
    guard i < columnCount else { return }
    let target = triangle + PackedTriangle.row(i) + column
    let lanes = SIMD8<Int64>(0, 1, 2, 3, 4, 5, 6, 7)
    let masked = sums.replacing(with: 0, where: lanes .> Int64(i - column))
    (Vector8(loading: target) + masked).store(to: target)
  }
}
