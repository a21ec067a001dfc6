/// p ~ Beta(α, β), by default Beta(1, 1), even.
extension BernoulliMixture: ConjugateColumns {
  public static let priorNeedsMeans = false
  public static func standardPrior(mean: Double) -> (first: Double, second: Double) { (1, 1) }

  public static func added(sum: Double, count: Double) -> (first: Double, second: Double) {
    // Against rounding.
    (sum, max(count - sum, 0))
  }

  /// E log (p / (1 - p)) and E log (1 - p).
  public static func expectedTerm(
    _ alpha: Double, _ beta: Double
  ) -> (theta: Double, a: Double) {
    (expectedLogShare(alpha, of: beta), expectedLogShare(beta, of: alpha + beta))
  }

  public static func expected(_ alpha: Double, _ beta: Double) -> Double { alpha / (alpha + beta) }

  public static func divergence(
    _ own: (first: Double, second: Double), from prior: (first: Double, second: Double)
  ) -> Double { dirichletDivergence([own.first, own.second], from: [prior.first, prior.second]) }
}
