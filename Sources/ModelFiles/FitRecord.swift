import MixtureModels

/// How a model came about: the `fit` section of a model file.
///
/// A function of the data, the start and the options alone; times, ranks and hosts belong to the
/// trace, so that the same fit always writes the same bytes.
public struct FitRecord: Sendable, Equatable {
  /// The number of rows of positive weight: a row of weight 0 counts as absent.
  public var rows: Int
  /// The sum of the row weights; nil, and absent from the file, for data without weights.
  public var totalWeight: Double?
  /// The number of EM iterations.
  public var iterations: Int
  /// Whether these were steps of online EM, which does not converge; false, and absent, if not.
  public var isStepwise = false
  /// Whether the convergence criterion was met.
  public var converged: Bool
  /// What was left to gain when it ended, per row, in nats: an estimate. Nil, and absent, if unknown.
  public var remaining: Double?
  /// Σ w log p(x), in nats; nil, and absent from the file, of a model without densities, which has none of
  /// the numbers that follow from it.
  public var logLikelihood: Double?
  /// The log-likelihood per row, or per unit of weight.
  public var meanLogLikelihood: Double?
  /// Of a model without densities Σ w |x - c|², c being the nearest center, in squared units of the data.
  public var inertia: Double?
  /// What was maximized, if that was not the log-likelihood: `map`, with a prior; nil, and absent, of
  /// maximum likelihood.
  public var estimate: String?
  /// What was maximized, in nats, likewise: the log-likelihood and the log density of the prior.
  public var objective: Double?
  /// scikit-learn's `lower_bound_`, with its updates (`Family.externalBound`); nil, and absent, if these are
  /// others.
  public var lowerBound: Double?
  /// Whether each row was wholly of its most probable component; false, and absent, if not.
  public var isHard: Bool
  /// Akaike's information criterion, 2 free parameters - 2 log-likelihood; the smaller, the better.
  public var aic: Double?
  /// The Bayesian information criterion, free parameters times log rows - 2 log-likelihood.
  public var bic: Double?
  /// The integrated completed likelihood, BIC + 2 × the entropy of hard labels: the smaller, the better;
  /// nil, and absent, if unknown, as of a model without components.
  public var icl: Double?
  /// 1 - entropy of the responsibilities / (rows log components): 1 where each row is of one component for
  /// sure; nil likewise.
  public var normalizedEntropy: Double?
  /// The number of free parameters; nil, and absent, if unknown.
  public var freeParameters: Int?
  /// What all random draws come from.
  public var seed: UInt64
  /// What may be left to gain per row, in nats, when the fit stops.
  public var tolerance: Double
  /// The relative change of parameters at which it was to stop; nil, and absent, if not asked for.
  public var parameterTolerance: Double?
  /// Added to the variances of a Gaussian, or the smoothing of a Bernoulli mixture.
  public var regularization: Double
  /// Whether that was in units of the columns' variances; false, and absent, if in squared data units.
  public var isRegularizationRelative: Bool
  /// Whether responsibilities below rounding counted too; false, and absent, if not.
  public var exactDense: Bool
  /// How the start was chosen: `race`, `kmeans`, `k-means++`, `random` or `file`.
  public var initialization: String

  /// The regularization as options have it.
  public var regularizationText: String {
    Regularization(regularization, isRelative: isRegularizationRelative).description
  }

  public init(
    rows: Int, totalWeight: Double? = nil, iterations: Int, converged: Bool,
    remaining: Double? = nil,
    logLikelihood: Double?, meanLogLikelihood: Double?, inertia: Double? = nil,
    estimate: String? = nil, objective: Double? = nil, isHard: Bool = false, aic: Double?,
    bic: Double?,
    icl: Double? = nil, normalizedEntropy: Double? = nil, freeParameters: Int? = nil, seed: UInt64,
    tolerance: Double, parameterTolerance: Double? = nil, regularization: Double,
    isRegularizationRelative: Bool = false, exactDense: Bool = false, initialization: String
  ) {
    self.rows = rows
    self.totalWeight = totalWeight
    self.iterations = iterations
    self.converged = converged
    self.remaining = remaining
    self.logLikelihood = logLikelihood
    self.meanLogLikelihood = meanLogLikelihood
    self.inertia = inertia
    self.estimate = estimate
    self.objective = objective
    self.isHard = isHard
    self.aic = aic
    self.bic = bic
    self.icl = icl
    self.normalizedEntropy = normalizedEntropy
    self.freeParameters = freeParameters
    self.seed = seed
    self.tolerance = tolerance
    self.parameterTolerance = parameterTolerance
    self.regularization = regularization
    self.isRegularizationRelative = isRegularizationRelative
    self.exactDense = exactDense
    self.initialization = initialization
  }
}
