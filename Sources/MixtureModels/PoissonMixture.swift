import Kernels

/// A mixture of products of Poisson distributions over columns of counts:
/// p(x | k) = Π_j λ_kj^x_j exp(-λ_kj) / x_j!.
///
/// In exponential form θ_kj = log λ_kj, a_kj = -λ_kj and h(x) = 1 / x!. A rate of 0, of a column of zeros, is
/// taken at its word: other counts then have density 0.
///
/// Source: Karlis and Meligkotsidou, "Finite mixtures of multivariate Poisson distributions with application"
/// (Journal of Statistical Planning and Inference 137, 2007), the case without covariance.
public struct PoissonMixture: ColumnFamily {
  public static let name = "poisson"
  public static let purpose = "columns of counts"
  public static let parameter = (name: "rates", domain: ParameterLayout.Domain.rate)
  public static let values = "a whole number from 0 up"
  public static let columnPriorNames = ColumnPrior.Names.gamma

  public let componentCount: Int
  public let columnCount: Int
  public var observed: ObservedColumns?
  /// So many rows of 1 are added to each component, 0 or more: a prior of a (log λ - λ).
  public let smoothing: Double
  /// Gamma distributions of the rates.
  public let prior: ColumnPrior?

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    (componentCount, columnCount) = (components, columns)
    let a = options.regularization
    prior = try ColumnPrior(options, Self.columnPriorNames, smoothed: (1 + a, a), columns: columns)
    smoothing = prior.map(\.isSmoothing) == false ? 0 : a
  }

  public func added(_ shape: Double, _ rate: Double) -> (sum: Double, count: Double) {
    (shape - 1, rate)
  }
  public func logConstant(_ shape: Double, _ rate: Double) -> Double {
    gammaConstant(shape: shape, rate: rate)
  }

  public static func takes(_ x: Double) -> Bool { x >= 0 && x == x.rounded() }

  public func term(_ rate: Double) -> ColumnTerm {
    rate == 0 ? .certain(0) : .linear(theta: Portable.log(rate), a: -rate)
  }

  public func writeLogBaseMeasure(
    of tile: RowBlock, into logBase: UnsafeMutablePointer<Double>
  ) {
    Portable.writeLogFactorials(
      tile.rows, count: tile.count, columnCount: columnCount, into: logBase)
    for n in 0..<tile.count { logBase[n] = -logBase[n] }
  }

  /// (S + a) / (N + a); 1 of a column that all rows lack.
  public func estimate(sum: Double, count: Double) -> Double {
    count + smoothing > 0 ? (sum + smoothing) / (count + smoothing) : 1
  }

  public func mean(_ rate: Double) -> Double { rate }

  public func draw(_ rate: Double, _ random: RandomRow, column j: Int) -> Double {
    random.poisson(rate: rate, from: 1 + j, step: columnCount)
  }

  public var title: String { "Poisson mixture" }
}
