import Kernels

/// A family whose parameters have a conjugate prior: the posterior distribution of each component's, given
/// responsibilities, is of the same kind, with other numbers. `VariationalMixture` fits it, by a
/// distribution of the parameters instead of the parameters.
///
/// The numbers come as one list for each of `posteriorParts`, of all components. An exponential family is
/// a `ConjugateExponentialFamily`, which has less to say.
public protocol ConjugateFamily: Family {
  /// The numbers of the posterior distribution, their shapes beginning with K: names as model files have
  /// them below "posterior", and domains.
  var posteriorParts: [ParameterLayout.Part] { get }

  /// The prior's numbers for one component: a list for each part. All have the same.
  ///
  /// - Parameters:
  ///   - given: by somebody, of names among `priorNames`.
  ///   - means: of the columns of the data, D numbers; nil if nobody looked.
  /// - Throws: `FitError.unusable` about a number of which there is no distribution.
  func conjugatePrior(_ given: PriorNumbers, means: [Double]?) throws -> [[Double]]

  /// The posterior's numbers: the prior's, and what the rows add to them.
  ///
  /// - Parameters:
  ///   - sums: of an E-step, the same on every rank.
  ///   - prior: of all components, in the shapes of the posterior.
  func posterior(_ sums: Sums, prior: [[Double]]) -> [[Double]]

  /// The expected parameters, by which rows are drawn and tables shown; with `weights`.
  func parameters(weights: [Double], posterior: [[Double]], _ sums: Sums) -> Parameters

  /// Log joint densities with expectations under the posterior: log weight + E log f(x | θ_k).
  ///
  /// - Parameters:
  ///   - logWeights: E log π_k, in nats.
  ///   - parameters: the expected ones, for what is to be said of missing cells.
  func components(
    logWeights: [Double], posterior: [[Double]], at parameters: Parameters
  ) throws -> StepComponents

  /// KL(posterior || prior) of all components, in nats.
  func divergence(_ posterior: [[Double]], from prior: [[Double]]) -> Double
}

/// An exponential family with a conjugate prior.
public protocol ConjugateExponentialFamily: ConjugateFamily, ExponentialFamily {
  /// E θ under the posterior, K × P, row-major; number 0 without a weight.
  func expectedNaturalParameters(_ posterior: [[Double]]) -> [Double]

  /// The posterior's numbers.
  ///
  /// - Parameter features: of each component the P sums of w r T(x); number 0 is its mass.
  func posterior(features: [[Double]], prior: [[Double]]) -> [[Double]]
}

extension ConjugateExponentialFamily {
  public func posterior(_ sums: Sums, prior: [[Double]]) -> [[Double]] {
    posterior(features: features(sums), prior: prior)
  }

  /// Of each component the P sums of w r T(x).
  func features(_ sums: Sums) -> [[Double]] {
    let all = sums[FeatureMoments.name]
    return (0..<componentCount).map { Array(all[$0 * featureCount..<($0 + 1) * featureCount]) }
  }

  public func components(
    logWeights: [Double], posterior: [[Double]], at parameters: Parameters
  ) throws -> FeatureComponents {
    var values = expectedNaturalParameters(posterior)
    for (k, logWeight) in logWeights.enumerated() { values[k * featureCount] += logWeight }
    return FeatureComponents(of: self, count: componentCount, values: values, requirements: []) {
      imputed($0, $1, parameters, $2)
    }
  }
}

extension ConjugateFamily {
  /// With `estimate vb` a `VariationalMixture` of it.
  public static func mixture(
    _ options: FamilyOptions, components: Int, columns: Int
  ) throws -> any Family {
    if try Estimate(options) == .vb {
      return try VariationalMixture<Self>(options, components: components, columns: columns)
    }
    try FamilySetting.requireNone(of: [.weightConcentrationType], in: options)
    return try Self(options, components: components, columns: columns)
  }
}

extension FamilySetting {
  /// Of families that can be fitted by any estimate, with priors that need nothing of the data.
  public static let conjugate = [estimate { _ in nil }, prior, weightConcentrationType]
}

extension PriorNumbers {
  /// The numbers above 0 of a prior, one for each of `count`; one number stands for all.
  func positive(_ name: String, _ count: Int, else missing: [Double]) throws -> [Double] {
    guard let numbers = try numbers(name, shapes: [[], [count]]) else { return missing }
    if let small = numbers.first(where: { !($0 > 0) }) {
      throw FitError.unusable(setting: "prior \(name) \(small)", expected: "more than 0")
    }
    return numbers.count == count ? numbers : Array(repeating: numbers[0], count: count)
  }
}

extension [Double] {
  /// These numbers so many times.
  func repeated(_ count: Int) -> [Double] { (0..<count).flatMap { _ in self } }
}
