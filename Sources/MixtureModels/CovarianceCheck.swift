import Kernels

/// Whether numbers from a file or a fit can be a covariance.
package enum CovarianceCheck {
  /// Whether densities can take the reciprocal of a variance: it is not infinite, and has not lost
  /// digits.
  package static func hasReciprocal(_ variance: Double) -> Bool { (1 / variance).isNormal }

  /// The variances that have one, in words.
  package static let range = "5.6e-309 to 4.4e+307"

  /// The first place below the diagonal that differs from its mirror image by more than
  /// `allowance` of the two columns' standard deviations; nil for a symmetric matrix.
  ///
  /// - Parameter matrix: D × D, row-major, with a positive diagonal.
  package static func asymmetry(
    of matrix: [Double], _ size: Int, within allowance: Double
  ) -> (row: Int, column: Int)? {
    for i in 0..<size {
      for j in 0..<i {
        let scale = matrix[i * size + i].squareRoot() * matrix[j * size + j].squareRoot()
        let difference = abs(matrix[i * size + j] - matrix[j * size + i])
        if !(difference <= allowance * scale) { return (i, j) }
      }
    }
    return nil
  }

  /// Whether the lower triangle has a Cholesky factor: the judgement of the fit that wrote it.
  ///
  /// - Parameter matrix: D × D, row-major.
  package static func isPositiveDefinite(_ matrix: [Double], _ size: Int) -> Bool {
    CholeskyFactor(PackedTriangle.pack(matrix[...], order: size)[...], order: size) != nil
  }
}
