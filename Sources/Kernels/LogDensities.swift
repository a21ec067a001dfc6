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
///   - differences: scratch for D × 32 numbers.
///   - densities: `stride` results.
public func writeLogDensities(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int, mean: UnsafePointer<Double>,
  panels: UnsafePointer<Double>, logScale: Double, differences: UnsafeMutablePointer<Double>,
  into densities: UnsafeMutablePointer<Double>, shape: TileShape = .native
) {
  guard columnCount > KernelTable.columnsInOnePass else {
    writeFewColumns(
      columns, columnCount: columnCount, stride: stride, mean: mean, panels: panels,
      logScale: logScale, into: densities)
    return
  }
  let product = TriangularProduct(
    columnCount: columnCount, tileColumns: columnCount, stride: stride, mean: mean,
    panels: panels, differences: differences)
  switch shape {
  case .small: product.writeDensities(columns, logScale, into: densities, as: Vector8.self)
  case .large:
    product.writeDensities(columns, logScale, into: densities, as: FourVectors.self)
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
///   - differences: scratch for D × 32 numbers.
///   - whitened: `columnCount` × `stride` results, and scratch for 3 × 32 more.
public func whitenTile(
  _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int, mean: UnsafePointer<Double>,
  panels: UnsafePointer<Double>, differences: UnsafeMutablePointer<Double>,
  into whitened: UnsafeMutablePointer<Double>, shape: TileShape = .native
) {
  let product = TriangularProduct(
    columnCount: columnCount, tileColumns: columnCount, stride: stride, mean: mean,
    panels: panels, differences: differences)
  switch shape {
  case .small: product.write(columns, into: whitened, as: Vector8.self)
  case .large: product.write(columns, into: whitened, as: FourVectors.self)
  }
}
