import Kernels

/// A conjugate prior of the parameters of columns: for each component the same two numbers a column.
///
/// Of a family in exponential form, θ x + a, it is exp(s θ + c a) but for a constant: as if each
/// component had c more rows, whose values sum to s.
public struct ColumnPrior: Sendable, Equatable {
  /// What the two numbers of a column are called, and the least they may be.
  public struct Names: Sendable {
    public let first: String
    public let second: String
    let leastFirst: Double
    let leastSecond: Double

    /// Of the Beta distribution.
    static let beta = Names(first: "alpha", second: "beta", leastFirst: 1, leastSecond: 1)
    /// Of the Gamma distribution.
    static let gamma = Names(first: "shape", second: "rate", leastFirst: 1, leastSecond: 0)
  }

  let weights: WeightPrior
  /// D numbers each.
  let first: [Double]
  let second: [Double]
  /// Whether it is what the smoothing adds anyway.
  let isSmoothing: Bool

  /// - Parameter smoothed: the two numbers of what smoothing is, for those that are not given.
  /// - Throws: `FitError.unusable` about a setting.
  init?(
    _ options: FamilyOptions, _ names: Names, smoothed: (first: Double, second: Double),
    columns d: Int
  ) throws {
    let estimate = try Estimate(options)
    if estimate == .ml { return nil }
    guard estimate == .map else { throw estimate.unusable }
    guard let given = options.prior else {
      try options.requireOwnPrior(of: .map)
      weights = WeightPrior()
      first = Array(repeating: smoothed.first, count: d)
      second = Array(repeating: smoothed.second, count: d)
      isSmoothing = true
      return
    }
    try given.requireNames([WeightPrior.name, names.first, names.second])
    weights = try WeightPrior(given)
    first = try given.columns(names.first, d, least: names.leastFirst, smoothed.first)
    second = try given.columns(names.second, d, least: names.leastSecond, smoothed.second)
    isSmoothing = false
  }
}

extension PriorNumbers {
  /// A number for each column; one stands for all.
  fileprivate func columns(
    _ name: String, _ d: Int, least: Double, _ missing: Double
  ) throws -> [Double] {
    let numbers = try numbers(name, shapes: [[], [d]]) ?? [missing]
    if let small = numbers.first(where: { $0 < least }) {
      throw FitError.unusable(setting: "prior \(name) \(small)", expected: "\(least) or more")
    }
    return numbers.count == d ? numbers : Array(repeating: numbers[0], count: d)
  }
}

extension ColumnFamily {
  public static var priorNames: [String] { [columnPriorNames.first, columnPriorNames.second] }
  public static var settings: [FamilySetting] { [.estimate { _ in nil }, .prior] }
  public var estimate: Estimate { prior == nil ? .ml : .map }

  /// The log density of the prior, with all constants of what has a density.
  public func logPrior(of parameters: Parameters) -> Double {
    guard let prior else { return 0 }
    let numbers = parameters[Self.parameter.name]
    return numbers.enumerated().reduce(prior.weights.logDensity(of: parameters.weights)) {
      sum, entry in
      let j = entry.offset % columnCount
      let added = added(prior.first[j], prior.second[j])
      return sum + logConstant(prior.first[j], prior.second[j])
        + term(entry.element).density(sum: added.sum, count: added.count)
    }
  }
}

extension ColumnTerm {
  /// s θ + c a.
  fileprivate func density(sum: Double, count: Double) -> Double {
    switch self {
    case .linear(let theta, let a):
      return (sum == 0 ? 0 : sum * theta) + (count == 0 ? 0 : count * a)
    case .certain(let value):
      // Only rows of that value are possible.
      return sum == value * count ? 0 : -.infinity
    }
  }
}

/// The logarithm of what makes a density of p^(α - 1) (1 - p)^(β - 1).
func betaConstant(_ alpha: Double, _ beta: Double) -> Double {
  Portable.logGamma(alpha + beta) - Portable.logGamma(alpha) - Portable.logGamma(beta)
}

/// The same of λ^(s - 1) exp(-r λ); 0 if it has no finite integral.
func gammaConstant(shape: Double, rate: Double) -> Double {
  rate > 0 ? shape * Portable.log(rate) - Portable.logGamma(shape) : 0
}
