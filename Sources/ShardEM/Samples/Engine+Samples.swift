import MixtureModels

extension Engine {
  /// Collective. The parameters from which a fit of all rows is to start, found on samples of them: by a
  /// search on few, then by EM on more and more (`SampleSizes`).
  ///
  /// Where there are not many times as many rows as the search needs, it runs on all, as a part of this
  /// engine's own search. A sample's search has walks of its own, which none of those share that run
  /// together with this one: they wait for it. All rows are read once, for the largest sample, of which
  /// the others are samples.
  ///
  /// A sample from which a component cannot be estimated is passed over: the search runs on the next larger
  /// one, at last on all rows; EM leaves the parameters as they were.
  ///
  /// A search may find several maxima that so few rows cannot tell apart: EM goes on from each, until a
  /// larger sample can (`SampleSizes.uncertainty`); at last the best on the largest one counts.
  /// - Parameters:
  ///   - model: takes these data (`requireSuitable`).
  ///   - draw: searches of the same seed that differ, from 0 to 2^24 - 1.
  ///   - acceleration: of EM on the samples.
  ///   - tolerance: what is left to gain, per row, at which a fit ends; EM on a sample ends no later.
  ///   - start: what a search has found before, which samples only improve; nil: that is to come.
  ///   - search: gets the engine that it is to use; it gives parameters that have converged there, the best
  ///     first.
  /// - Throws: `FitError` as `search` does on all rows; on every rank the same error if a rank cannot read
  ///   its rows.
  package func startOnSamples(
    of model: some MixtureModel, seed: UInt64, draw: Int,
    acceleration: Acceleration = .anderson, tolerance: Double = 0, from start: Parameters? = nil,
    _ search: @escaping @Sendable (Engine) async throws -> [Parameters]
  ) async throws -> Parameters {
    let sizes = SampleSizes(of: model, data).rows
    guard let most = sizes.last else {
      if let start { return start }
      return try await search(self)[0]
    }
    // Samples of samples are drawn apart from each other.
    let draws = sizes.indices.map { draw * 16 + min($0, 15) }
    let largest = try sample(of: data, rows: most, seed: seed, draw: draws.last!)
    var found = start.map { [$0] } ?? []
    for (size, draw) in zip(sizes, draws) {
      let rows =
        size == most ? largest : try sample(of: largest, rows: size, seed: seed, draw: draw)
      let goal = max(
        tolerance,
        SampleSizes.tolerance(parameters: model.freeParameterCount, rows: rows.weightedRowCount))
      found =
        try onSample(rows, of: model) { [found] engine in
          if found.isEmpty { return try await search(engine) }
          return try await engine.improved(
            model, from: found, until: goal, acceleration: acceleration)
        } ?? found
    }
    if let best = found.first { return best }
    return try await search(self)[0]
  }

  /// Collective. A sample, read by the threads of this engine.
  ///
  /// - Parameter transform: of its rows; nil: they are as they were.
  func sample(
    of data: DataSet, rows: Int, seed: UInt64, draw: Int, _ transform: ColumnTransform? = nil
  ) throws -> DataSet {
    try data.sample(
      rows: rows, seed: seed, draw: draw, threads: threadCount, transform: transform, in: world)
  }

  /// Collective. What `body` gives on a sample, in a search of its own; nil if a component cannot be
  /// estimated from that.
  func onSample(
    _ rows: DataSet, of model: some MixtureModel,
    _ body: @escaping @Sendable (Engine) async throws -> [Parameters]
  ) throws -> [Parameters]? {
    guard rows.weightedRowCount >= model.componentCount else { return nil }
    do {
      return try Engine(rows, threads: threadCount, world: world).searching(body)
    } catch is any SearchFailure {
      // Met alike by all ranks, being a function of the parameters and the exact sums.
      return nil
    }
  }

  /// Collective. EM on a sample from each of several parameters: the best, and those after it of which the
  /// sample does not tell that they are worse.
  ///
  /// - Throws: `FitError` if a component cannot be estimated of any.
  private func improved(
    _ model: some MixtureModel, from starts: [Parameters], until tolerance: Double,
    acceleration: Acceleration
  ) async throws -> [Parameters] {
    if starts.count == 1 {
      return [
        try await improved(model, from: starts[0], until: tolerance, acceleration: acceleration)
      ]
    }
    let outcomes = try await together(0..<starts.count, atMost: starts.count) { engine, number in
      try await engine.tentative.state(
        model, near: starts[number], until: tolerance, acceleration: acceleration)
    }
    let contenders = outcomes.compactMap { try? $0.get() }.map {
      Contender(state: $0, hasSpikes: false)
    }
    // What one fails by all do.
    if contenders.isEmpty { return [try outcomes[0].get().parameters!] }
    return Contender.undecided(contenders, of: model, on: data)
      .map { $0.state.parameters! }
  }

  /// Collective. EM from parameters near a maximum, until less than `tolerance` is left to gain.
  ///
  /// - Throws: `FitError` if a component cannot be estimated.
  package func improved(
    _ model: some Model, from start: Parameters, until tolerance: Double,
    acceleration: Acceleration, atMost iterations: Int = 100
  ) async throws -> Parameters {
    try await state(
      model, near: start, until: tolerance, acceleration: acceleration, atMost: iterations
    ).parameters!
  }

  private func state(
    _ model: some Model, near start: Parameters, until tolerance: Double,
    acceleration: Acceleration, atMost iterations: Int = 100
  ) async throws -> StartState {
    try await iterated(
      model, from: StartState(near: start, model, acceleration), atMost: iterations,
      until: .logLikelihood(tolerance), acceleration: acceleration)
  }
}
