/// λ ~ Gamma(shape, rate), by default of shape 1 and with the mean of the column.
extension PoissonMixture: ConjugateColumns {
  public static let priorNeedsMeans = true
  public static func standardPrior(mean: Double) -> (first: Double, second: Double) {
    (1, 1 / mean)
  }

  public static func added(sum: Double, count: Double) -> (first: Double, second: Double) {
    (sum, count)
  }

  /// E log λ and -E λ.
  public static func expectedTerm(_ shape: Double, _ rate: Double) -> (theta: Double, a: Double) {
    (expectedLog(shape: shape, rate: rate), -shape / rate)
  }

  public static func expected(_ shape: Double, _ rate: Double) -> Double { shape / rate }

  public static func divergence(
    _ own: (first: Double, second: Double), from prior: (first: Double, second: Double)
  ) -> Double { gammaDivergence(own, from: prior) }
}
