import MessagePassing
import MixtureModels
import Rows

/// A start among others: how far EM has come from it.
struct Contender: Sendable {
  var state: StartState
  let hasSpikes: Bool

  /// Nats per row; -∞ before the first iteration.
  var objective: Double { state.meanObjective ?? -.infinity }

  /// Spikes last; of equal ones the first.
  static func ranked(_ contenders: [Contender]) -> [Contender] {
    contenders.enumerated().sorted { a, b in
      let (one, other) = (a.element, b.element)
      if one.hasSpikes != other.hasSpikes { return other.hasSpikes }
      return one.objective == other.objective
        ? a.offset < b.offset : one.objective > other.objective
    }.map(\.element)
  }

  /// Without those that have come to the same objective as one before them, to 1e-7 of what tolerances are
  /// compared with: the same clusters in other orders, but for roundings.
  static func withoutCopies(_ ranked: [Contender], of model: some Model) -> [Contender] {
    ranked.reduce(into: []) { kept, next in
      if let last = kept.last, abs(model.gain(from: next.objective, to: last.objective)) <= 1e-7 {
        return
      }
      kept.append(next)
    }
  }
}

/// How much is tried in a race.
struct RaceSize: Equatable {
  let tries: Int
  /// How many starts are run to their ends.
  let finalists: Int
  /// How many rounds of splits and merges without a gain end the search.
  let idleRounds: Int

  /// - Parameter operations: of an E-step, about: rows times parameters.
  init(operations: Double) {
    (tries, finalists, idleRounds) = operations <= Self.fewOperations ? (64, 8, 4) : (16, 2, 2)
  }

  /// An iteration is then some milliseconds, and hundreds are cheap.
  private static let fewOperations = 0x1p20
}

extension Engine {
  /// Collective. The parameters that the best of several starts leads to.
  ///
  /// All starts run together for five EM iterations. Then, as long as there are more than a few, the worse
  /// half is left behind, copies of others first, and the rest goes on for five. The last ones go on
  /// until they have converged; splits and merges of the components of the best (`bettered`) end the search.
  /// Starts with spikes rank behind all others (`MixtureModel.spikes`), unless they are kept.
  ///
  /// - Throws: `FitError` if every start fails, that of the first.
  /// - Source: Biernacki, Celeux and Govaert, "Choosing starting values for the EM algorithm"
  ///   (Computational Statistics & Data Analysis 41, 2003).
  func race<M: MixtureModel>(_ plan: StartPlan<M>, restart: Int) async throws -> Parameters {
    let model = plan.model
    let size = RaceSize(
      operations: Double(data.rowCount) * Double(model.layout.freeParameterCount))
    let kinds = (0..<size.tries).map { StartKind.ofTry($0, model) }
    let spread = try await spread(for: kinds, of: model)
    tell(plan, restart, .starts(size.tries))
    @Sendable func contender(_ engine: Engine, _ number: Int) async throws -> Contender {
      let start = try await engine.drawn(
        kinds[number], of: model, spread, seed: plan.options.seed,
        draw: restart * size.tries + number)
      return try await engine.advanced(
        try engine.withoutSpikes(start, plan), plan, by: roundLength)
    }
    var contenders = try await together(0..<size.tries, atMost: plan.searchesTogether) {
      try await contender($0.tentative, $1)
    }.compactMap { try? $0.get() }
    // What the first fails by is said, or by which row.
    if contenders.isEmpty { contenders = [try await contender(self, 0)] }
    for round in 1... {
      contenders = Contender.withoutCopies(Contender.ranked(contenders), of: model)
      if contenders.count <= size.finalists { break }
      contenders = Array(contenders.prefix(max((contenders.count + 1) / 2, size.finalists)))
      tell(plan, restart, .race(round: round, contenders: contenders.count), contenders[0])
      let isLast = contenders.count <= size.finalists
      let next = try await advanced(contenders, plan, by: isLast ? .max : roundLength)
      if next.isEmpty { break }
      contenders = next
    }
    let last = Contender.ranked(try await advanced(contenders, plan, by: .max))
    // Of none that went on to its end the best one as it was.
    let best = last.first ?? contenders[0]
    return try await bettered(best, plan, restart: restart, idleRounds: size.idleRounds)
      .state.parameters!
  }

  func tell(
    _ plan: StartPlan<some MixtureModel>, _ restart: Int, _ stage: SearchReport.Stage,
    _ best: Contender? = nil
  ) {
    plan.tell(
      SearchReport(
        restart: restart, stage: stage, meanObjective: best?.state.meanObjective,
        rows: data.rowCount))
  }

  /// Collective. Contenders after so many more iterations, or until they have converged; without those of
  /// which a component could not be estimated.
  func advanced<M: MixtureModel>(
    _ contenders: [Contender], _ plan: StartPlan<M>, by iterations: Int
  ) async throws -> [Contender] {
    let outcomes = try await together(
      0..<contenders.count, atMost: plan.searchesTogether
    ) { engine, number in
      try await engine.tentative.advanced(contenders[number].state, plan, by: iterations)
    }
    return outcomes.compactMap { try? $0.get() }
  }

  /// Collective. EM from a start, so many iterations or until it has converged.
  func advanced<M: MixtureModel>(
    _ start: StartState, _ plan: StartPlan<M>, by iterations: Int
  ) async throws -> Contender {
    let (model, options) = (plan.model, plan.options)
    // Not at most those of the options, which may be others when the fit goes on: the start would be, too.
    let state = try await iterated(
      model, from: start, atMost: min(iterations, Self.mostIterations),
      until: options.convergence.forRaces, acceleration: options.acceleration)
    let rows = data.weightedRowCount
    let hasSpikes =
      options.spikes == .last && !model.spikes(in: state.parameters!, rows: rows).isEmpty
    return Contender(state: state, hasSpikes: hasSpikes)
  }

  /// A start whose components of few rows have the spread of all, unless spikes are kept.
  func withoutSpikes<M: MixtureModel>(
    _ start: Parameters, _ plan: StartPlan<M>
  ) throws -> StartState {
    let model = plan.model
    let spikes =
      plan.options.spikes == .last ? model.spikes(in: start, rows: data.weightedRowCount) : []
    return StartState(
      parameters: spikes.isEmpty
        ? start : try model.poolingSpreads(start, of: spikes, sharing: sharing))
  }
}

extension Convergence {
  /// Tells maxima apart, and leaves what is beyond that to the fit.
  fileprivate var forRaces: Convergence {
    if case .logLikelihood(let tolerance) = self { .logLikelihood(max(tolerance, 1e-7)) } else {
      .logLikelihood(1e-7)
    }
  }
}

extension Engine {
  /// Of a start that is run to its end.
  fileprivate static var mostIterations: Int { 1000 }
}

/// How many iterations starts get before the worse half is left behind.
let roundLength = 5
