/// A linear map of rows of D numbers, y = A (x - origin) / units.
///
/// Lanes along the numbers of y, each of which is the sum that plain loops over the columns make, by fused
/// products: the width changes no bit. Four rows at a time share what is loaded of A. 2 D² operations a row.
public struct RowTransform: Sendable {
  private let origin: [Double]
  private let units: [Double]
  /// A transposed, each column of A padded to whole vectors; nil: A is the identity.
  private let columns: [Double]?

  /// - Parameter matrix: A, D × D row-major; nil: the identity.
  public init(origin: [Double], units: [Double], matrix: [Double]? = nil) {
    (self.origin, self.units) = (origin, units)
    let d = origin.count
    let stride = paddedCount(d)
    columns = matrix.map { matrix in
      var columns = [Double](repeating: 0, count: d * stride)
      for i in 0..<d {
        for j in 0..<d { columns[j * stride + i] = matrix[i * d + j] }
      }
      return columns
    }
  }

  /// Writes `count` transformed rows of D numbers to `target`, which is other memory than `rows`.
  public func write(
    _ rows: UnsafePointer<Double>, count: Int, into target: UnsafeMutablePointer<Double>
  ) {
    let d = origin.count
    guard let columns else { return standardize(rows, count: count, into: target) }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 4 * d) { memory in
      let scaled = memory.baseAddress!
      columns.withUnsafeBufferPointer { columns in
        for first in stride(from: 0, to: count, by: 4) {
          let own = min(4, count - first)
          // In place of rows beyond the last one that again.
          for r in 0..<4 {
            standardize(rows + (first + min(r, own - 1)) * d, count: 1, into: scaled + r * d)
          }
          multiply(columns.baseAddress!, scaled, count: own, into: target + first * d)
        }
      }
    }
  }

  private func standardize(
    _ rows: UnsafePointer<Double>, count: Int, into target: UnsafeMutablePointer<Double>
  ) {
    let d = origin.count
    for n in 0..<count {
      for j in 0..<d { target[n * d + j] = (rows[n * d + j] - origin[j]) / units[j] }
    }
  }

  /// The products of A with four rows of D numbers, of which `count` are written.
  @inline(__always)
  private func multiply(
    _ columns: UnsafePointer<Double>, _ x: UnsafePointer<Double>, count: Int,
    into target: UnsafeMutablePointer<Double>
  ) {
    let d = origin.count
    let stride = paddedCount(d)
    for start in Swift.stride(from: 0, to: d, by: 8) {
      var (a, b, c, e) = (Vector8.zero, Vector8.zero, Vector8.zero, Vector8.zero)
      for j in 0..<d {
        let column = Vector8(loading: columns + j * stride + start)
        a.addProduct(x[j], column)
        b.addProduct(x[d + j], column)
        c.addProduct(x[2 * d + j], column)
        e.addProduct(x[3 * d + j], column)
      }
      let lanes = min(8, d - start)
      write(a, lanes, to: target + start)
      if count > 1 { write(b, lanes, to: target + d + start) }
      if count > 2 { write(c, lanes, to: target + 2 * d + start) }
      if count > 3 { write(e, lanes, to: target + 3 * d + start) }
    }
  }

  @inline(__always)
  private func write(_ values: Vector8, _ lanes: Int, to target: UnsafeMutablePointer<Double>) {
    if lanes == 8 { return values.store(to: target) }
    for lane in 0..<lanes { target[lane] = values[lane] }
  }
}
