import Kernels
import MixtureModels

/// How well a model describes data.
public struct Score: Sendable, Equatable {
  /// The sum of w log p(x), in nats.
  public let logLikelihood: Double
  /// The sum of the row weights: the number of rows N, an integer weight being a repeated row.
  public let weightSum: Double
  /// The number of free parameters of the model, p.
  public let freeParameterCount: Int
  /// How uncertain the components of the rows are; nil for a model without.
  public let uncertainty: Uncertainty?
  /// What the model's fits maximize beside the log-likelihood, in nats: see `Model.logPrior`.
  public let logPrior: Double

  /// How uncertain the components of rows are: 0 where each is of one for sure.
  public struct Uncertainty: Sendable, Equatable {
    /// -Σ w r log r over rows and components, in nats.
    public let entropy: Double
    /// -Σ w log r over rows, r being a row's largest responsibility, in nats.
    public let hardEntropy: Double
    /// The number of components that rows can belong to, noise being one.
    public let componentCount: Int

    public init(entropy: Double, hardEntropy: Double, componentCount: Int) {
      self.entropy = entropy
      self.hardEntropy = hardEntropy
      self.componentCount = componentCount
    }
  }

  public init(
    logLikelihood: Double, weightSum: Double, freeParameterCount: Int,
    uncertainty: Uncertainty? = nil, logPrior: Double = 0
  ) {
    self.logLikelihood = logLikelihood
    self.weightSum = weightSum
    self.freeParameterCount = freeParameterCount
    self.uncertainty = uncertainty
    self.logPrior = logPrior
  }

  /// From the sums of a `ScoreStep`, or of a model's step.
  init(_ sums: Sums, of model: some Model, under parameters: Parameters) {
    let isMixture = sums.slots[Slots.entropy] != nil
    self.init(
      logLikelihood: sums.logLikelihood, weightSum: sums.weightSum,
      freeParameterCount: model.freeParameterCount,
      uncertainty: isMixture
        ? Uncertainty(
          entropy: sums[Slots.entropy][0], hardEntropy: sums[Slots.hardEntropy][0],
          componentCount: sums[Slots.masses].count) : nil,
      logPrior: model.logPrior(of: parameters))
  }

  /// What the model's fits maximize, in nats.
  public var objective: Double { logLikelihood + logPrior }

  /// Nats per row.
  public var meanLogLikelihood: Double { logLikelihood / weightSum }
  /// Akaike's information criterion, 2 p - 2 log-likelihood: smaller is better.
  public var aic: Double { 2 * Double(freeParameterCount) - 2 * logLikelihood }
  /// The Bayesian information criterion, p ln N - 2 log-likelihood: smaller is better.
  public var bic: Double {
    Double(freeParameterCount) * Portable.log(weightSum) - 2 * logLikelihood
  }
  /// The integrated completed likelihood, BIC + 2 hard entropy: smaller is better.
  ///
  /// That of mclust with the other sign: each row counts as one of its most probable component.
  ///
  /// Source: Biernacki, Celeux and Govaert, "Assessing a mixture model for clustering with the integrated
  /// completed likelihood" (IEEE Trans. Pattern Anal. Mach. Intell. 22, 2000).
  public var icl: Double? { uncertainty.map { bic + 2 * $0.hardEntropy } }
  /// 1 - entropy / (N ln K): 1 where each row is of one component for sure, or there is but one, 0 where
  /// all are as probable as each other. Larger is better.
  public var normalizedEntropy: Double? {
    uncertainty.map {
      $0.componentCount > 1
        ? 1 - $0.entropy / (weightSum * Portable.log(Double($0.componentCount))) : 1
    }
  }
}
