import MixtureModels

/// A shape to be measured: N rows, D columns, K components.
struct BenchmarkCase: Sendable {
  let rows: Int
  let columns: Int
  let components: Int
  let covarianceType: CovarianceType

  /// From "N,D,K,TYPE"; nil if it is none.
  init?(_ text: String) {
    let fields = text.split(separator: ",").map(String.init)
    guard fields.count == 4, let rows = Int(fields[0]), let columns = Int(fields[1]),
      let components = Int(fields[2]), let type = CovarianceType(rawValue: fields[3]),
      rows > 0, columns > 0, components > 0
    else { return nil }
    (self.rows, self.columns, self.components, covarianceType) = (rows, columns, components, type)
  }

  /// The floating-point operations that one EM iteration cannot do without, exponentials not
  /// counted.
  ///
  /// Full: a triangular product and an outer product per row and component, 2 N K D (D + 1). Diag
  /// and spherical: subtract, multiply, multiply-add for the distance, then subtract, multiply,
  /// add, multiply-add for the moments: 9 N K D. Tied: the rows whitened once, N D (D + 1); K plain
  /// distances, 3 N K D; K first moments and the mean of means, 5 N K D; one outer product, N D (D
  /// + 1); the pairs, N K (K - 1).
  var operations: Double {
    let (n, d, k) = (Double(rows), Double(columns), Double(components))
    switch covarianceType {
    case .full: return 2 * n * k * d * (d + 1)
    case .tied: return n * (2 * d * (d + 1) + 8 * k * d + k * (k - 1))
    case .diag, .spherical: return 9 * n * k * d
    }
  }

  /// The cases of the project's own table.
  static let standard = [
    "2000000,2,4,full", "500000,16,16,full", "200000,64,32,full", "50000,128,64,full",
    "500000,40,128,diag", "1000000,8,32,spherical", "500000,32,32,tied",
  ].compactMap(BenchmarkCase.init)
}
