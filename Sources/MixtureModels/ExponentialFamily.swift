/// The short way to a new family: a mixture whose components are of one exponential family,
/// log p(x | k) = T(x)·θ_k + log h(x).
///
/// A family says what its features T(x) are and turns its parameters into θ and back; the E-step
/// is two matrix products over a tile of n rows and P features: the log joint is T Θ', and the
/// statistics are R'T. See `BernoulliMixture` for a whole family.
///
/// Statistics: number 0 and 1 as in `LatentVariableModel`, then K × P sums of w r T(x), row-major:
/// `statistics[2 + k * P + p]`. Feature 0 is the constant 1, so its sum is the component's mass.
/// The sums are moments about the origin: fine for counts and bits; a family of continuous data
/// far from 0 loses digits and wants a kernel of its own, as the Gaussian has.
public protocol ExponentialFamily: MixtureModel where Expectation == NaturalParameters {
  /// The number of features of a row, P, with the constant.
  var featureCount: Int { get }

  /// Writes T(x_n) for every row of the tile: `tile.count` × P, row-major, feature 0 = 1.
  func writeFeatures(of tile: RowBlock, into features: UnsafeMutablePointer<Double>)

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

  /// Writes log h(x_n), in nats, for every row of the tile. By default 0.
  func writeLogBaseMeasure(of tile: RowBlock, into logBase: UnsafeMutablePointer<Double>)
}

/// The natural parameters θ of all components: what an exponential family's E-step needs.
public struct NaturalParameters: Sendable, Equatable {
  /// K × P numbers, row-major.
  public var values: [Double]
  /// What is demanded of rows that have a density under a component.
  public var requirements: [FeatureRequirement]

  public init(values: [Double], requirements: [FeatureRequirement] = []) {
    (self.values, self.requirements) = (values, requirements)
  }
}

/// The one value of a feature with which a row is possible under a component.
public struct FeatureRequirement: Sendable, Equatable {
  /// The component, from 0.
  public var component: Int
  /// The feature, from 0.
  public var feature: Int
  /// What rows of positive density have there.
  public var value: Double

  public init(component: Int, feature: Int, value: Double) {
    (self.component, self.feature, self.value) = (component, feature, value)
  }
}
