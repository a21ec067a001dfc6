/// λ ~ Gamma(shape, rate), by default of shape 1, with the reciprocal of the column's mean as its mean.
extension ExponentialMixture: ConjugateColumns {
  public static let priorNeedsMeans = true
  public static func standardPrior(mean: Double) -> (first: Double, second: Double) { (1, mean) }

  public static func added(sum: Double, count: Double) -> (first: Double, second: Double) {
    (count, sum)
  }

  /// -E λ and E log λ.
  public static func expectedTerm(_ shape: Double, _ rate: Double) -> (theta: Double, a: Double) {
    (-shape / rate, expectedLog(shape: shape, rate: rate))
  }

  public static func expected(_ shape: Double, _ rate: Double) -> Double { shape / rate }

  public static func divergence(
    _ own: (first: Double, second: Double), from prior: (first: Double, second: Double)
  ) -> Double { gammaDivergence(own, from: prior) }
}
