import MixtureModels
import ModelFiles

extension FitRecord {
  /// The `fit` section of the model file of a fit. A tolerance of 0 is one that was not in effect.
  ///
  /// - Parameters:
  ///   - score: of what the fit of `mixture` gives (`Family.fitted`).
  ///   - options: those of the fit.
  ///   - regularization: as it was given, in whatever units.
  ///   - initialization: how the start was chosen, in a word.
  package init(
    _ fit: Fit, _ score: Score, of mixture: some Family, data: DataSet, options: FitOptions,
    regularization: Regularization, exactDense: Bool, isHard: Bool, initialization: String
  ) {
    let estimate = mixture.estimate == .ml ? nil : mixture.estimate.rawValue
    let family = type(of: mixture)
    func ofDensities<Value>(_ value: Value?) -> Value? { family.hasDensities ? value : nil }
    let (tolerance, parameterTolerance): (Double, Double?) =
      switch options.convergence {
      case .logLikelihood(let tolerance): (tolerance, nil)
      case .parameters(let tolerance): (0, tolerance)
      }
    self.init(
      rows: fit.rows, totalWeight: data.isWeighted ? score.weightSum : nil,
      iterations: fit.iterations, converged: fit.converged,
      remaining: fit.remaining,
      logLikelihood: ofDensities(score.logLikelihood),
      meanLogLikelihood: ofDensities(score.meanLogLikelihood), inertia: family.inertia(score),
      estimate: estimate,
      objective: estimate != nil || mixture.fitted != nil ? fit.objective : nil, isHard: isHard,
      aic: ofDensities(score.aic), bic: ofDensities(score.bic), icl: ofDensities(score.icl),
      normalizedEntropy: ofDensities(score.normalizedEntropy),
      freeParameters: ofDensities(score.freeParameterCount), seed: options.seed,
      tolerance: tolerance, parameterTolerance: parameterTolerance,
      regularization: family.isRegularized ? regularization.value : 0,
      isRegularizationRelative: family.regularizesVariances && regularization.isRelative,
      exactDense: exactDense, initialization: initialization)
    lowerBound = mixture.externalBound(of: fit.parameters)
  }
}

extension Family {
  /// Σ w |x - c|² to the nearest centers, of a family without densities: what its fits maximize is minus
  /// that.
  package static func inertia(_ score: Score) -> Double? {
    hasDensities ? nil : 0 - score.logLikelihood
  }
}
