import MixtureModels

extension Engine {
  /// Collective. Begins fits once more that have found less than smaller ones, from what these have found.
  ///
  /// The likelihood of a model is no less than that of its special cases: fewer components, or equal
  /// covariances. A fit that has less has not found the maximum. (What is no special case does no harm: the
  /// best of a fit's starts counts.)
  ///
  /// One after the other, those of fewer components and parameters first: so each is held against what the
  /// smaller ones have come to at last.
  func beginOutdoneAgain(_ ended: inout [EndedJob], _ jobs: [SelectionJob]) throws {
    for number in Self.bySize(ended) {
      let job = jobs[number].starting(from: Self.neighbors(of: number, jobs, ended))
      guard !job.neighbors.isEmpty, let mixture = try? job.mixture.get() else { continue }
      job.course.addStart(from: Neighbor.digest(of: job.neighbors))
      let own = job.course.state.own.upperBound
      let limit = try searchesTogether(of: mixture)
      // Also the ends of those before it, which it follows from.
      let again = try searching(before: { searches in
        for job in jobs { try job.course.keepState(searches: searches) }
      }) {
        try await $0.ended(job, starts: own..<own + 1, atMost: limit)
      }
      ended[number] = again.after(ended[number])
    }
  }

  /// Those that maximize the likelihood, the ones of fewer components and parameters first.
  private static func bySize(_ ended: [EndedJob]) -> [Int] {
    func size(_ number: Int) -> (Int, Int, Int)? {
      guard let fitted = try? ended[number].result.get(), fitted.isByLikelihood,
        fitted.mixture.componentCount > 1
      else { return nil }
      return (fitted.mixture.componentCount, fitted.fit.score.freeParameterCount, number)
    }
    return ended.indices.compactMap(size).sorted { $0 < $1 }.map(\.2)
  }

  /// How many of as many components count. Which models are special cases of others nobody says: some of the
  /// likeliest may be none, from which EM ends elsewhere.
  private static let mostNeighbors = 4

  /// The smaller fits to the same rows that have found more than one has, and that starts follow from: the
  /// likeliest with as many components and fewer parameters, and that of the same model with one component
  /// less.
  private static func neighbors(
    of number: Int, _ jobs: [SelectionJob], _ ended: [EndedJob]
  ) -> [Neighbor] {
    let job = jobs[number]
    guard let own = try? ended[number].result.get() else { return [] }
    let rivals = zip(jobs, ended).compactMap { Rival($0, $1) }
      .filter { $0.job.number.fold == job.number.fold }
    func outdoing(_ isSmaller: (Rival) -> Bool) -> [Rival] {
      rivals.filter { isSmaller($0) && $0.fitted.outdoes(own, job.options) }
    }
    let count = own.mixture.componentCount
    let simpler = outdoing {
      $0.componentCount == count
        && $0.score.freeParameterCount < own.fit.score.freeParameterCount
    }.sorted { $0.score.logLikelihood > $1.score.logLikelihood }
    let withLess = outdoing { $0.job.name == job.name && $0.componentCount == count - 1 }
    return (simpler.prefix(mostNeighbors) + withLess.prefix(1)).map(\.neighbor)
      .filter { !Neighbor.starts(of: [$0], for: own.mixture).isEmpty }
  }
}

/// A fit of a selection that others are held against.
private struct Rival {
  let job: SelectionJob
  let fitted: FittedCandidate

  /// Nil if it has failed.
  init?(_ job: SelectionJob, _ ended: EndedJob) {
    guard case .success(let fitted) = ended.result else { return nil }
    (self.job, self.fitted) = (job, fitted)
  }

  var componentCount: Int { fitted.mixture.componentCount }
  var score: Score { fitted.fit.score }
  var neighbor: Neighbor {
    Neighbor(
      mixture: fitted.mixture.observing(job.rows.observed), parameters: fitted.fit.parameters)
  }
}

extension FittedCandidate {
  /// Whether it has found more than another: not if it has spikes and these rank last; but if the other has
  /// some, then in any case.
  fileprivate func outdoes(_ other: FittedCandidate, _ options: FitOptions) -> Bool {
    let areLast = options.spikes == .last
    guard isByLikelihood, !areLast || spikes.isEmpty else { return false }
    // Each is off by what its end leaves open.
    let least = 2 * max(options.convergence.sampleTolerance, 1e-6)
    return fit.score.meanLogLikelihood > other.fit.score.meanLogLikelihood + least
      || areLast && !other.spikes.isEmpty
  }
}
