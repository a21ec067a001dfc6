import Host
import MessagePassing
import MixtureModels
import Words

/// One of the fits of a selection.
public struct SelectionFit: Sendable, Hashable {
  /// The place of its candidate.
  public let candidate: Int
  /// The part of the rows that is left out of it, from 0; nil: it is of all rows.
  public let fold: Int?
}

/// Is told, on every rank, of every iteration of a selection's fits. An error it throws on any rank ends the
/// selection on all.
public typealias SelectionHook = (_ fit: SelectionFit, _ report: IterationReport) throws -> Void

/// Collective. Gives what a fit of a selection goes on from: what its `SelectionKeeper` got in an earlier
/// selection of the same data and options; nil: from the beginning.
public typealias SelectionResumption = (_ fit: SelectionFit, _ model: any Family) throws ->
  FitState?

/// Is given, on every rank, the state of a selection's fit before every walk that follows one of its
/// iterations. An error it throws on any rank ends the selection on all.
public typealias SelectionKeeper = (_ fit: SelectionFit, _ state: FitState) throws -> Void

extension Engine {
  /// Collective. Fits several models to the same data, and tells which is the best.
  ///
  /// All run together, as many as there is memory for: one walk over the rows, and one message, is an
  /// iteration of each, so that they take as many walks as the slowest; on one rank that holds its rows, as
  /// many as a core's cache has room for. Starts have the same centers where fits have as many components,
  /// and these are looked for once (`SharedCenters`). None gives other bits than `fit`
  /// does with the same start and options, unless it has found less than a smaller one (`beginOutdoneAgain`).
  ///
  /// A candidate that cannot be fitted is one with the reason in its outcome.
  ///
  /// - Parameters:
  ///   - initialization: how starts are found; no given one.
  ///   - folds: into how many parts cross-validation divides the rows, 2 or more. Each part is every so
  ///     many of pieces of consecutive rows: of blocks, or of fewer rows where there are less than 20
  ///     blocks for each part. Fits without it are those of data in which its rows have weight 0.
  ///   - onIteration: is told of every iteration, of those of a walk in the order of the fits: those of all
  ///     rows, then those without the first part, and so on.
  ///   - resuming: is asked, before any fit begins, what it goes on from; the result is the same to the last
  ///     bit.
  ///   - keep: is given after iterations what is needed to go on from there.
  /// - Returns: the same on every rank, but for the seconds; on any number of ranks and threads the same to
  ///   the last bit.
  /// - Throws: what is wrong with the data or the options for all candidates alike; on every rank the same
  ///   error if a rank cannot read its rows or a closure throws on any.
  public func select(
    _ candidates: [Candidate], by criterion: Criterion = .bic,
    from initialization: Initialization, options: FitOptions = FitOptions(), folds: Int = 5,
    onIteration: SelectionHook = { _, _ in },
    resuming: SelectionResumption = { _, _ in nil }, keep: SelectionKeeper = { _, _ in }
  ) throws -> Selection {
    try world.requireSame(
      ["criterion \(criterion)", "\(folds) folds"]
        + candidates.map { "candidate \($0.name) of \($0.componentCount) components" })
    guard !initialization.isGiven else {
      throw FitError.unusable(
        setting: "a selection that is to \(initialization.word)", expected: "a way to find starts")
    }
    try options.requireUsable()
    try data.requireValues()
    let plan = SelectionPlan(
      candidates: candidates, initialization: initialization, options: options)
    let parts = criterion == .cv ? try parts(folds) : []
    return try withoutActuallyEscaping(onIteration) { onIteration in
      try withoutActuallyEscaping(keep) { keep in
        let hooks = SelectionHooks(onIteration: onIteration, keep: keep)
        var jobs = try jobs(of: plan, resuming, hooks)
        for (fold, part) in parts.enumerated() {
          let engine = Engine(
            self, data: try data.without(part, threads: threadCount, world: world))
          try engine.data.requireValues()
          jobs += try engine.jobs(
            of: plan, without: (fold, engine.data.with(only: part)), resuming, hooks)
        }
        var ended = try run(jobs)
        if initialization.isRace { try beginOutdoneAgain(&ended, jobs) }
        return Selection(
          candidates.indices.map { place in
            CandidateOutcome(
              candidates[place],
              stride(from: place, to: ended.count, by: candidates.count).map { ended[$0] })
          }, by: criterion, spikes: options.spikes)
      }
    }
  }

  /// - Throws: `FitError.unusable` unless the rows can be divided so.
  private func parts(_ folds: Int) throws -> [RowPart] {
    guard (2...max(data.weightedRowCount, 2)).contains(folds) else {
      throw FitError.unusable(
        setting: counted(folds, "fold"),
        expected: "2 or more, and at most \(data.weightedRowCount), as many as there are rows")
    }
    return (0..<folds).map {
      RowPart($0, of: folds, rowCount: data.rowCount, blockRows: data.plan.blockRows)
    }
  }

  /// Collective. The fits of all candidates to the rows of this engine.
  ///
  /// - Parameter fold: what is left out.
  private func jobs(
    of plan: SelectionPlan, without fold: (number: Int, rows: DataSet)? = nil,
    _ resuming: SelectionResumption, _ hooks: SelectionHooks
  ) throws -> [SelectionJob] {
    let starts = plan.options.restarts
    let shared = SharedCenters()
    var checked: Set<String> = []
    return try plan.candidates.enumerated().map { place, candidate in
      // Values of all rows are checked once for all candidates of a name.
      let lookingAtRows = fold == nil && !checked.contains(candidate.name)
      let mixture: Result<any Family, any Error>
      do {
        let made = try candidate.mixture(self)
        try requireSuitable(made, plan, lookingAtRows: lookingAtRows)
        mixture = .success(made)
        checked.insert(candidate.name)
      } catch  where exitStatus(of: error) == 2 && !(error is DifferentRanks) {
        mixture = .failure(error)
      }
      let number = SelectionFit(candidate: place, fold: fold?.number)
      var state: FitState?
      if case .success(let mixture) = mixture {
        state = try resuming(number, mixture)
        try requireSuitable(
          state, mixture, starts: starts, mayHaveAdded: plan.initialization.isRace)
      }
      return SelectionJob(
        number: number, name: candidate.name, mixture: mixture,
        initialization: plan.initialization, options: plan.options, rows: data,
        leftOut: fold?.rows, shared: shared,
        course: FitCourse(
          state ?? FitState(starts: starts), { try hooks.onIteration(number, $0) },
          { try hooks.keep(number, $0) }))
    }
  }

  /// Collective.
  private func requireSuitable(
    _ mixture: some Family, _ plan: SelectionPlan, lookingAtRows: Bool
  ) throws {
    try requireSuitable(
      mixture.observing(data.observed),
      settings(of: plan.options) + [plan.initialization.word], lookingAtRows: lookingAtRows)
    guard mixture.componentCount <= data.weightedRowCount else {
      throw FitError.unusable(
        setting: counted(mixture.componentCount, "component"),
        expected: "at most \(data.weightedRowCount), as many as there are rows")
    }
  }

  /// Collective. Runs jobs together, each as if it were alone.
  private func run(_ jobs: [SelectionJob]) throws -> [EndedJob] {
    let sizes = jobs.map { (try? $0.mixture.get())?.sumsCount ?? 0 }
    guard let largest = sizes.indices.max(by: { sizes[$0] < sizes[$1] }),
      let mixture = try? jobs[largest].mixture.get()
    else { return jobs.map { EndedJob(failure: $0.failure!) } }
    let limit = try searchesTogether(of: mixture)
    let together = min(limit, jobs.count, mostTogether(jobs, largest: mixture))
    return try searching(before: { searches in
      for job in jobs { try job.course.keepState(searches: searches) }
    }) { engine in
      try await engine.together(0..<jobs.count, atMost: together) { engine, number in
        try await engine.ended(
          jobs[number], starts: 0..<jobs[number].options.restarts, atMost: limit / together)
      }.map { try $0.get() }
    }
  }

  /// How many fits pay to run together: where rows are in the memory of one rank a walk costs little by
  /// itself, and what all searches of these add to is to stay in a core's cache.
  private func mostTogether(_ jobs: [SelectionJob], largest mixture: some MixtureModel) -> Int {
    guard world.size == 1, data.isInMemory, let first = jobs.first else { return jobs.count }
    let tries = if case .race = first.initialization { RaceSize.mostTries } else { 1 }
    // As floating-point numbers: no count of restarts that a caller asks for is too large for these.
    let searches = Double(tries) * Double(max(first.options.restarts, 1))
    return max(Int(0x1p20 / (32 * Double(mixture.sumsCount) * searches)), 1)
  }

  /// - Parameter limit: how many searches may run together.
  func ended(
    _ job: SelectionJob, starts: Range<Int>, atMost limit: Int
  ) async throws -> EndedJob {
    if let failure = job.failure { return EndedJob(failure: failure) }
    var ended: EndedJob
    do {
      ended = try await Engine(self, data: job.rows).ended(
        try job.mixture.get(), job, starts: starts, atMost: limit)
    } catch let error as FitError {
      ended = EndedJob(failure: error)
    } catch is ImpossibleSums {
      ended = EndedJob(failure: ImpossibleRows())
    }
    ended.seconds = searchSeconds
    return ended
  }

  private func ended(
    _ mixture: some Family, _ job: SelectionJob, starts: Range<Int>, atMost limit: Int
  ) async throws -> EndedJob {
    let plan = StartPlan(
      model: mixture.observing(data.observed), initialization: job.initialization,
      options: job.options, searchesTogether: limit / min(starts.count, limit), shared: job.shared,
      neighbors: job.neighbors, tell: { _ in })
    let fit = try await best(of: plan, starts: starts, atMost: limit, job.course)
    let own = mixture.fitted == nil ? fit.score : nil
    let fitted: any Family = mixture.fitted ?? mixture
    let score: Score
    if let leftOut = job.leftOut {
      score = try await Engine(self, data: leftOut).tentative.score(fitted, under: fit.parameters)
    } else if let own {
      score = own
    } else {
      score = try await self.score(fitted, under: fit.parameters)
    }
    return EndedJob(fitted: FittedCandidate(mixture: mixture, fit: fit, score: score))
  }

  private func score(
    _ model: some MixtureModel, under parameters: Parameters
  ) async throws -> Score {
    Score(try await evaluation(model, under: parameters).sums[0], of: model, under: parameters)
  }
}

/// What all fits of a selection have in common.
private struct SelectionPlan {
  let candidates: [Candidate]
  let initialization: Initialization
  let options: FitOptions
}

/// Who is to know of all of them.
///
/// Unchecked: they are called by the thread that runs the selection, until it ends.
private struct SelectionHooks: @unchecked Sendable {
  let onIteration: SelectionHook
  let keep: SelectionKeeper
}

extension CandidateOutcome {
  /// - Parameter jobs: its fit to all rows, then those without a part.
  fileprivate init(_ candidate: Candidate, _ jobs: [EndedJob]) {
    (name, componentCount) = (candidate.name, candidate.componentCount)
    seconds = jobs.reduce(0) { $0 + $1.seconds }
    let parts = jobs.dropFirst().map { job in job.result.map(\.score) }
    result = jobs[0].result.map { fitted in
      var fitted = fitted
      if !parts.isEmpty { fitted.crossValidated = Result { try Self.mean(of: parts) } }
      return fitted
    }
  }

  /// The log-likelihood per row of all parts.
  private static func mean(of parts: [Result<Score, any Error>]) throws -> Double {
    let scores = try parts.map { try $0.get() }
    return scores.reduce(0) { $0 + $1.logLikelihood } / scores.reduce(0) { $0 + $1.weightSum }
  }
}
