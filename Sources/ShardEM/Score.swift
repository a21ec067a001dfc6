import Kernels

/// How well a model describes data.
public struct Score: Sendable, Equatable {
  /// The sum of w log p(x), in nats.
  public let logLikelihood: Double
  /// The sum of the row weights: the number of rows N, an integer weight being a repeated row.
  public let weightSum: Double
  /// The number of free parameters of the model, p.
  public let freeParameterCount: Int

  public init(logLikelihood: Double, weightSum: Double, freeParameterCount: Int) {
    self.logLikelihood = logLikelihood
    self.weightSum = weightSum
    self.freeParameterCount = freeParameterCount
  }

  /// Nats per row.
  public var meanLogLikelihood: Double { logLikelihood / weightSum }
  /// Akaike's information criterion, 2 p - 2 log-likelihood: smaller is better.
  public var aic: Double { 2 * Double(freeParameterCount) - 2 * logLikelihood }
  /// The Bayesian information criterion, p ln N - 2 log-likelihood: smaller is better.
  public var bic: Double {
    Double(freeParameterCount) * Portable.log(weightSum) - 2 * logLikelihood
  }
}
