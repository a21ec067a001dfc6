import MixtureModels

/// By what models are compared that were fitted to the same data.
public enum Criterion: String, Sendable, CaseIterable {
  /// The Bayesian information criterion: `Score.bic`.
  case bic
  /// The integrated completed likelihood: `Score.icl`.
  case icl
  /// Akaike's information criterion: `Score.aic`.
  case aic
  /// The cross-validated log-likelihood per row: `FittedCandidate.crossValidated`.
  case cv

  /// Whether of two models the one with the smaller number is the better.
  public var isSmallerBetter: Bool { self != .cv }
}

/// One of the models that a selection fits to the same data: a cell of a table of numbers of components
/// and models.
public struct Candidate {
  /// What tells it from others of as many components: `VEI`.
  public let name: String
  /// The number of components, K.
  public let componentCount: Int
  /// Collective. The mixture for the data of an engine, which may be a part of the rows.
  ///
  /// Throws `FitError` if there can be none, by which the candidate has failed.
  let mixture: (_ engine: Engine) throws -> any Family

  /// - Parameters:
  ///   - name: no two candidates of as many components have the same.
  ///   - components: K, from 1 up.
  ///   - mixture: collective; see `mixture`.
  public init(
    _ name: String, components: Int, mixture: @escaping (_ engine: Engine) throws -> any Family
  ) { (self.name, componentCount, self.mixture) = (name, components, mixture) }
}

/// What became of a candidate.
public struct CandidateOutcome: Sendable {
  /// Those of the candidate.
  public let name: String
  public let componentCount: Int
  /// The fit, or why there is none: a `FitError`, or one about values that the family cannot take.
  public let result: Result<FittedCandidate, any Error>
  /// The seconds that it took, of walks that several shared an even part.
  public let seconds: Double

  /// The value of a criterion; nil if the candidate has failed, or has no such value.
  public func value(of criterion: Criterion) -> Double? {
    guard case .success(let fitted) = result else { return nil }
    return switch criterion {
    case .bic: fitted.score.bic
    case .icl: fitted.score.icl
    case .aic: fitted.score.aic
    case .cv: try? fitted.crossValidated?.get()
    }
  }

  /// Whether a component is no group of rows, but a spike: the likelihood, which has no bound there, is then
  /// no evidence for the model.
  public var hasSpikes: Bool {
    guard case .success(let fitted) = result else { return false }
    return !fitted.spikes.isEmpty
  }
}

/// A candidate's fit.
public struct FittedCandidate: Sendable {
  /// What was fitted.
  public let mixture: any Family
  /// The same to the last bit as of `Engine.fit` with the same mixture, start and options, unless it began
  /// once more from what a smaller one has found.
  public let fit: Fit
  /// Of what the fit gives (`Family.fitted`): the same as `Engine.score` says of it.
  public let score: Score
  /// The mean log-likelihood per row, in nats, of rows that were left out of the fit, or why there is none;
  /// nil if it was not asked for.
  public internal(set) var crossValidated: Result<Double, any Error>?

  /// What the fit owes to its options rather than to the data.
  public var concerns: [FitConcern] {
    mixture.concerns(about: fit.parameters, rows: fit.rows)
  }

  /// Whether the fit maximizes the likelihood of the rows.
  var isByLikelihood: Bool { mixture.sumsLogLikelihood && mixture.estimate == .ml }

  /// The components that are spikes, from 0: see `MixtureModel.spikes`.
  public var spikes: [Int] { mixture.spikes(in: fit.parameters, rows: fit.rows) }
}

/// Candidates, and which of them is the best.
public struct Selection: Sendable {
  /// In the order in which they were given.
  public let outcomes: [CandidateOutcome]
  /// What decides.
  public let criterion: Criterion
  /// How candidates rank that have spikes.
  public let spikes: SpikeRank

  /// The place of the best candidate: the one with the best value of the criterion, but that those with
  /// spikes come after all others if they are to (`spikes`); of equal ones that with the fewest parameters,
  /// then the first. Nil if none has a value.
  public var best: Int? {
    let sign = criterion.isSmallerBetter ? 1.0 : -1.0
    func rank(_ place: Int) -> (Int, Double, Int, place: Int)? {
      guard let value = outcomes[place].value(of: criterion), value.isFinite,
        case .success(let fitted) = outcomes[place].result
      else { return nil }
      let isLast = spikes == .last && outcomes[place].hasSpikes ? 1 : 0
      return (isLast, sign * value, fitted.score.freeParameterCount, place)
    }
    return outcomes.indices.compactMap(rank).min { $0 < $1 }?.place
  }

  init(_ outcomes: [CandidateOutcome], by criterion: Criterion, spikes: SpikeRank) {
    (self.outcomes, self.criterion, self.spikes) = (outcomes, criterion, spikes)
  }
}
