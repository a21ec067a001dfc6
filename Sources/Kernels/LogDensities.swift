/// Log densities of rows of a transposed tile (`transposeTile`) under full covariances.
///
/// The mean is subtracted before anything is multiplied, so that data far from the origin keep
/// their digits.

/// logScale - |L^-1 (x - mu)|² / 2 of every row.
///
/// For each row: y_i is the fused sum over j = 0...i of L^-1_ij (x_j - mu_j) in that order, their
/// sum of squares that over i in order, all fused: the same bits for any tiling.
///
/// Counts per row: D (D + 1) / 2 multiply-adds, D subtractions. A column of a panel is four
/// broadcasts and, with small tiles, two loads for eight AVX2 multiply-adds; no spills.
///
/// - Parameters:
///   - stride: the tile's rows with padding, a multiple of 32.
///   - panels: L^-1 as `triangularPanels` orders it.
///   - differences: room for D × 32 numbers.
///   - densities: `stride` results.
public func writeLogDensities(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int, mean: UnsafePointer<Double>,
  panels: UnsafePointer<Double>, logScale: Double, differences: UnsafeMutablePointer<Double>,
  into densities: UnsafeMutablePointer<Double>, shape: TileShape = .native
) {
  guard columnCount > 2 else {
    writeFewColumns(
      columns, columnCount: columnCount, stride: stride, mean: mean, panels: panels,
      logScale: logScale, into: densities)
    return
  }
  let product = TriangularProduct(
    columnCount: columnCount, stride: stride, mean: mean, panels: panels, differences: differences)
  switch shape {
  case .small: product.writeDensities(columns, logScale, into: densities, as: Vector8.self)
  case .large: product.writeDensities(columns, logScale, into: densities, as: FourVectors.self)
  }
}

/// The same for one or two columns, where panels of four rows would be mostly zeros.
@inline(__always)
private func writeFewColumns(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int, mean: UnsafePointer<Double>,
  panels: UnsafePointer<Double>, logScale: Double, into densities: UnsafeMutablePointer<Double>
) {
  for start in Swift.stride(from: 0, to: stride, by: 32) {
    let x = columns + start * columnCount
    for n in Swift.stride(from: 0, to: 32, by: 8) {
      let x0 = Vector8(loading: x + n) - mean[0]
      let y0 = x0 * panels[0]
      var square = y0 * y0
      if columnCount > 1 {
        let x1 = Vector8(loading: x + 32 + n) - mean[1]
        var y1 = x0 * panels[1]
        y1.addProduct(panels[5], x1)
        square.addSquare(y1)
      }
      square.scaled(by: -0.5, plus: logScale).store(to: densities + start + n)
    }
  }
}

/// L^-1 (x - mu) of every row, transposed as the tile is.
///
/// What components with a common covariance share: the distance from each of them is then the
/// plain one from L^-1 (mu_k - mu). The same sums as in the log densities above.
/// - Parameters:
///   - differences: room for D × 32 numbers.
///   - whitened: `columnCount` × `stride` results, and room for 3 × 32 more.
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
  func writeDensities<Rows: RowLanes>(
    _ columns: UnsafePointer<Double>, _ logScale: Double,
    into densities: UnsafeMutablePointer<Double>, as rows: Rows.Type
  ) {
    for start in Swift.stride(from: 0, to: stride, by: Rows.count) {
      var sum = Rows.zero
      forEachPanel(columns + offset(start), as: rows) { _, y in
        sum.addSquare(y.a)
        sum.addSquare(y.b)
        sum.addSquare(y.c)
        sum.addSquare(y.d)
      }
      sum.scaled(by: -0.5, plus: logScale).store(to: densities + start)
    }
  }

  @inline(__always)
  func write<Rows: RowLanes>(
    _ columns: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>,
    as rows: Rows.Type
  ) {
    for start in Swift.stride(from: 0, to: stride, by: Rows.count) {
      forEachPanel(columns + offset(start), as: rows) { first, y in
        // What lies behind the last column is the next group's, written after this.
        let target = result + offset(start) + 32 * first
        y.a.store(to: target)
        y.b.store(to: target + 32)
        y.c.store(to: target + 64)
        y.d.store(to: target + 96)
      }
    }
  }

  /// Where row `start` of a transposed tile begins.
  @inline(__always)
  private func offset(_ start: Int) -> Int { (start & ~31) * columnCount + (start & 31) }

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
    let difference = Rows(loading: columns + 32 * j) - mean[j]
    difference.store(to: differences + j * Rows.count)
    return difference
  }
}
