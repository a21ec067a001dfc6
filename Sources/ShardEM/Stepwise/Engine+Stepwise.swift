import MessagePassing
import MixtureModels

/// Is told of every step of a fit by online EM: how many there have been, of how many.
public typealias StepHook = (_ step: Int, _ count: Int) throws -> Void

extension Engine {
  /// The passes of online EM where nobody says how many.
  public static let stepwisePasses = 2

  /// Collective. Fits a mixture by online EM: in one or two passes over data that are too large for more.
  ///
  /// The blocks are dealt out to up to 64 groups (`BlockGroups`). A step is the E-step of a group and an
  /// M-step from what is known of all rows then (`OnlineSums`); the result is the M-step from the average of
  /// that since the middle of the first pass. One pass more gives its score; one more before all finds a
  /// start, if none is given, on a sample (`startOnSamples`). Nothing converges: the result is near a
  /// maximum, not at it, and the objective may fall from step to step.
  ///
  /// A step whose M-step fails changes no parameters: what the next groups add may mend it.
  /// - Parameters:
  ///   - initialization: parameters, or how a fit of the sample starts.
  ///   - options: of the fit of the sample; its seed.
  ///   - passes: how often every group has a step, at least 1.
  ///   - onStep: an error it throws on any rank ends the fit on all.
  /// - Returns: the same on every rank, bit for bit the same on any number of ranks and threads. Its
  ///   iterations are steps, and it has not converged.
  /// - Throws: `FitError` if the last M-step fails, if the model is not smooth, as k-means, or if cells are
  ///   missing, since what is expected of them has no mean over different parameters; else as `fit`.
  public func fitStepwise(
    _ model: some MixtureModel, from initialization: Initialization,
    options: FitOptions = FitOptions(), passes: Int = Engine.stepwisePasses,
    onStep: StepHook = { _, _ in }
  ) throws -> Fit {
    try requireStepwise(model, from: initialization, options, passes: passes)
    let start = try searching { engine in
      if case .parameters(let parameters) = initialization { return parameters }
      return try await engine.startOnSamples(
        of: model, seed: options.seed, draw: 0, acceleration: options.acceleration
      ) { [try $0.fit(model, from: initialization, options: options).parameters] }
    }
    let groups = data.groups(
      BlockGroups(count: stepwiseGroupCount(of: model), seed: options.seed))
    let (parameters, steps) = try steps(
      of: model, from: start, over: groups, passes: passes, onStep)
    let result =
      options.order == .none || initialization.isGiven ? parameters : model.inOrder(parameters)
    let last = try evaluation(model, under: result).sums[0]
    return Fit(
      parameters: result, score: Score(last, of: model, under: result), iterations: steps,
      converged: false, remaining: nil, restart: 0, rows: data.weightedRowCount)
  }

  /// Groups have ten rows for each parameter, as fewer may lack those of a component.
  private func stepwiseGroupCount(of model: some MixtureModel) -> Int {
    let wanted = 10 * Double(max(model.freeParameterCount, 1))
    let most = min(64, data.plan.blockCount)
    return max(1, Int(min(Double(data.weightedRowCount) / wanted, Double(most))))
  }

  /// Collective. The checks before a fit.
  private func requireStepwise(
    _ model: some MixtureModel, from initialization: Initialization, _ options: FitOptions,
    passes: Int
  ) throws {
    try requireFittable(
      model, from: initialization, options,
      settings(of: options) + [initialization.word, "\(passes) passes"])
    func require(_ holds: Bool, _ setting: String, _ expected: String) throws {
      guard holds else { throw FitError.unusable(setting: setting, expected: expected) }
    }
    try require(passes >= 1, "\(passes) passes", "1 or more")
    try require(
      model.isSmooth, "online EM of a model whose iterations are not smooth, such as k-means",
      "one with responsibilities")
    try require(data.observed == nil, "online EM of data with missing cells", "complete rows")
    if case .responsibilities = initialization {
      throw FitError.unusable(
        setting: "online EM from responsibilities of rows",
        expected: "a model to start from, or a search")
    }
  }

  /// Collective. The steps, and how many there were.
  private func steps<M: MixtureModel>(
    of model: M, from start: Parameters, over groups: [DataSet], passes: Int, _ onStep: StepHook
  ) throws -> (parameters: Parameters, count: Int) {
    let engines = groups.map { Engine($0, threads: threadCount, world: world) }
    // All sums are about the same points, as sums about others have no mean.
    let moments = model.moments(of: try components(of: model, at: start), at: start)
    var (parameters, known) = (start, OnlineSums())
    // Of rows with weights their sum is not known before all have been read.
    var (weight, rows) = (0.0, 0)
    func total() -> Double {
      data.isWeighted ? weight / Double(rows) * Double(data.rowCount) : Double(data.rowCount)
    }
    func maximized(_ sums: Sums) throws -> Parameters {
      try model.maximized(sums, of: moments, from: parameters, sharing: sharing)
    }
    var failure: (any Error)?
    let count = passes * engines.count
    for step in 0..<count {
      let sums = try engines[step % engines.count].sums(
        of: model, under: parameters, moments, carrying: failure)
      if step < engines.count {
        weight += sums.model.weightSum
        rows += Int(sums.rows)
      }
      known.add(sums.model, isAveraged: 2 * (step + 1) > engines.count)
      do {
        parameters = try known.sums(weight: total()).map(maximized) ?? parameters
      } catch is FitError {}
      do { try onStep(step + 1, count) } catch { failure = failure ?? error }
    }
    try world.agree { if let failure { throw failure } }
    guard let sums = known.averageSums(weight: total()) else { return (parameters, count) }
    return (try maximized(sums), count)
  }

  /// Collective. The sums of the rows of this engine under some parameters, for given moments, and how many
  /// rows these are.
  private func sums<M: MixtureModel>(
    of model: M, under parameters: Parameters, _ moments: M.StepMoments,
    carrying failure: (any Error)?
  ) throws -> (model: Sums, rows: Double) {
    var components = try components(of: model, at: parameters)
    let counting = BlockPass(["rows": 1]) { block, _, sums in sums[0] = Double(block.count) }
    let digest = Digest(model.numbers(of: parameters))
    var last: [Sums] = []
    // As often as an E-step over all rows is taken again.
    for _ in 0..<8 {
      let step = MixtureStep(components, moments)
      last = try run(
        [WalkRequest(passes: [step, counting], digest: digest, failure: failure)])[0].sums
      guard
        let exact = components.exact(masses: last[0][Slots.masses], total: last[0].weightSum)
      else { break }
      components = exact
    }
    return (last[0], last[1].numbers[0])
  }
}
