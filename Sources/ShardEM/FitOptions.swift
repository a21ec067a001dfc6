/// When and from how many starts a fit ends.
public struct FitOptions: Sendable, Equatable {
  /// The largest number of M-steps of one start.
  public var maximumIterations: Int
  /// When a fit counts as converged.
  public var convergence: Convergence
  /// The number of starts, at least 1; the best final log-likelihood wins.
  public var restarts: Int
  /// How many starts are drawn for each of `restarts`, at least 1; the one that is most likely after
  /// one EM iteration is gone on with. Nil: five with k-means or k-means++ on up to 100,000 rows,
  /// else one.
  public var tries: Int?
  /// What all random numbers derive from.
  public var seed: UInt64

  public init(
    maximumIterations: Int = 100, convergence: Convergence = .logLikelihood(1e-3),
    restarts: Int = 1, tries: Int? = nil, seed: UInt64 = 0
  ) {
    self.maximumIterations = maximumIterations
    self.convergence = convergence
    self.restarts = restarts
    self.tries = tries
    self.seed = seed
  }
}

/// What has to become small between two iterations.
public enum Convergence: Sendable, Equatable {
  /// The change of the mean log-likelihood per row, in nats: as scikit-learn's `tol`.
  case logLikelihood(Double)
  /// The largest relative change of a parameter.
  case parameters(Double)

  /// - Parameter change: of the mean log-likelihood; nil in the first iteration.
  func isReached(change: Double?, parameterChange: Double) -> Bool {
    switch self {
    case .logLikelihood(let tolerance): change.map { abs($0) < tolerance } ?? false
    case .parameters(let tolerance): parameterChange < tolerance
    }
  }
}
