/// Second moments of a component about its mean, for 8 columns or more: lanes along columns.

/// Writes w r (x - mu) of the rows, in blocks of the same stride, and adds them up.
///
/// - Parameters:
///   - mean: padded with zeros to whole vectors.
///   - products: room for `paddedCount(columnCount)` × `rows.stride` numbers.
///   - firstMoments: the sums of w r (x - mu) over the rows in order, from zero, are added here.
public func writeProducts(
  _ rows: SelectedRows, columnCount: Int, mean: UnsafePointer<Double>,
  into products: UnsafeMutablePointer<Double>, firstMoments: UnsafeMutablePointer<Double>
) {
  for j in stride(from: 0, to: columnCount, by: 8) {
    let center = Vector8(loading: mean + j)
    let source = rows.blocks + j * rows.stride
    let target = products + j * rows.stride
    // A column's sum stays in a register: in memory, each row would wait for the one before.
    var sum = Vector8.zero
    for n in 0..<rows.count {
      let difference = Vector8(loading: source + 8 * n) - center
      let product = Vector8(repeating: rows.weights[n]) * difference
      product.store(to: target + 8 * n)
      sum += product
    }
    for lane in 0..<min(8, columnCount - j) { firstMoments[j + lane] += sum[lane] }
  }
}

/// Adds sum over rows of w r (x - mu)(x - mu)' to a packed lower triangle.
///
/// Each entry is the fused sum over the rows in order, begun at zero, then added to the triangle.
/// Eight rows of the triangle times two vectors of columns are 16 accumulators, 2 loads, 2
/// subtractions and 8 broadcasts for 16 multiply-adds; only blocks that touch the lower triangle
/// are computed: (D/8)(D/8 + 1)/2 × 8 vector multiply-adds a row of data.
///
/// - Parameters:
///   - products: w r (x - mu) of the rows, as `writeProducts` wrote them.
///   - columnCount: at least 8.
///   - mean: padded with zeros to whole vectors.
///   - triangle: packed lower triangle; the 7 numbers behind it are read and rewritten unchanged.
public func addOuterProducts(
  _ rows: SelectedRows, products: UnsafePointer<Double>, columnCount: Int,
  mean: UnsafePointer<Double>, into triangle: UnsafeMutablePointer<Double>
) {
  for first in stride(from: 0, to: columnCount, by: 8) {
    let p = products + first * rows.stride
    var j = 0
    while j + 8 <= first {
      let (leftMean, rightMean) = (Vector8(loading: mean + j), Vector8(loading: mean + j + 8))
      let x = rows.blocks + j * rows.stride
      let step = 8 * rows.stride
      var left = BlockSums()
      var right = BlockSums()
      for n in 0..<rows.count {
        left.add(p + 8 * n, Vector8(loading: x + 8 * n) - leftMean)
        right.add(p + 8 * n, Vector8(loading: x + step + 8 * n) - rightMean)
      }
      left.addRows(first, column: j, columnCount: columnCount, to: triangle)
      right.addRows(first, column: j + 8, columnCount: columnCount, to: triangle)
      j += 16
    }
    guard j == first else { continue }
    let diagonalMean = Vector8(loading: mean + first)
    let x = rows.blocks + first * rows.stride
    var diagonal = BlockSums()
    for n in 0..<rows.count {
      diagonal.add(p + 8 * n, Vector8(loading: x + 8 * n) - diagonalMean)
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
