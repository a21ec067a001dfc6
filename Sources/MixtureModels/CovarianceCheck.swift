import Kernels

/// Whether a matrix from a file can be a covariance.
enum CovarianceCheck {
  /// The first place below the diagonal that differs from its mirror image by more than
  /// `allowance` of the two columns' standard deviations; nil for a symmetric matrix.
  ///
  /// - Parameter matrix: D × D, row-major, with a positive diagonal.
  static func asymmetry(
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
  static func isPositiveDefinite(_ matrix: [Double], _ size: Int) -> Bool {
    CholeskyFactor(PackedTriangle.pack(matrix[...], order: size)[...], order: size) != nil
  }
}
