import MixtureModels

extension Engine {
  /// Collective. Starts fits that have found less than smaller ones once more, from what these have found.
  ///
  /// The likelihood of a model is no less than that of its special cases: fewer components, or equal
  /// covariances. A fit that has less has not found the maximum. (What is no special case does no harm: the
  /// best of a fit's starts counts.)
  ///
  /// One after the other, those of fewer components and parameters first: so each is held against what the
  /// smaller ones have come to at last.
  func better(_ ended: inout [EndedJob], _ jobs: [SelectionJob]) throws {
    for number in Self.bySize(jobs, ended) {
      let job = jobs[number].starting(from: Self.outdoing(number, jobs, ended))
      guard !job.neighbors.isEmpty, let mixture = try? job.mixture.get() else { continue }
      if job.course.state.added == 0 { job.course.addStart() }
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

  /// Those that have been fitted by maximum likelihood, the ones of fewer components and parameters first.
  private static func bySize(_ jobs: [SelectionJob], _ ended: [EndedJob]) -> [Int] {
    func size(_ number: Int) -> (Int, Int, Int)? {
      guard let fitted = try? ended[number].result.get(), fitted.mixture.componentCount > 1,
        fitted.mixture.estimate == .ml, fitted.mixture.sumsLogLikelihood
      else { return nil }
      return (fitted.mixture.componentCount, fitted.fit.score.freeParameterCount, number)
    }
    return jobs.indices.compactMap(size).sorted { $0 < $1 }.map(\.2)
  }

  /// How many of as many components count. Which models are special cases of others nobody says: some of the
  /// likeliest may be none, from which EM ends elsewhere.
  private static let mostNeighbors = 4

  /// The smaller fits to the same rows that have found more than one has: the likeliest with as many
  /// components and fewer parameters, and that of the same model with one component less. Not those with
  /// spikes if they rank last; where it has some itself, the others have found more.
  private static func outdoing(
    _ number: Int, _ jobs: [SelectionJob], _ ended: [EndedJob]
  ) -> [Neighbor] {
    let job = jobs[number]
    guard let own = try? ended[number].result.get() else { return [] }
    let spikesCount = job.options.spikes == .last
    let ownHasSpikes = spikesCount && !own.spikes.isEmpty
    func outdoes(_ other: FittedCandidate) -> Bool {
      guard other.mixture.sumsLogLikelihood, other.mixture.estimate == .ml,
        !spikesCount || other.spikes.isEmpty
      else { return false }
      // Each is off by what its end leaves open.
      let least = 2 * max(job.options.convergence.sampleTolerance, 1e-6)
      return ownHasSpikes
        || other.fit.score.meanLogLikelihood > own.fit.score.meanLogLikelihood + least
    }
    let others = jobs.indices.compactMap { place -> Other? in
      guard jobs[place].number.fold == job.number.fold,
        let fitted = try? ended[place].result.get(), outdoes(fitted)
      else { return nil }
      return Other(job: jobs[place], fitted: fitted)
    }
    let components = own.mixture.componentCount
    let same = others.filter {
      $0.fitted.mixture.componentCount == components
        && $0.score.freeParameterCount < own.fit.score.freeParameterCount
    }.sorted { $0.score.logLikelihood > $1.score.logLikelihood }.prefix(mostNeighbors)
    let smaller = others.first {
      $0.job.name == job.name && $0.fitted.mixture.componentCount == components - 1
    }
    return (same + [smaller].compactMap { $0 }).map {
      Neighbor(
        mixture: $0.fitted.mixture.observing($0.job.rows.observed),
        parameters: $0.fitted.fit.parameters)
    }.filter { !Neighbor.starts(of: [$0], for: own.mixture).isEmpty }
  }
}

/// A fit that has found more than another.
private struct Other {
  let job: SelectionJob
  let fitted: FittedCandidate

  var score: Score { fitted.fit.score }
}
