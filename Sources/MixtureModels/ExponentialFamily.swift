import Kernels

/// The short way to a new family: a mixture whose components are of one exponential family,
/// log p(x | k) = T(x)·θ_k + log h(x).
///
/// A family says what its features T(x) are, turns its parameters into θ, and sums of features into
/// parameters; the E-step is two matrix products over a tile of n rows and P features: the log joint is
/// T Θ', and the moments are R'T. See `BernoulliMixture` for a whole family.
///
/// The sums are moments about the origin: fine for counts and bits; a family of continuous data
/// far from 0 loses digits and wants a kernel of its own, as the Gaussian has.
public protocol ExponentialFamily: Features, MixtureModel
where StepComponents == FeatureComponents, StepMoments == FeatureMoments {
  /// θ as K × P numbers, row-major; number 0 of a component is its log weight minus its log
  /// normalizer, or -∞ if its weight is 0.
  ///
  /// The others must be finite, as 0 · ∞ is no number: where a parameter lies on the edge of its
  /// range (a probability of 0), give 0 for it and its part of the normalizer, and name what rows must
  /// have there by `requirements`.
  func naturalParameters(of parameters: Parameters) -> [Double]

  /// What a row must have to be possible under a component at all: any other has density 0. By default
  /// nothing.
  func requirements(of parameters: Parameters) -> [FeatureRequirement]

  /// What is to be expected of a missing cell of column `j` in component `k`, or with random numbers a draw.
  /// Nil, the default: the family takes complete rows only.
  func imputed(_ k: Int, _ j: Int, _ parameters: Parameters, _ random: RandomRow?) -> Double?

  /// The M-step.
  ///
  /// - Parameter features: of each component the P sums of w r T(x); number 0 is its mass.
  /// - Throws: `FitError` if a component cannot be estimated.
  func maximized(features: [[Double]]) throws -> Parameters
}

/// What an exponential family looks at in a row.
public protocol Features: Sendable {
  /// The number of features of a row, P, with the constant.
  var featureCount: Int { get }

  /// What stands in missing cells for those who do not know of them, D values, of a family whose features
  /// do: NaN in a row is then a missing cell. Nil, the default: rows are complete.
  var fill: [Double]? { get }

  /// Writes T(x_n) for every row of the tile: `tile.count` × P, row-major, feature 0 = 1.
  func writeFeatures(of tile: RowBlock, into features: UnsafeMutablePointer<Double>)

  /// Writes log h(x_n), in nats, for every row of the tile. By default 0.
  func writeLogBaseMeasure(of tile: RowBlock, into logBase: UnsafeMutablePointer<Double>)
}

extension Features {
  public var fill: [Double]? { nil }

  public func writeLogBaseMeasure(
    of tile: RowBlock, into logBase: UnsafeMutablePointer<Double>
  ) { logBase.update(repeating: 0, count: tile.count) }
}

/// The one value of a feature with which a row is possible under a component.
public struct FeatureRequirement: Sendable, Equatable {
  /// The component, from 0.
  public var component: Int
  /// The feature, from 0.
  public var feature: Int
  /// What rows of positive density have there.
  public var value: Double
  /// A feature that is 0 in rows of which this is not required.
  public var condition: Int?

  public init(component: Int, feature: Int, value: Double, condition: Int? = nil) {
    self.component = component
    self.feature = feature
    self.value = value
    self.condition = condition
  }
}

extension ExponentialFamily {
  public func requirements(of parameters: Parameters) -> [FeatureRequirement] { [] }
  public func imputed(
    _ k: Int, _ j: Int, _ parameters: Parameters, _ random: RandomRow?
  ) -> Double? { nil }

  /// - Throws: `FitError.undefined` if a natural parameter is not finite (of a component's number
  ///   0, if it is NaN or +∞).
  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> FeatureComponents {
    let values = naturalParameters(of: parameters)
    precondition(
      values.count == componentCount * featureCount,
      "\(values.count) natural parameters, expected \(componentCount) x \(featureCount)")
    for (i, value) in values.enumerated() where !value.isFinite {
      let (component, parameter) = i.quotientAndRemainder(dividingBy: featureCount)
      if parameter == 0 && value == -.infinity { continue }
      throw FitError.undefined(component: component, naturalParameter: parameter, value: value)
    }
    return FeatureComponents(
      of: self, count: componentCount, values: values, requirements: requirements(of: parameters)
    ) { imputed($0, $1, parameters, $2) }
  }

  public func moments(
    of components: FeatureComponents, at parameters: Parameters
  ) -> FeatureMoments { moments(about: []) }

  public func moments(about centers: [Double]) -> FeatureMoments {
    FeatureMoments(of: self, componentCount: componentCount)
  }

  public func maximized(
    _ sums: Sums, of moments: FeatureMoments, from previous: Parameters?, sharing work: WorkSharing
  ) throws -> Parameters {
    let features = sums[FeatureMoments.name]
    return try maximized(
      features: (0..<componentCount).map {
        Array(features[$0 * featureCount..<($0 + 1) * featureCount])
      })
  }
}
