import Kernels

/// A mixture of products of Bernoulli distributions over columns of 0 and 1 (latent classes):
/// p(x | k) = Π_j p_kj^x_j (1 - p_kj)^(1 - x_j).
///
/// In exponential form θ_kj = log(p_kj / (1 - p_kj)) and a_kj = log(1 - p_kj).
///
/// Probabilities of exactly 0 and 1, which EM reaches with smoothing 0, are taken at their word: a row
/// that agrees loses nothing, and one that disagrees in any such column has density 0 under the
/// component, a log density of -∞.
///
/// Source: Bishop, "Pattern Recognition and Machine Learning", section 9.3.3.
public struct BernoulliMixture: ColumnFamily {
  public static let name = "bernoulli"
  public static let purpose = "columns of 0 and 1"
  public static let parameter = (name: "probabilities", domain: ParameterLayout.Domain.probability)
  public static let values = "0 or 1"
  public static let columnPriorNames = ColumnPrior.Names.beta

  public let componentCount: Int
  public let columnCount: Int
  public var observed: ObservedColumns?

  /// The a of a Beta(1 + a, 1 + a) prior on every probability: a additional rows of 0 and a of 1
  /// per component, in rows, 0 or more.
  ///
  /// The M-step then gives p = (S + a) / (N + 2a) and maximizes the log-likelihood +
  /// a Σ_kj log(p_kj (1 - p_kj)), which never falls; the log-likelihood alone may, where a > 0.
  public let smoothing: Double
  /// Beta distributions of the probabilities.
  public let prior: ColumnPrior?

  /// Settings of which no fit can be made are an error of the fit.
  public init(componentCount: Int, columnCount: Int, smoothing: Double = 1e-6) {
    self.componentCount = componentCount
    self.columnCount = columnCount
    self.smoothing = smoothing
    prior = nil
  }

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    (componentCount, columnCount) = (components, columns)
    let a = options.regularization
    prior = try ColumnPrior(
      options, Self.columnPriorNames, smoothed: (1 + a, 1 + a), columns: columns)
    smoothing = prior.map(\.isSmoothing) == false ? 0 : a
  }

  public func added(_ alpha: Double, _ beta: Double) -> (sum: Double, count: Double) {
    (alpha - 1, alpha - 1 + (beta - 1))
  }
  public func logConstant(_ alpha: Double, _ beta: Double) -> Double { betaConstant(alpha, beta) }

  public static func takes(_ x: Double) -> Bool { x == 0 || x == 1 }

  public func term(_ p: Double) -> ColumnTerm {
    guard p > 0 && p < 1 else { return .certain(p) }
    return .linear(theta: Portable.log(p) - Portable.log(1 - p), a: Portable.log(1 - p))
  }

  /// (S + a) / (N + 2a); 1/2 of a column that all rows of a component lack.
  public func estimate(sum: Double, count: Double) -> Double {
    let total = count + 2 * smoothing
    guard total > 0 else { return 0.5 }
    // Against rounding; what is smoothed is never certain.
    let largest = smoothing > 0 ? 1.nextDown : 1
    let smallest = smoothing > 0 ? Double.leastNonzeroMagnitude : 0
    return min(max((sum + smoothing) / total, smallest), largest)
  }

  public func mean(_ p: Double) -> Double { p }

  public func draw(_ p: Double, _ random: RandomRow, column j: Int) -> Double {
    random.uniform(1 + j) < p ? 1 : 0
  }

  public var title: String { "Bernoulli mixture" }
  public func cell(_ k: Int, _ j: Int, _ parameters: Parameters) -> ComponentCell {
    .probability(parameters.probabilities[k * columnCount + j])
  }
}

extension Parameters {
  /// Of a Bernoulli mixture: K × D probabilities of a 1, row-major, each 0 to 1.
  public var probabilities: [Double] { self["probabilities"] }

  /// Those of a Bernoulli mixture.
  public init(weights: [Double], probabilities: [Double]) {
    self = ["weights": weights, "probabilities": probabilities]
  }
}
