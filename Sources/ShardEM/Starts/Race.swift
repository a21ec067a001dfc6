import MessagePassing
import MixtureModels
import Rows

/// A start among others: how far EM has come from it.
struct Contender: Sendable {
  var state: StartState
  let hasSpikes: Bool

  /// Nats per row; -∞ before the first iteration.
  var objective: Double { state.meanObjective ?? -.infinity }

  /// A start that has not converged by then ends where it is.
  static let mostIterations = 1000
  var hasEnded: Bool { state.converged || state.iteration >= Self.mostIterations }

  /// Whether it has so much less than another that it would not come there if it gained twenty times what its
  /// last six iterations have.
  func isBehind(_ other: Contender, _ model: some Model) -> Bool {
    guard state.meanObjectives.count == RemainingGain.memory, let first = state.meanObjectives.first
    else { return false }
    return model.gain(from: objective, to: other.objective)
      > 20 * abs(model.gain(from: first, to: objective))
  }

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

  /// The best, and the next ones, up to four in all, of which a sample does not tell that they are worse on
  /// all rows.
  static func undecided(
    _ contenders: [Contender], of model: some Model, on sample: DataSet
  ) -> [Contender] {
    let ranked = withoutCopies(ranked(contenders), of: model)
    return ranked.prefix(4).filter { $0.isUndecided(ranked[0], model, on: sample) }
  }

  /// Whether a sample does not tell that it is worse on all rows than the best one.
  func isUndecided(_ best: Contender, _ model: some Model, on sample: DataSet) -> Bool {
    hasSpikes == best.hasSpikes
      && model.gain(from: objective, to: best.objective)
        <= SampleSizes.uncertainty(rows: sample.weightedRowCount)
  }
}

/// How much is tried in a race: more where E-steps are short. One of 2^20 operations is some milliseconds,
/// and hundreds are cheap; one of more than 2^29, some tenths of a second, is to be followed by dozens at
/// most.
///
///     operations    starts  finalists  iterations of a round  idle rounds  races   E-steps, about
///     up to 2^20        64          8                      5            4   to 4   1,000 of a race
///     up to 2^29        16          2                      5            2      1              250
///     more               4          1                      3            0      1               20
///
/// With rounds of three iterations, and changes tried on the rows alone of which the components that they
/// touch have more than a hundredth, 1,000,000 x 4 overlapping rows, K = 10, ended at a worse maximum from 2
/// of 4 seeds.
struct RaceSize: Equatable {
  let tries: Int
  /// How many starts are run to their ends.
  let finalists: Int
  /// How many iterations starts get before the worse half is left behind.
  let roundLength: Int
  /// How many rounds of splits and merges without a gain end the search.
  let idleRounds: Int
  /// How many races, the first one included, there are of other starts as long as each ends with spikes.
  let races: Int

  /// - Parameter operations: of an E-step, about: rows times parameters.
  init(operations: Double) {
    (tries, finalists, roundLength, idleRounds, races) =
      operations <= 0x1p20
      ? (64, 8, 5, 4, 4) : operations <= 0x1p29 ? (16, 2, 5, 2, 1) : (4, 1, 3, 0, 1)
  }

  /// For so many rows.
  init(of model: some MixtureModel, rows: Int) {
    self.init(operations: Double(rows) * Double(model.layout.freeParameterCount))
  }

  /// The tries where they are the most.
  static let mostTries = RaceSize(operations: 0).tries

  /// Where E-steps are the longest.
  static let least = RaceSize(operations: .infinity)
}

extension Engine {
  /// Collective. The parameters that the best of several starts leads to; on a sample behind them those of
  /// other maxima of which it does not tell that they are worse.
  ///
  /// All starts run together for some EM iterations (`RaceSize`). Then, as long as there are more than a few,
  /// the worse half is left behind, copies of others first, and the rest goes on for as many. The last ones
  /// go on until they have converged, or fall behind; splits and merges of the components of the best
  /// (`splitAndMerged`) end the search. Starts with spikes rank behind all others (`MixtureModel.spikes`),
  /// unless they are kept. Where E-steps are short, a race that ends with some is run again, from other
  /// starts.
  ///
  /// - Throws: `FitError` if every start fails, that of the first.
  /// - Source: Biernacki, Celeux and Govaert, "Choosing starting values for the EM algorithm"
  ///   (Computational Statistics & Data Analysis 41, 2003).
  func race<M: MixtureModel>(_ plan: StartPlan<M>, restart: Int) async throws -> [Parameters] {
    let size = RaceSize(of: plan.model, rows: data.rowCount)
    var plan = plan
    var found = try await race(plan, restart: restart, size)
    for _ in 1..<size.races where found[0].hasSpikes {
      // Far from those that are counted up.
      plan.options.seed &+= 0x9e37_79b9_7f4a_7c15
      do {
        found = Contender.ranked(
          found + (try await tentative.race(plan, restart: restart, size)))
      } catch is any SearchFailure {
        // All of its starts have failed; those before have not.
      }
    }
    guard data.isSample else { return [found[0].state.parameters!] }
    return Contender.undecided(found, of: plan.model, on: data).map { $0.state.parameters! }
  }

  /// Collective. What one race leads to: the best, and what else of it went on to its end.
  private func race<M: MixtureModel>(
    _ plan: StartPlan<M>, restart: Int, _ size: RaceSize
  ) async throws -> [Contender] {
    let model = plan.model
    let kinds = (0..<size.tries).map { StartKind.ofTry($0, model) }
    let spread = try await spread(for: kinds, of: model)
    tell(plan, restart, .starts(size.tries))
    @Sendable func contender(_ engine: Engine, _ number: Int) async throws -> Contender {
      let start = try await engine.drawn(
        kinds[number], of: model, spread, seed: plan.options.seed,
        draw: restart * size.tries + number, atMost: Self.mostLloydIterations,
        sharing: plan.shared)
      return try await engine.advanced(
        try engine.withoutSpikes(start, plan), plan, by: size.roundLength)
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
      let next = try await advanced(contenders, plan, by: size.roundLength)
      if next.isEmpty { break }
      contenders = next
    }
    // What nothing else is compared with the fit itself brings to its end.
    if contenders.count == 1 && size.idleRounds == 0 { return contenders }
    // Of none that went on to its end the best one as it was.
    let ended = try await runOut(contenders, plan)
    let best = try await splitAndMerged(
      ended.first ?? contenders[0], plan, restart: restart, idleRounds: size.idleRounds)
    return [best] + ended
  }

  /// Of k-means, for a start that EM goes on from.
  private static let mostLloydIterations = 20

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

  /// Collective. Contenders run to their ends, the best first; without those of which a component could not
  /// be estimated, and those that fall behind the best one, or behind `leader`.
  func runOut<M: MixtureModel>(
    _ contenders: [Contender], _ plan: StartPlan<M>, against leader: Contender? = nil
  ) async throws -> [Contender] {
    var contenders = contenders
    while contenders.contains(where: { !$0.hasEnded }) {
      contenders = Contender.withoutCopies(
        Contender.ranked(try await advanced(contenders, plan, by: 2 * roundLength)), of: plan.model)
      guard let best = contenders.first else { break }
      contenders = contenders.filter { contender in
        let others = leader.map { [best, $0] } ?? [best]
        // Of maxima that a sample does not tell apart all go on, but for what splits and merges have tried.
        if data.isSample, leader == nil, contender.isUndecided(best, plan.model, on: data) {
          return true
        }
        return !others.contains { contender.isBehind($0, plan.model) }
      }
    }
    return contenders
  }

  /// Collective. EM from a start, so many iterations or until it has converged.
  func advanced<M: MixtureModel>(
    _ start: StartState, _ plan: StartPlan<M>, by iterations: Int
  ) async throws -> Contender {
    let (model, options) = (plan.model, plan.options)
    // Not at most those of the options, which may be others when the fit goes on: the start would be, too.
    let state = try await iterated(
      model, from: start, atMost: min(iterations, Contender.mostIterations - start.iteration),
      until: .logLikelihood(raceTolerance(plan)), acceleration: options.acceleration)
    let hasSpikes =
      options.spikes == .last
      && !model.spikes(in: state.parameters!, rows: seenRowCount).isEmpty
    return Contender(state: state, hasSpikes: hasSpikes)
  }

  /// A start whose components of few rows have the spread of all, unless spikes are kept.
  func withoutSpikes<M: MixtureModel>(
    _ start: Parameters, _ plan: StartPlan<M>
  ) throws -> StartState {
    let model = plan.model
    let spikes =
      plan.options.spikes == .last ? model.spikes(in: start, rows: seenRowCount) : []
    return StartState(
      parameters: spikes.isEmpty
        ? start : try model.poolingSpreads(start, of: spikes, sharing: sharing))
  }
}

extension Engine {
  /// What may be left to gain, per row, of a start that has come to its end: enough to tell maxima apart,
  /// the rest being left to the fit. On a sample a five hundredth of what its maximum is off by on all rows.
  func raceTolerance(_ plan: StartPlan<some MixtureModel>) -> Double {
    var tolerance = 1e-7
    if case .logLikelihood(let own) = plan.options.convergence { tolerance = max(own, tolerance) }
    guard data.isSample else { return tolerance }
    let parameters = Double(plan.model.freeParameterCount)
    return max(tolerance, 1e-3 * parameters / Double(data.weightedRowCount))
  }

  /// How many rows of positive weight there are, or as how many those count that are seen.
  private var seenRowCount: Int { sharedRows?.rowCount ?? data.weightedRowCount }
}

/// How many iterations changes get before most are left behind.
let roundLength = 5
