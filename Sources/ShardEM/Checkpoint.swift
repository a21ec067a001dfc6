import MixtureModels

/// The state of a fit as a file holds it, with what the fit was of and which program made it.
package struct Checkpoint: Equatable, Sendable {
  /// What a start has come to.
  package struct Start: Equatable, Sendable {
    package let converged: Bool
    package let hasFailed: Bool
    /// The log-likelihood, the sum of weights and the log prior, of a start that has ended; of a mixture,
    /// entropy, hard entropy and the number of components too.
    let score: [Double]?
    /// Whether that ranks behind others.
    let hasSpikes: Bool
    /// Nats per row, of every iteration.
    package let meanLogLikelihoods: [Double]
    /// Nats per row, of the last ones.
    let meanObjectives: [Double]
    /// What is left to gain, in nats per row; nil if that is not known.
    let remaining: Double?
    /// The accelerator's, as `Accelerator.numbers` has them; nil of a fit that has none yet.
    let acceleration: [Double]?
    /// The parameters, as `Model.numbers` has them; nil where they do not matter any more.
    let numbers: [Double]?

    package var iteration: Int { meanLogLikelihoods.count }
    package var hasEnded: Bool { hasFailed || score != nil }
    /// The last objective that is known, in nats per row.
    fileprivate var mean: Double {
      score.map { ($0[0] + $0[2]) / $0[1] } ?? meanObjectives.last ?? -.infinity
    }
  }

  let program: ProgramIdentity
  /// The options that the result depends on, and their values.
  package let settings: [String: String]
  package let data: DataFingerprint
  /// Nil of one that has not come to its first iteration.
  package let starts: [Start?]
  /// As `FitState` has them.
  let walks: [Int?]
  let added: UInt64?

  package init(
    _ state: FitState, of model: any Model, _ identity: FitIdentity
  ) {
    (program, settings, data) = (identity.program, identity.values, identity.data)
    starts = state.starts.map { $0.map { Start($0, of: model) } }
    (walks, added) = (state.walks, state.added)
  }

  var place: FitPlace {
    let begun = starts.compactMap { $0 }
    return FitPlace(
      ended: begun.count(where: \.hasEnded), iterations: begun.reduce(0) { $0 + $1.iteration })
  }

  /// The state, for the model it was made of; nil if it is of another size.
  package func state(of model: any Model) -> FitState? {
    var state = FitState(starts: starts.count)
    (state.walks, state.added) = (walks, added)
    for (number, start) in starts.enumerated() {
      guard let start else { continue }
      guard let start = start.state(of: model) else { return nil }
      state.starts[number] = start
    }
    return state
  }

  /// The parameters of the best model so far: of each start that which it has reached. Nil for a
  /// model of another size.
  package func likeliest(of model: any Model) -> Parameters? {
    var known = starts.compactMap { $0 }.filter { $0.numbers != nil }
    // Spikes last, as the fit has them: a start is known to have some when it has ended.
    if !known.allSatisfy(\.hasSpikes) { known.removeAll(where: \.hasSpikes) }
    guard var best = known.first else { return nil }
    for start in known where start.mean > best.mean { best = start }
    return best.numbers.flatMap { model.parameters(numbers: $0) }
  }
}

extension Checkpoint.Start {
  fileprivate init(
    _ state: StartState, of model: any Model
  ) {
    (converged, meanLogLikelihoods) = (state.converged, state.meanLogLikelihoods)
    (meanObjectives, remaining) = (state.meanObjectives, state.remaining)
    acceleration = state.accelerator?.numbers
    hasFailed = state.end == .failed
    score = if case .score(let score, _) = state.end { score.numbers } else { nil }
    hasSpikes = state.hasSpikes
    numbers = state.parameters.map { model.numbers(of: $0) }
  }

  /// Nil for a model of another size.
  fileprivate func state(
    of model: any Model
  ) -> StartState? {
    let parameters = numbers.flatMap { model.parameters(numbers: $0) }
    guard numbers == nil || parameters != nil else { return nil }
    var state = StartState(parameters: parameters)
    (state.meanLogLikelihoods, state.converged) = (meanLogLikelihoods, converged)
    (state.meanObjectives, state.remaining) = (meanObjectives, remaining)
    if let acceleration {
      guard let accelerator = Accelerator(acceleration, layout: model.layout) else { return nil }
      state.accelerator = accelerator
    }
    if hasFailed { state.end = .failed }
    if let score {
      state.end = .score(
        Score(numbers: score, freeParameterCount: model.freeParameterCount), hasSpikes: hasSpikes)
    }
    return state
  }
}

extension Score {
  fileprivate var numbers: [Double] {
    [logLikelihood, weightSum, logPrior]
      + (uncertainty.map { [$0.entropy, $0.hardEntropy, Double($0.componentCount)] } ?? [])
  }

  /// - Parameter numbers: 3 or 6.
  fileprivate init(numbers: [Double], freeParameterCount: Int) {
    self.init(
      logLikelihood: numbers[0], weightSum: numbers[1], freeParameterCount: freeParameterCount,
      uncertainty: numbers.count < 6
        ? nil
        : Uncertainty(
          entropy: numbers[3], hardEntropy: numbers[4], componentCount: Int(numbers[5])),
      logPrior: numbers[2])
  }
}
