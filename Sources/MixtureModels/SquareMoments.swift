import Kernels

/// Sums of squares of each column, or of all together.
struct SquareMoments: SecondMoments {
  /// Whether there is one sum of all columns.
  let isSummed: Bool

  func count(columns: Int) -> Int { isSummed ? 1 : columns }
  func hasRowsInLanes(columns: Int) -> Bool { columns < KernelTable.columnLanesOfSquares }
  func rowsAtATime(columns: Int) -> Int? { KernelTable.diagonalRows(columnCount: columns) }

  func addLanes(
    _ columns: UnsafePointer<Double>, columnCount: Int, count: Int, weights: UnsafePointer<Double>,
    center: UnsafePointer<Double>, scratch: UnsafeMutablePointer<Double>,
    first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>
  ) {
    withSquares(columnCount, scratch: scratch, second) { squares in
      addSmallMoments(
        columns, columnCount: columnCount, count: count, responsibilities: weights,
        mean: center, first: first, second: squares, diagonal: true)
    }
  }

  func addRows(
    _ rows: SelectedRows, columnCount: Int, center: UnsafePointer<Double>,
    products: UnsafeMutablePointer<Double>, differences: UnsafeMutablePointer<Double>,
    first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>
  ) {
    withSquares(columnCount, scratch: products, second) { squares in
      addDiagonalMoments(
        rows, columnCount: columnCount, mean: center, first: first, second: squares)
    }
  }

  func add(
    squares: UnsafePointer<Double>, columnCount: Int, to second: UnsafeMutablePointer<Double>
  ) {
    if isSummed {
      second.pointee += (0..<columnCount).reduce(0) { $0 + squares[$1] }
    } else {
      for j in 0..<columnCount { second[j] += squares[j] }
    }
  }

  /// Calls `body` with where the sums of the columns are to be added: in place, or to zeros whose sum
  /// counts.
  @inline(__always)
  private func withSquares(
    _ columnCount: Int, scratch: UnsafeMutablePointer<Double>,
    _ second: UnsafeMutablePointer<Double>,
    _ body: (UnsafeMutablePointer<Double>) -> Void
  ) {
    guard isSummed else { return body(second) }
    scratch.update(repeating: 0, count: columnCount)
    body(scratch)
    add(squares: scratch, columnCount: columnCount, to: second)
  }
}
