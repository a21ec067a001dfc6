/// Squared Mahalanobis distances of the rows of a tile, rows in lanes.
///
/// The kernels of the E-step. All take the tile transposed: column j's values of all rows at
/// `columns + j * stride`, with `stride` a multiple of 32. The mean is subtracted before anything
/// is multiplied, so that data far from the origin keep their digits.

/// |L^-1 (x - mu)|² of every row of a transposed tile.
///
/// For each row: y_i is the fused sum over j = 0...i of L^-1_ij (x_j - mu_j) in that order, the
/// result the fused sum of y_i² over i in order: the same bits for any tiling.
///
/// Counts per 32 rows: D (D + 4) / 2 × 4 vector multiply-adds, of which D (D + 1) / 2 × 4 are needed;
/// four rows of L^-1 times four vectors of rows are 16 accumulators, 4 loads and 4 broadcasts for
/// 16 multiply-adds. AVX-512 holds them in 16 + 5 of 32 registers.
///
/// - Parameters:
///   - panels: L^-1 as `TriangularPanels` orders it.
///   - differences: room for D × 32 numbers.
///   - distances: `stride` results.
public func squaredDistances(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int, mean: UnsafePointer<Double>,
  panels: UnsafePointer<Double>, differences: UnsafeMutablePointer<Double>,
  into distances: UnsafeMutablePointer<Double>
) {
  for start in Swift.stride(from: 0, to: stride, by: 32) {
    subtractMean(columns + start, columnCount: columnCount, stride: stride, mean, into: differences)
    var q0 = Vector8.zero, q1 = Vector8.zero, q2 = Vector8.zero, q3 = Vector8.zero
    var panel = panels
    for first in Swift.stride(from: 0, to: columnCount, by: 4) {
      var y = PanelSums()
      for j in 0..<first {
        y.add(panel, differences + 32 * j)
        panel += 4
      }
      y.addCorner(panel, differences + 32 * first, columns: columnCount - first)
      panel += 16
      y.squares(into: &q0, &q1, &q2, &q3)
    }
    q0.store(to: distances + start)
    q1.store(to: distances + start + 8)
    q2.store(to: distances + start + 16)
    q3.store(to: distances + start + 24)
  }
}

/// L^-1 (x - mu) of every row of a transposed tile, itself transposed.
///
/// What components with a common covariance share: the distance from each of them is then the
/// plain one from L^-1 (mu_k - mu). The same sums as in the squared distances above.
/// - Parameters:
///   - differences: room for D × 32 numbers.
///   - whitened: `columnCount` × `stride` results, and room for 3 × `stride` more.
public func whitenTile(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int, mean: UnsafePointer<Double>,
  panels: UnsafePointer<Double>, differences: UnsafeMutablePointer<Double>,
  into whitened: UnsafeMutablePointer<Double>
) {
  for start in Swift.stride(from: 0, to: stride, by: 32) {
    subtractMean(columns + start, columnCount: columnCount, stride: stride, mean, into: differences)
    var panel = panels
    for first in Swift.stride(from: 0, to: columnCount, by: 4) {
      var y = PanelSums()
      for j in 0..<first {
        y.add(panel, differences + 32 * j)
        panel += 4
      }
      y.addCorner(panel, differences + 32 * first, columns: columnCount - first)
      panel += 16
      y.store(to: whitened + first * stride + start, stride: stride)
    }
  }
}

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

/// x - mu of 32 rows, packed 32 numbers a column.
@inline(__always)
private func subtractMean(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int, _ mean: UnsafePointer<Double>,
  into differences: UnsafeMutablePointer<Double>
) {
  for j in 0..<columnCount {
    let source = columns + j * stride
    let target = differences + 32 * j
    let center = Vector8(repeating: mean[j])
    (Vector8(loading: source) - center).store(to: target)
    (Vector8(loading: source + 8) - center).store(to: target + 8)
    (Vector8(loading: source + 16) - center).store(to: target + 16)
    (Vector8(loading: source + 24) - center).store(to: target + 24)
  }
}

/// y of four rows of L^-1 for 32 rows of data: 16 accumulators, written out because only
/// variables of their own are sure to stay in registers.
private struct PanelSums {
  var a0 = Vector8.zero, a1 = Vector8.zero, a2 = Vector8.zero, a3 = Vector8.zero
  var b0 = Vector8.zero, b1 = Vector8.zero, b2 = Vector8.zero, b3 = Vector8.zero
  var c0 = Vector8.zero, c1 = Vector8.zero, c2 = Vector8.zero, c3 = Vector8.zero
  var d0 = Vector8.zero, d1 = Vector8.zero, d2 = Vector8.zero, d3 = Vector8.zero

  /// Adds one column of the panel (four numbers) times 32 differences.
  @inline(__always)
  mutating func add(_ panel: UnsafePointer<Double>, _ differences: UnsafePointer<Double>) {
    let x0 = Vector8(loading: differences), x1 = Vector8(loading: differences + 8)
    let x2 = Vector8(loading: differences + 16), x3 = Vector8(loading: differences + 24)
    let a = Vector8(repeating: panel[0]), b = Vector8(repeating: panel[1])
    let c = Vector8(repeating: panel[2]), d = Vector8(repeating: panel[3])
    a0.addProduct(a, x0)
    a1.addProduct(a, x1)
    a2.addProduct(a, x2)
    a3.addProduct(a, x3)
    b0.addProduct(b, x0)
    b1.addProduct(b, x1)
    b2.addProduct(b, x2)
    b3.addProduct(b, x3)
    c0.addProduct(c, x0)
    c1.addProduct(c, x1)
    c2.addProduct(c, x2)
    c3.addProduct(c, x3)
    d0.addProduct(d, x0)
    d1.addProduct(d, x1)
    d2.addProduct(d, x2)
    d3.addProduct(d, x3)
  }

  /// Adds the last four columns of the panel, less the zeros above the diagonal.
  @inline(__always)
  mutating func addCorner(
    _ panel: UnsafePointer<Double>, _ differences: UnsafePointer<Double>, columns: Int
  ) {
    let x = differences
    addRow(panel[0], x, &a0, &a1, &a2, &a3)
    addRow(panel[1], x, &b0, &b1, &b2, &b3)
    addRow(panel[2], x, &c0, &c1, &c2, &c3)
    addRow(panel[3], x, &d0, &d1, &d2, &d3)
    guard columns > 1 else { return }
    addRow(panel[5], x + 32, &b0, &b1, &b2, &b3)
    addRow(panel[6], x + 32, &c0, &c1, &c2, &c3)
    addRow(panel[7], x + 32, &d0, &d1, &d2, &d3)
    guard columns > 2 else { return }
    addRow(panel[10], x + 64, &c0, &c1, &c2, &c3)
    addRow(panel[11], x + 64, &d0, &d1, &d2, &d3)
    guard columns > 3 else { return }
    addRow(panel[15], x + 96, &d0, &d1, &d2, &d3)
  }

  /// Adds one number of a row of L^-1 times 32 differences.
  @inline(__always)
  private func addRow(
    _ factor: Double, _ differences: UnsafePointer<Double>, _ y0: inout Vector8,
    _ y1: inout Vector8, _ y2: inout Vector8, _ y3: inout Vector8
  ) {
    let factor = Vector8(repeating: factor)
    y0.addProduct(factor, Vector8(loading: differences))
    y1.addProduct(factor, Vector8(loading: differences + 8))
    y2.addProduct(factor, Vector8(loading: differences + 16))
    y3.addProduct(factor, Vector8(loading: differences + 24))
  }

  /// Writes y of the four rows, `stride` numbers from one to the next.
  @inline(__always)
  func store(to y: UnsafeMutablePointer<Double>, stride: Int) {
    a0.store(to: y)
    a1.store(to: y + 8)
    a2.store(to: y + 16)
    a3.store(to: y + 24)
    b0.store(to: y + stride)
    b1.store(to: y + stride + 8)
    b2.store(to: y + stride + 16)
    b3.store(to: y + stride + 24)
    c0.store(to: y + 2 * stride)
    c1.store(to: y + 2 * stride + 8)
    c2.store(to: y + 2 * stride + 16)
    c3.store(to: y + 2 * stride + 24)
    d0.store(to: y + 3 * stride)
    d1.store(to: y + 3 * stride + 8)
    d2.store(to: y + 3 * stride + 16)
    d3.store(to: y + 3 * stride + 24)
  }

  /// Adds y² of the four rows, in order, to the distances.
  @inline(__always)
  func squares(
    into q0: inout Vector8, _ q1: inout Vector8, _ q2: inout Vector8, _ q3: inout Vector8
  ) {
    q0.addProduct(a0, a0)
    q0.addProduct(b0, b0)
    q0.addProduct(c0, c0)
    q0.addProduct(d0, d0)
    q1.addProduct(a1, a1)
    q1.addProduct(b1, b1)
    q1.addProduct(c1, c1)
    q1.addProduct(d1, d1)
    q2.addProduct(a2, a2)
    q2.addProduct(b2, b2)
    q2.addProduct(c2, c2)
    q2.addProduct(d2, d2)
    q3.addProduct(a3, a3)
    q3.addProduct(b3, b3)
    q3.addProduct(c3, c3)
    q3.addProduct(d3, d3)
  }
}
