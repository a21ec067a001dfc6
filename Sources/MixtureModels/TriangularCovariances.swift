import Kernels

/// What forms have in common whose covariances are matrices, of each component or of all.
protocol TriangularCovariances: CovarianceForm {}

extension TriangularCovariances {
  var isMatrix: Bool { true }
  var secondMoments: any SecondMoments { ProductMoments() }

  /// The factor of matrix `k`.
  func triangularFactor(
    _ covariances: [Double], _ k: Int, columns: Int
  ) throws -> CovarianceFactor {
    let factor = try choleskyFactor(covariances, k, columns: columns, isShared: isShared)
    let inverse = factor.inverse
    return CovarianceFactor(
      logDeterminant: factor.logDeterminant,
      numbers: triangularPanels(inverse, order: columns)[...], inverse: inverse)
  }

  func conditional(
    _ parameters: Parameters, _ factors: [CovarianceFactor], columns: Int
  ) -> any ConditionalColumns {
    ConditionalGaussians(
      means: parameters.means,
      inverses: factors.map { packedTriangle(panels: $0.numbers, order: columns) },
      columnCount: columns)
  }

  /// Log densities of each component about its own mean.
  func writeFullDensities(
    of tile: Tile, _ components: GaussianComponents, into logJoint: UnsafeMutablePointer<Double>
  ) {
    components.factors.withUnsafeBufferPointer { factors in
      for k in 0..<components.count {
        components.withMean(k) { mean in
          writeLogDensities(
            tile.columns, columnCount: components.columnCount, stride: tile.stride, mean: mean,
            panels: factors.baseAddress! + k * components.factorStride,
            logScale: components.logScales[k], differences: tile.scratch,
            into: logJoint + k * tileStride)
        }
      }
    }
  }
}

/// The Cholesky factor of square matrix `k` of some.
///
/// - Throws: `FitError.singular` if there is none.
func choleskyFactor(
  _ covariances: [Double], _ k: Int, columns: Int, isShared: Bool
) throws -> CholeskyFactor {
  if let factor = factor(covariances, k, columns: columns) { return factor }
  throw FitError.singular(
    component: isShared ? nil : k, columns: singularColumns(covariances, k, columns: columns),
    mass: nil, iteration: nil)
}

/// The Cholesky factor of square matrix `k`; nil if there is none.
func factor(_ covariances: [Double], _ k: Int, columns: Int) -> CholeskyFactor? {
  let area = columns * columns
  let packed = PackedTriangle.pack(covariances[k * area..<(k + 1) * area], order: columns)
  return CholeskyFactor(packed[...], order: columns)
}

/// The columns for which square matrix `k` has no Cholesky factor.
func singularColumns(_ covariances: [Double], _ k: Int, columns: Int) -> SingularColumns? {
  let area = columns * columns
  return SingularColumns(of: Array(covariances[k * area..<(k + 1) * area]), columns)
}

/// The floating-point operations of a Cholesky factor, and of its inverse.
func factorOperations(columns: Int) -> Double {
  let d = Double(columns)
  return d * d * d / 3
}

extension PackedTriangle {
  /// Calls `body` with the slot, row and column of every entry.
  @inline(__always)
  static func forEachEntry(order: Int, _ body: (_ slot: Int, _ i: Int, _ j: Int) -> Void) {
    for i in 0..<order {
      for j in 0...i { body(row(i) + j, i, j) }
    }
  }
}

extension WorkSharing {
  /// This, if the factors of so many covariances take longer than threads need to begin, 10 us each:
  /// K D³ operations at some GFLOP/s.
  func forFactors(count: Int, columns: Int) -> WorkSharing {
    3 * Double(count) * factorOperations(columns: columns) >= 0x1p20 ? self : .none
  }
}

/// Sums of products of two columns, packed lower triangles.
struct ProductMoments: SecondMoments {
  func count(columns: Int) -> Int { PackedTriangle.count(columns) }
  func hasRowsInLanes(columns: Int) -> Bool { columns < KernelTable.columnLanesOfPairs }
  func rowsAtATime(columns: Int) -> Int? { nil }

  func addLanes(
    _ columns: UnsafePointer<Double>, columnCount: Int, count: Int, weights: UnsafePointer<Double>,
    center: UnsafePointer<Double>, scratch: UnsafeMutablePointer<Double>,
    first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>
  ) {
    if columnCount > KernelTable.columnsInOnePass {
      addLaneMoments(
        columns, columnCount: columnCount, count: count, responsibilities: weights,
        mean: center, scratch: scratch, first: first, second: second)
    } else {
      addSmallMoments(
        columns, columnCount: columnCount, count: count, responsibilities: weights,
        mean: center, first: first, second: second, diagonal: false)
    }
  }

  func addRows(
    _ rows: SelectedRows, columnCount: Int, center: UnsafePointer<Double>,
    products: UnsafeMutablePointer<Double>, differences: UnsafeMutablePointer<Double>,
    first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>
  ) {
    addMoments(
      rows, columnCount: columnCount, mean: center, scratch: products, differences: differences,
      first: first, second: second)
  }

  func add(
    squares: UnsafePointer<Double>, columnCount: Int, to second: UnsafeMutablePointer<Double>
  ) {
    for j in 0..<columnCount { second[PackedTriangle.row(j) + j] += squares[j] }
  }
}
