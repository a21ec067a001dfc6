/// Weights and probabilities of a Bernoulli mixture.
public struct BernoulliParameters: Sendable, Equatable {
  /// K weights, non-negative, summing to 1.
  public var weights: [Double]
  /// K × D probabilities of a 1, row-major, each 0 to 1.
  public var probabilities: [Double]

  public init(weights: [Double], probabilities: [Double]) {
    self.weights = weights
    self.probabilities = probabilities
  }
}
