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
    let tolerance = Double(order + 3) * 0x1p-52
    var l = Array(matrix)
    let complete = l.withUnsafeMutableBufferPointer { l in
      for i in 0..<order {
        let rowI = l.baseAddress! + PackedTriangle.row(i)
        let diagonal = rowI[i]
        for j in 0..<i {
          let rowJ = l.baseAddress! + PackedTriangle.row(j)
          var sum = rowI[j]
          for p in 0..<j { sum.addProduct(-rowI[p], rowJ[p]) }
          rowI[j] = sum / rowJ[j]
        }
        var pivot = diagonal
        for p in 0..<i { pivot.addProduct(-rowI[p], rowI[p]) }
        guard pivot > tolerance * diagonal, pivot < .infinity else { return false }
        rowI[i] = pivot.squareRoot()
      }
      return true
    }
    guard complete else { return nil }
    self.order = order
    lower = l
  }

  /// log |A| = 2 sum of log L_ii, in nats.
  public var logDeterminant: Double {
    2 * (0..<order).reduce(0) { $0 + log(lower[PackedTriangle.row($1) + $1]) }
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
