/// Eigenvalues and eigenvectors of a symmetric matrix, by cyclic Jacobi rotations of our own: a LAPACK
/// picks its kernels, and so its roundings, by processor.
///
/// A = Σ_j values[j] v_j v_j'. Each rotation makes one entry off the diagonal zero; they end when each is
/// 2^-54 of the roots of its two diagonal entries or less, so that also the small eigenvalues of positive
/// definite matrices with columns of different scales have their digits.
///
/// Some 8 sweeps of D² / 2 rotations, each 18 D operations.
///
/// Source: Rutishauser, "The Jacobi method for real symmetric matrices" (Numerische Mathematik 9, 1966);
/// Demmel and Veselić, "Jacobi's method is more accurate than QR" (SIAM J. Matrix Anal. Appl. 13, 1992).
public struct Eigenvectors: Sendable {
  /// D eigenvalues, the largest first.
  public let values: [Double]
  /// D × D: row j is the eigenvector of value j, of length 1.
  public let vectors: [Double]

  /// - Parameter matrix: D × D, row-major, symmetric, finite.
  public init(of matrix: [Double], order d: Int) {
    var a = matrix
    var v = [Double](repeating: 0, count: d * d)
    for i in 0..<d { v[i * d + i] = 1 }
    a.withUnsafeMutableBufferPointer { a in
      v.withUnsafeMutableBufferPointer { v in
        guard let a = a.baseAddress, let v = v.baseAddress else { return }
        // Convergence is quadratic in the end: more sweeps find nothing but roundings.
        for _ in 0..<40 where !Self.sweep(a, v, order: d) {}
      }
    }
    let order = (0..<d).sorted { (a[$1 * d + $1], $0) < (a[$0 * d + $0], $1) }
    values = order.map { a[$0 * d + $0] }
    vectors = order.flatMap { v[$0 * d..<($0 + 1) * d] }
  }

  /// Rotates in every plane; whether there was nothing to be done.
  private static func sweep(
    _ a: UnsafeMutablePointer<Double>, _ v: UnsafeMutablePointer<Double>, order d: Int
  ) -> Bool {
    var isDiagonal = true
    for p in 0..<max(d - 1, 0) {
      for q in p + 1..<d {
        let (first, last) = (a[p * d + p], a[q * d + q])
        let entry = a[p * d + q]
        let small = 0x1p-54 * abs(first).squareRoot() * abs(last).squareRoot()
        if abs(entry) <= small { continue }
        isDiagonal = false
        let rotation = PlaneRotation(first, entry, last)
        rotateRows(a + p * d, a + q * d, by: rotation, count: d)
        for i in 0..<d {
          a[i * d + p] = a[p * d + i]
          a[i * d + q] = a[q * d + i]
        }
        let change = rotation.tangent * entry
        a[p * d + p] = first - change
        a[q * d + q] = last + change
        a[p * d + q] = 0
        a[q * d + p] = 0
        rotateRows(v + p * d, v + q * d, by: rotation, count: d)
      }
    }
    return isDiagonal
  }
}

/// A rotation of two axes.
public struct PlaneRotation: Sendable {
  /// Of its angle.
  public let cosine: Double
  public let sine: Double
  var tangent: Double { sine / cosine }

  public init(cosine: Double, sine: Double) { (self.cosine, self.sine) = (cosine, sine) }

  /// The smaller one that makes the matrix (p, e; e, q), e not 0, diagonal.
  init(_ p: Double, _ e: Double, _ q: Double) {
    let cotangent = (q - p) / (2 * e)
    // Of a square that is infinite the tangent is 0, as it would be beside rounding.
    let magnitude = 1 / (abs(cotangent) + (cotangent * cotangent + 1).squareRoot())
    let tangent = cotangent < 0 ? -magnitude : magnitude
    cosine = 1 / (tangent * tangent + 1).squareRoot()
    sine = tangent * cosine
  }
}

/// x <- c x - s y, y <- s x + c y.
@inline(__always)
public func rotateRows(
  _ x: UnsafeMutablePointer<Double>, _ y: UnsafeMutablePointer<Double>,
  by rotation: PlaneRotation, count: Int
) {
  let (c, s) = (rotation.cosine, rotation.sine)
  for i in 0..<count {
    let (a, b) = (x[i], y[i])
    x[i] = c * a - s * b
    y[i] = s * a + c * b
  }
}
