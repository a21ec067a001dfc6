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
/// Counts per row: D (D + 1) / 2 multiply-adds, D subtractions. A column of a panel is four
/// broadcasts and, with small tiles, two loads for eight AVX2 multiply-adds; no spills.
///
/// - Parameters:
///   - panels: L^-1 as `triangularPanels` orders it.
///   - differences: room for D × 32 numbers.
///   - distances: `stride` results.
public func squaredDistances(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int, mean: UnsafePointer<Double>,
  panels: UnsafePointer<Double>, differences: UnsafeMutablePointer<Double>,
  into distances: UnsafeMutablePointer<Double>, shape: TileShape = .native
) {
  let product = TriangularProduct(
    columnCount: columnCount, stride: stride, mean: mean, panels: panels, differences: differences)
  switch shape {
  case .small: product.writeSquares(columns, into: distances, as: Vector8.self)
  case .large: product.writeSquares(columns, into: distances, as: FourVectors.self)
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
  into whitened: UnsafeMutablePointer<Double>, shape: TileShape = .native
) {
  let product = TriangularProduct(
    columnCount: columnCount, stride: stride, mean: mean, panels: panels, differences: differences)
  switch shape {
  case .small: product.write(columns, into: whitened, as: Vector8.self)
  case .large: product.write(columns, into: whitened, as: FourVectors.self)
  }
}

/// y = L^-1 (x - mu), as many rows at a time as the tile has lanes.
private struct TriangularProduct {
  let columnCount: Int
  let stride: Int
  let mean: UnsafePointer<Double>
  let panels: UnsafePointer<Double>
  let differences: UnsafeMutablePointer<Double>

  @inline(__always)
  func writeSquares<Rows: RowLanes>(
    _ columns: UnsafePointer<Double>, into distances: UnsafeMutablePointer<Double>,
    as rows: Rows.Type
  ) {
    for start in Swift.stride(from: 0, to: stride, by: Rows.count) {
      var sum = Rows.zero
      forEachPanel(columns + start, as: rows) { _, y in
        sum.addSquare(y.a)
        sum.addSquare(y.b)
        sum.addSquare(y.c)
        sum.addSquare(y.d)
      }
      sum.store(to: distances + start)
    }
  }

  @inline(__always)
  func write<Rows: RowLanes>(
    _ columns: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>,
    as rows: Rows.Type
  ) {
    for start in Swift.stride(from: 0, to: stride, by: Rows.count) {
      forEachPanel(columns + start, as: rows) { first, y in
        let target = result + first * stride + start
        y.a.store(to: target)
        y.b.store(to: target + stride)
        y.c.store(to: target + 2 * stride)
        y.d.store(to: target + 3 * stride)
      }
    }
  }

  /// Calls `body` with y of four rows of L^-1 at a time and the number of the first.
  @inline(__always)
  private func forEachPanel<Rows: RowLanes>(
    _ columns: UnsafePointer<Double>, as rows: Rows.Type, _ body: (Int, FourSums<Rows>) -> Void
  ) {
    var panel = panels
    for first in Swift.stride(from: 0, to: columnCount, by: 4) {
      var y = FourSums<Rows>()
      var x = UnsafePointer(differences)
      // `first` is a multiple of 4: the inner loop is unrolled.
      for _ in 0..<first / 4 {
        for _ in 0..<4 {
          y.add(panel, Rows(loading: x))
          panel += 4
          x += Rows.count
        }
      }
      addCorner(panel, columns, first, to: &y)
      panel += 16
      body(first, y)
    }
  }

  /// Adds the last four columns of a panel, less the zeros above the diagonal, and writes their
  /// differences, which the next panels read.
  @inline(__always)
  private func addCorner<Rows: RowLanes>(
    _ panel: UnsafePointer<Double>, _ columns: UnsafePointer<Double>, _ first: Int,
    to y: inout FourSums<Rows>
  ) {
    let x0: Rows = difference(columns, first)
    y.add(panel, x0)
    guard first + 1 < columnCount else { return }
    let x1: Rows = difference(columns, first + 1)
    y.b.addProduct(panel[5], x1)
    y.c.addProduct(panel[6], x1)
    y.d.addProduct(panel[7], x1)
    guard first + 2 < columnCount else { return }
    let x2: Rows = difference(columns, first + 2)
    y.c.addProduct(panel[10], x2)
    y.d.addProduct(panel[11], x2)
    guard first + 3 < columnCount else { return }
    y.d.addProduct(panel[15], difference(columns, first + 3))
  }

  /// x_j - mu_j, written to `differences` too, packed.
  @inline(__always)
  private func difference<Rows: RowLanes>(_ columns: UnsafePointer<Double>, _ j: Int) -> Rows {
    let difference = Rows(loading: columns + j * stride) - mean[j]
    difference.store(to: differences + j * Rows.count)
    return difference
  }
}
