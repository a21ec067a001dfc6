/// When a fit ends before the limit of its iterations.
public enum Convergence: Sendable, Equatable {
  /// When less is left to gain, per row of what is maximized, in nats: the mean log-likelihood, unless the
  /// model has a prior. Of k-means, relatively.
  case logLikelihood(Double)
  /// When no parameter changes by more in an M-step, relatively.
  case parameters(Double)

  /// The number to fall below.
  public var tolerance: Double {
    switch self {
    case .logLikelihood(let tolerance), .parameters(let tolerance): tolerance
    }
  }

  /// - Parameter remaining: what is left to gain per row; nil if that is not known.
  func isReached(remaining: Double?, parameterChange: Double) -> Bool {
    switch self {
    case .logLikelihood(let tolerance): remaining.map { $0 < tolerance } ?? false
    case .parameters(let tolerance): parameterChange < tolerance
    }
  }
}
