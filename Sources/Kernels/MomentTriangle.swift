/// The packed lower triangle that sums of outer products are added to, from registers.
struct MomentTriangle {
  let numbers: UnsafeMutablePointer<Double>
  let columnCount: Int

  /// Adds to eight rows from number `i` on, in columns from `j` on, all of them below the diagonal.
  @inline(__always)
  func add<Columns: ColumnLanes>(_ sums: EightSums<Columns>, row i: Int, column j: Int) {
    add(sums.upper, row: i, column: j)
    add(sums.lower, row: i + 4, column: j)
  }

  /// Adds to four rows.
  @inline(__always)
  func add<Columns: ColumnLanes>(_ sums: FourSums<Columns>, row i: Int, column j: Int) {
    add(sums.a, i, j)
    add(sums.b, i + 1, j)
    add(sums.c, i + 2, j)
    add(sums.d, i + 3, j)
  }

  /// Adds to the eight rows and columns from number `i` on.
  @inline(__always)
  func add(_ sums: DiagonalSums, diagonal i: Int) {
    addDiagonal(FourSums(lowHalves: sums.upper), row: i, column: i)
    addDiagonal(sums.lower, row: i + 4, column: i)
  }

  /// Adds to four rows the lanes that lie on or below the diagonal.
  @inline(__always)
  private func addDiagonal(_ sums: FourSums<Vector8>, row i: Int, column j: Int) {
    add(belowDiagonal(sums.a, i, j), i, j)
    add(belowDiagonal(sums.b, i + 1, j), i + 1, j)
    add(belowDiagonal(sums.c, i + 2, j), i + 2, j)
    add(belowDiagonal(sums.d, i + 3, j), i + 3, j)
  }

  /// Lanes up to the diagonal; those behind, already the next row's, are 0.
  ///
  /// The lanes' numbers are float64 because Swift compares vectors of integers lane by lane.
  @inline(__always)
  private func belowDiagonal(_ sums: Vector8, _ i: Int, _ j: Int) -> Vector8 {
    sums.replacing(with: 0, where: Vector8(0, 1, 2, 3, 4, 5, 6, 7) .> Double(i - j))
  }

  @inline(__always)
  private func add<Columns: ColumnLanes>(_ sums: Columns, _ i: Int, _ j: Int) {
    guard i < columnCount else { return }
    sums.add(to: numbers + PackedTriangle.row(i) + j, columns: 8 * Columns.vectors)
  }
}

/// Blocks below the diagonal: eight rows, each of some vectors of columns.
struct EightSums<Columns: ColumnLanes> {
  var upper = FourSums<Columns>()
  var lower = FourSums<Columns>()

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ products: UnsafePointer<Double>, _ differences: Columns) {
    upper.add(products, differences)
    lower.add(products + 4, differences)
  }
}

/// A block on the diagonal. Of its upper four rows, only the first half lies below it.
struct DiagonalSums {
  var upper = FourSums<SIMD4<Double>>()
  var lower = FourSums<Vector8>()

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ products: UnsafePointer<Double>, _ differences: Vector8) {
    upper.add(products, differences.lowHalf)
    lower.add(products + 4, differences)
  }
}

extension FourSums<Vector8> {
  @inline(__always)
  fileprivate init(lowHalves: FourSums<SIMD4<Double>>) {
    a = Vector8(lowHalf: lowHalves.a, highHalf: .zero)
    b = Vector8(lowHalf: lowHalves.b, highHalf: .zero)
    c = Vector8(lowHalf: lowHalves.c, highHalf: .zero)
    d = Vector8(lowHalf: lowHalves.d, highHalf: .zero)
  }
}
