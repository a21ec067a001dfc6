import Kernels

/// Soft k-means: a mixture of K spherical Gaussians of equal, fixed weights 1/K and one fixed variance β, of
/// which only the means are estimated.
///
/// As β goes to 0, the responsibilities become 0 and 1, and the means those of k-means.
///
/// Source: MacKay, "Information Theory, Inference, and Learning Algorithms" (2003), chapters 20 and 22, β
/// there being 1/β here; Bishop, "Pattern Recognition and Machine Learning", section 9.3.2.
public struct SoftKMeansMixture: CenterMixture {
  public static let name = "soft-k-means"
  public static let purpose = "equal spherical Gaussians of the variance beta"
  public static let settings = [
    FamilySetting(
      "beta",
      help: "The variance of every component of soft-k-means, in squared units of the data.",
      valueName: "b", noun: "variance of its own", isRequired: true)
  ]
  public static let leavesOutNegligible = true

  private var gaussian: GaussianMixture
  /// β, in squared units of the data; nil where parameters say it.
  private let variance: Double?

  /// - Parameter variance: β, in squared units of the data.
  public init(
    components: Int, columns: Int, variance: Double?, exactDense: Bool = false
  ) {
    gaussian = GaussianMixture(
      components: components, columns: columns, covarianceType: .spherical, regularization: 0,
      exactDense: exactDense)
    self.variance = variance
  }

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    let text = options.values["beta"]
    let variance = text.flatMap(Double.init)
    if let text, ParameterLayout.Domain.variance.objection(to: variance ?? .nan) != nil {
      throw FitError.unusable(setting: "beta \(text)", expected: "a variance, more than 0")
    }
    self.init(
      components: components, columns: columns, variance: variance, exactDense: options.exactDense)
  }

  var observed: ObservedColumns? { gaussian.observed }

  public func observing(_ columns: ObservedColumns?) -> SoftKMeansMixture {
    var mixture = self
    mixture.gaussian = gaussian.observing(columns)
    return mixture
  }

  public var componentCount: Int { gaussian.componentCount }
  public var columnCount: Int { gaussian.columnCount }
  public var title: String { "Soft k-means" }

  public var layout: ParameterLayout {
    ParameterLayout([
      .init(Self.means, [componentCount, columnCount], .free), .init(Self.beta, [], .fixed),
    ])
  }

  private static let beta = "beta"

  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> GaussianComponents {
    let beta = parameters[Self.beta][0]
    if let expected = ParameterLayout.Domain.variance.objection(to: beta) {
      throw FitError.unusable(setting: "beta \(beta)", expected: expected)
    }
    return try gaussian.components(at: gaussianParameters(parameters), sharing: work)
  }

  private func gaussianParameters(_ parameters: Parameters) -> Parameters {
    Parameters(
      weights: weights(parameters), means: parameters.means,
      covariances: Array(repeating: parameters[Self.beta][0], count: componentCount))
  }

  public func maximized(
    _ sums: Sums, of moments: CenterMoments, from previous: Parameters?, sharing work: WorkSharing
  ) throws -> Parameters {
    guard let beta = variance ?? previous?[Self.beta][0] else {
      throw FitError.unusable(setting: "soft-k-means without beta", expected: "a variance")
    }
    return [Self.means: moments.means(sums), Self.beta: [beta]]
  }

  public func starting(from parameters: Parameters) -> Parameters {
    var start = parameters
    if let variance { start[Self.beta] = [variance] }
    return start
  }

  /// In standard deviations of a component.
  public func largestChange(from previous: Parameters, to next: Parameters) -> Double {
    let shifts = zip(previous.means, next.means).map { ($1 - $0).magnitude }
    return (shifts.max() ?? 0) / next[Self.beta][0].squareRoot()
  }

  public func cell(_ k: Int, _ j: Int, _ parameters: Parameters) -> ComponentCell {
    .spread(mean: parameters.means[k * columnCount + j], variance: parameters[Self.beta][0])
  }

  public func sampler(under parameters: Parameters) throws -> GaussianMixture.Sampler {
    try gaussian.sampler(under: gaussianParameters(parameters))
  }

  public func writeRow(
    _ random: RandomRow, _ sampler: GaussianMixture.Sampler, into row: UnsafeMutablePointer<Double>
  ) { gaussian.writeRow(random, sampler, into: row) }
}
