/// The Cholesky factor of a symmetric positive definite matrix, by a loop of our own: a LAPACK
/// picks its kernels, and so its roundings, by processor.
public struct CholeskyFactor: Sendable {
  /// The number of rows, D.
  public let order: Int
  /// L of A = L L', packed by rows.
  public let lower: [Double]

  /// Factors the matrix with the packed lower triangle `matrix`.
  ///
  /// Whether A is singular is judged relative to its own scale: pivot i, the variance of column i
  /// given those before it, must exceed (D + 3) 2^-52 A_ii, what rounding can leave of a zero pivot:
  /// the backward error of row i is at most about (D + 1) 2^-53 A_ii (Higham, "Accuracy and
  /// Stability of Numerical Algorithms", 2nd ed., theorem 10.3), that of the rounded entries of A
  /// themselves 3 × 2^-53 A_ii (one diagonal, one off it entering twice); twice that to be sure. Nil
  /// if it does not.
  public init?(_ matrix: ArraySlice<Double>, order: Int) {
    let tolerance = CholeskyFactor.smallestPivot(order: order)
    var l = Array(matrix)
    let complete = l.withUnsafeMutableBufferPointer { l in
      order < KernelTable.choleskyByFours
        ? PlainLoops.factor(l.baseAddress!, order: order, tolerance: tolerance)
        : factorByFours(l.baseAddress!, order: order, tolerance: tolerance)
    }
    guard complete else { return nil }
    self.order = order
    lower = l
  }

  /// What a pivot must exceed, relative to the variance of its column.
  public static func smallestPivot(order: Int) -> Double { Double(order + 3) * 0x1p-52 }

  /// log |A| = 2 sum of log L_ii, in nats.
  public var logDeterminant: Double {
    2 * (0..<order).reduce(0) { $0 + Portable.log(lower[PackedTriangle.row($1) + $1]) }
  }

  /// L^-1, packed by rows. O(D³ / 6) multiplications.
  public var inverse: [Double] {
    var inverse = [Double](repeating: 0, count: lower.count)
    inverse.withUnsafeMutableBufferPointer { m in
      lower.withUnsafeBufferPointer { l in
        // Row i of M from L M = I: M_ij = -(sum_{p=j}^{i-1} L_ip M_pj) / L_ii, row by row of M.
        for i in 0..<order {
          let target = m.baseAddress! + PackedTriangle.row(i)
          let row = l.baseAddress! + PackedTriangle.row(i)
          for p in 0..<i {
            let source = m.baseAddress! + PackedTriangle.row(p)
            let factor = -row[p]
            for j in 0...p { target[j].addProduct(factor, source[j]) }
          }
          for j in 0..<i { target[j] /= row[i] }
          target[i] = 1 / row[i]
        }
      }
    }
    return inverse
  }
}

/// Overwrites a packed triangle by its Cholesky factor; false if a pivot is too small.
///
/// Entry (i, j) is A_ij - L_i0 L_j0 - L_i1 L_j1 - ..., by fused multiply-adds in this order, as in the
/// plain loops: the bits are the same. Here a whole row takes four columns at a time, so that many
/// entries are on their way at once: 13 GFLOP/s for 500 rows, where one after the other, each waiting
/// for its sum, was 2.4.
package func factorByFours(
  _ l: UnsafeMutablePointer<Double>, order: Int, tolerance: Double
) -> Bool {
  // Column p of L from place p * order on, where its numbers follow each other.
  withUnsafeTemporaryAllocation(of: Double.self, capacity: order * order) { memory in
    let columns = memory.baseAddress!
    for i in 0..<order {
      let row = l + PackedTriangle.row(i)
      let diagonal = row[i]
      for first in stride(from: 0, to: i, by: 4) {
        let end = min(first + 4, i)
        for p in first..<end {
          let column = columns + p * order
          row[p] /= column[p]
          column[i] = row[p]
          for j in p + 1..<end { row[j].addProduct(-row[p], column[j]) }
        }
        if end == first + 4 {
          subtractFour(row, columns + first * order, stride: order, from: first, through: i)
        } else {
          for p in first..<end { row[i].addProduct(-row[p], row[p]) }
        }
      }
      guard row[i] > tolerance * diagonal, row[i] < .infinity else { return false }
      row[i] = row[i].squareRoot()
      columns[i * order + i] = row[i]
    }
    return true
  }
}

/// Subtracts the products of `row`'s numbers `first` to `first + 3` with these columns from those that
/// follow in the row.
@inline(__always)
private func subtractFour(
  _ row: UnsafeMutablePointer<Double>, _ columns: UnsafePointer<Double>, stride: Int,
  from first: Int, through last: Int
) {
  let (f0, f1, f2, f3) = (-row[first], -row[first + 1], -row[first + 2], -row[first + 3])
  for j in first + 4...last {
    var sum = row[j]
    sum.addProduct(f0, columns[j])
    sum.addProduct(f1, columns[stride + j])
    sum.addProduct(f2, columns[2 * stride + j])
    sum.addProduct(f3, columns[3 * stride + j])
    row[j] = sum
  }
}
