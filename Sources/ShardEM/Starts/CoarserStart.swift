import MixtureModels

extension Engine {
  /// Collective. What a race leads to, on samples where there are many rows.
  ///
  /// Where its E-steps would be so long that few starts could be tried, and no split or merge, the race is of
  /// a coarser model, if there is one (`MixtureModel.coarser`), on a sample in whitened coordinates: with far
  /// fewer parameters that needs far fewer rows. What it finds is where EM of the model itself begins.
  func raced<M: MixtureModel>(_ plan: StartPlan<M>, restart: Int) async throws -> Parameters {
    let first = SampleSizes(of: plan.model, data).rows.first ?? data.rowCount
    let isLong = RaceSize(of: plan.model, rows: first) == .least
    let start = isLong ? try await coarseStart(plan, restart: restart) : nil
    return try await racedOnSamples(plan, restart: restart, from: start)
  }

  /// Collective. What a race of a coarser model finds; nil if there is none, if that would be no better off,
  /// or if a component could not be estimated.
  private func coarseStart<M: MixtureModel>(
    _ plan: StartPlan<M>, restart: Int
  ) async throws -> Parameters? {
    guard data.observed == nil, let coarser = plan.model.coarser(),
      let size = SampleSizes(of: coarser, data).rows.first,
      RaceSize(of: coarser, rows: size) != .least
    else { return nil }
    return try await startOfCoarser(
      of: plan.model, rows: size, seed: plan.options.seed, draw: restart
    ) { engine, coarser in
      let coarsePlan = StartPlan(
        model: coarser, initialization: plan.initialization, options: plan.options,
        searchesTogether: plan.searchesTogether, tell: plan.tell)
      return try await engine.race(coarsePlan, restart: restart)[0]
    }
  }

  /// Collective. The start of a model that a search for a coarser one finds on a sample in whitened
  /// coordinates; nil if there is no such model, or if a component could not be estimated.
  ///
  /// - Parameters:
  ///   - size: of the sample, in rows.
  ///   - draw: searches of the same seed that differ, from 0 to 2^24 - 1.
  ///   - search: gets an engine of the sample, whose search has walks of its own, and the model.
  package func startOfCoarser<M: MixtureModel>(
    of model: M, rows size: Int, seed: UInt64, draw: Int,
    _ search: @escaping @Sendable (Engine, M) async throws -> Parameters
  ) async throws -> Parameters? {
    // Of all rows there would be no sample, and no coordinates of its own.
    guard let coarser = model.coarser(), size < data.rowCount,
      let transform = try await columnSpread(withAxes: true).transform(to: .whitened)
    else { return nil }
    // Apart from the samples of `startOnSamples`, whose numbers begin at 0.
    let rows = try sample(of: data, rows: size, seed: seed, draw: draw * 16 + 15, transform)
    let found = try onSample(rows, of: coarser) { [try await search($0, coarser)] }
    return try found.map {
      try model.refined(
        $0[0], origin: transform.origin, axes: transform.axes, sharing: sharing)
    }
  }

  /// - Parameter start: what a race has found before; nil: that is to come.
  private func racedOnSamples(
    _ plan: StartPlan<some MixtureModel>, restart: Int, from start: Parameters? = nil
  ) async throws -> Parameters {
    try await startOnSamples(
      of: plan.model, seed: plan.options.seed, draw: restart,
      acceleration: plan.options.acceleration,
      tolerance: plan.options.convergence.sampleTolerance, from: start
    ) { try await $0.race(plan, restart: restart) }
  }
}

extension Convergence {
  /// What is left to gain at which a fit of some of the rows has come far enough, in nats per row.
  var sampleTolerance: Double {
    if case .logLikelihood(let tolerance) = self { tolerance } else { 0 }
  }
}
