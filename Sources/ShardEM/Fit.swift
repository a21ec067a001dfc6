import MixtureModels

/// Fitted parameters, and how they were reached.
public struct Fit: Sendable, Equatable {
  /// Of the layout of the model (`Model.layout`).
  public let parameters: Parameters
  /// The log-likelihood and criteria of the data under `parameters`; of a model whose steps sum up something
  /// else (`Model.sumsLogLikelihood`), of that.
  public let score: Score
  /// What the fit has maximized, in nats: the log-likelihood, and with a prior its log density.
  public var objective: Double { score.objective }
  /// The number of M-steps.
  public let iterations: Int
  /// Whether the convergence criterion was met within the limit of iterations.
  public let converged: Bool
  /// What was left to gain per row when the fit ended, in nats, as far as its last iterations tell: an
  /// estimate, which a plateau deceives. Nil if they do not.
  public let remaining: Double?
  /// The number of the restart that won, from 0.
  public let restart: Int
  /// The number of rows of positive weight.
  public let rows: Int
}
