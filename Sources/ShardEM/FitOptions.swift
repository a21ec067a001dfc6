import MixtureModels

/// When and from how many starts a fit ends.
public struct FitOptions: Sendable, Equatable {
  /// The largest number of M-steps of one start.
  public var maximumIterations: Int
  /// When a fit counts as converged.
  public var convergence: Convergence
  /// The number of starts, at least 1; the best final objective wins.
  public var restarts: Int
  /// How many starts are drawn for each of `restarts`, at least 1; the one that is most likely after
  /// one EM iteration is gone on with. Nil: five with k-means or k-means++ on up to 100,000 rows,
  /// else one.
  public var tries: Int?
  /// What all random numbers derive from.
  public var seed: UInt64

  /// The defaults are those of the command.
  public init(
    maximumIterations: Int = 1000, convergence: Convergence = .logLikelihood(1e-6),
    restarts: Int = 1, tries: Int? = nil, seed: UInt64 = 0
  ) {
    self.maximumIterations = maximumIterations
    self.convergence = convergence
    self.restarts = restarts
    self.tries = tries
    self.seed = seed
  }

  /// - Throws: `FitError.unusable` about the first that no fit can be made of.
  func requireUsable() throws {
    if maximumIterations < 0 {
      throw FitError.unusable(setting: "\(maximumIterations) iterations", expected: "0 or more")
    }
    for (name, count) in [("restarts", restarts), ("tries", tries ?? 1)] where count < 1 {
      throw FitError.unusable(setting: "\(count) \(name)", expected: "1 or more")
    }
    guard convergence.tolerance >= 0, convergence.tolerance.isFinite else {
      throw FitError.unusable(
        setting: "a tolerance of \(convergence.tolerance)", expected: "a number from 0 up")
    }
  }
}

/// What has to become small between two iterations.
public enum Convergence: Sendable, Equatable {
  /// The change of the objective per row, which is the mean log-likelihood unless the model has a prior, in
  /// nats: as scikit-learn's `tol`.
  case logLikelihood(Double)
  /// The largest relative change of a parameter.
  case parameters(Double)

  /// The number to fall below.
  public var tolerance: Double {
    switch self {
    case .logLikelihood(let tolerance), .parameters(let tolerance): tolerance
    }
  }

  /// - Parameter change: of the mean objective; nil in the first iteration.
  func isReached(change: Double?, parameterChange: Double) -> Bool {
    switch self {
    case .logLikelihood(let tolerance): change.map { abs($0) < tolerance } ?? false
    case .parameters(let tolerance): parameterChange < tolerance
    }
  }
}
