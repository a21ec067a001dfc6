import MixtureModels

/// The state of a fit as a file holds it, with what the fit was of and which program made it.
package struct Checkpoint: Equatable, Sendable {
  /// A start that has ended.
  package struct Finished: Equatable, Sendable {
    let restart: Int
    let iterations: Int
    let converged: Bool
    let rows: Int
    let logLikelihood: Double
    let weightSum: Double
    let numbers: [Double]
  }

  let program: ProgramIdentity
  /// The options that the result depends on, and their values.
  package let settings: [String: String]
  package let data: DataFingerprint
  package let restart: Int
  package let converged: Bool
  /// Nats per row, of every iteration of this start.
  package let meanLogLikelihoods: [Double]
  /// The parameters, as `LatentVariableModel.numbers` has them.
  let numbers: [Double]
  /// The best of the starts before.
  let best: Finished?

  package var iteration: Int { meanLogLikelihoods.count }
  var place: FitPlace { FitPlace(restart: restart, iteration: iteration) }

  package init<Model: LatentVariableModel>(
    _ state: FitState<Model.Parameters>, of model: Model, _ identity: FitIdentity
  ) {
    (program, settings, data) = (identity.program, identity.values, identity.data)
    (restart, converged) = (state.restart, state.converged)
    meanLogLikelihoods = state.meanLogLikelihoods
    numbers = model.numbers(of: state.parameters)
    best = state.best.map {
      Finished(
        restart: $0.restart, iterations: $0.iterations, converged: $0.converged, rows: $0.rows,
        logLikelihood: $0.score.logLikelihood, weightSum: $0.score.weightSum,
        numbers: model.numbers(of: $0.parameters))
    }
  }

  /// The state, for the model it was made of; nil if it is of another size.
  package func state<Model: LatentVariableModel>(of model: Model) -> FitState<Model.Parameters>? {
    guard let parameters = model.parameters(numbers: numbers) else { return nil }
    var best: Fit<Model.Parameters>?
    if let finished = self.best {
      guard let parameters = model.parameters(numbers: finished.numbers) else { return nil }
      best = Fit(
        parameters: parameters,
        score: Score(
          logLikelihood: finished.logLikelihood, weightSum: finished.weightSum,
          freeParameterCount: model.freeParameterCount),
        iterations: finished.iterations, converged: finished.converged,
        restart: finished.restart, rows: finished.rows)
    }
    var state = FitState(restart: restart, best: best, parameters: parameters)
    (state.meanLogLikelihoods, state.converged) = (meanLogLikelihoods, converged)
    return state
  }

  /// The parameters of the likeliest model so far: of the start that is under way, or of the best
  /// that has ended if that was more likely than this one in its last iteration. Nil for a model of
  /// another size.
  package func likeliest<Model: LatentVariableModel>(of model: Model) -> Model.Parameters? {
    if let best, let mean = meanLogLikelihoods.last, best.logLikelihood / best.weightSum > mean {
      return model.parameters(numbers: best.numbers)
    }
    return model.parameters(numbers: numbers)
  }
}
