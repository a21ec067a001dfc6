import Kernels

/// A mixture of products of exponential distributions over columns of waiting times and the like:
/// p(x | k) = Π_j λ_kj exp(-λ_kj x_j), x_j >= 0.
///
/// In exponential form θ_kj = -λ_kj and a_kj = log λ_kj.
///
/// Source: Jewell, "Mixtures of exponential distributions" (Annals of Statistics 10, 1982).
public struct ExponentialMixture: ColumnFamily {
  public static let name = "exponential"
  public static let purpose = "columns of waiting times"
  public static let parameter = (name: "rates", domain: ParameterLayout.Domain.positive)
  public static let values = "a number from 0 up"
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
    (rate, shape - 1)
  }
  public func logConstant(_ shape: Double, _ rate: Double) -> Double {
    gammaConstant(shape: shape, rate: rate)
  }

  public static func takes(_ x: Double) -> Bool { x >= 0 }

  public func term(_ rate: Double) -> ColumnTerm {
    .linear(theta: -rate, a: Portable.log(rate))
  }

  /// (N + a) / (S + a); 1 of a column that all rows lack. Infinite, which is an error of the E-step, where
  /// a component has only zeros.
  public func estimate(sum: Double, count: Double) -> Double {
    count + smoothing > 0 ? (count + smoothing) / (sum + smoothing) : 1
  }

  public func mean(_ rate: Double) -> Double { 1 / rate }

  public func draw(_ rate: Double, _ random: RandomRow, column j: Int) -> Double {
    -Portable.log(random.uniform(1 + j)) / rate
  }

  public var title: String { "Mixture of exponential distributions, by their means" }
  public func cell(_ k: Int, _ j: Int, _ parameters: Parameters) -> ComponentCell {
    .number(mean(parameters["rates"][k * columnCount + j]))
  }
}
