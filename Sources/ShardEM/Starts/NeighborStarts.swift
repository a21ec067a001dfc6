import Kernels
import MixtureModels

/// What another model was fitted to be, on the same rows.
struct Neighbor: Sendable {
  let mixture: any Family
  let parameters: Parameters

  /// Starts that follow from neighbors, for a model.
  static func starts(of neighbors: [Neighbor], for model: some MixtureModel) -> [NeighborStart] {
    guard model.hasExchangeableComponents, model.classes == nil else { return [] }
    return neighbors.flatMap { neighbor -> [NeighborStart] in
      let other = neighbor.mixture
      if other.responsibilityCount == model.responsibilityCount { return [.same(neighbor)] }
      let hasOnlyComponents =
        other.responsibilityCount == other.componentCount
        && model.responsibilityCount == model.componentCount
      guard hasOnlyComponents, other.componentCount == model.componentCount - 1 else { return [] }
      return (0..<splits).map { .split(neighbor, number: $0) }
    }
  }

  /// The parameters of a model of the same family by which its components have the same densities; nil if it
  /// has none such.
  fileprivate func parameters(for model: some MixtureModel) -> Parameters? {
    let (own, other): (Any.Type, Any.Type) = (type(of: mixture), type(of: model))
    return own == other ? model.layout.expanding(parameters, of: mixture.layout) : nil
  }

  /// Hardly ever the same of others.
  static func digest(of neighbors: [Neighbor]) -> UInt64 {
    Digest(
      words: neighbors.flatMap { neighbor in
        [
          Digest(bytes: neighbor.mixture.kind.utf8).value,
          Digest(neighbor.mixture.numbers(of: neighbor.parameters)).value,
        ]
      }
    ).value
  }

  /// How many splits of a smaller mixture are tried.
  private static let splits = 4
}

/// A start that follows from a neighbor.
enum NeighborStart: Sendable {
  /// An E-step under its parameters, where the model can have such, else rows divided as they are among its
  /// components. From a special case of the model EM goes on from no less than it has; but in the other way
  /// only if nothing is latent but the components of rows.
  case same(Neighbor)
  /// One of its components, drawn by weight, cut in two.
  case split(Neighbor, number: Int)
}

extension Engine {
  /// Collective. The best of the starts that follow from neighbors, after some EM iterations of each.
  ///
  /// - Throws: `FitError` if there is none.
  func start<M: MixtureModel>(
    _ plan: StartPlan<M>, from neighbors: [Neighbor]
  ) async throws -> Parameters {
    let spread = try await columnSpread(withAxes: false)
    let starts = Neighbor.starts(of: neighbors, for: plan.model)
    let contenders = try await together(
      0..<starts.count, atMost: plan.searchesTogether
    ) { engine, number -> Contender? in
      let engine = engine.tentative
      guard
        let start = try await engine.started(
          plan.model, by: starts[number], spread, seed: plan.options.seed)
      else { return nil }
      return try await engine.advanced(
        try engine.withoutSpikes(start, plan), plan, by: roundLength)
    }.compactMap { try? $0.get() }
    guard let best = Contender.ranked(contenders).first?.state.parameters else {
      throw FitError.unusable(
        setting: "a start from another model", expected: "one by which each component has rows")
    }
    return best
  }

  /// Collective. The parameters that an M-step gives after what a neighbor makes of the rows; nil if there
  /// are no two to cut between.
  private func started<M: MixtureModel>(
    _ model: M, by start: NeighborStart, _ spread: ColumnSpread, seed: UInt64
  ) async throws -> Parameters? {
    switch start {
    case .same(let neighbor):
      if let own = neighbor.parameters(for: model) {
        return try await improved(model, from: own).parameters
      }
      return try await divided(model, as: neighbor.mixture, neighbor.parameters, spread)
    case .split(let neighbor, let number):
      return try await split(
        model, from: neighbor.mixture, neighbor.parameters, spread, number: number, seed: seed)
    }
  }

  private func divided<M: MixtureModel>(
    _ model: M, as other: some MixtureModel, _ parameters: Parameters, _ spread: ColumnSpread
  ) async throws -> Parameters {
    let components = try self.components(of: other, at: parameters)
    return try await maximized(model, about: other.centers(parameters, spread)) {
      components.divide($0, $1, $2) { _, _, old, new in
        for k in 0..<components.count { new[k * tileStride] = old[k * tileStride] }
      }
    }
  }

  private func split<M: MixtureModel>(
    _ model: M, from smaller: some Family, _ parameters: Parameters, _ spread: ColumnSpread,
    number: Int, seed: UInt64
  ) async throws -> Parameters? {
    let components = try self.components(of: smaller, at: parameters)
    let random = RandomStream.splits.row(number, of: Philox(seed: seed), draw: Self.splitDraw)
    let own = random.choice(smaller.weights(parameters), 0)
    let cut = try await cut(
      own, of: smaller, components, parameters, spread, isWhitened: random.uniform(1) < 0.5,
      number: number, seed: seed, draw: Self.splitDraw)
    guard let cut else { return nil }
    let added = smaller.componentCount
    var centers = smaller.centers(parameters, spread)
    centers += centers[own * data.columnCount..<(own + 1) * data.columnCount]
    return try await maximized(model, about: centers) {
      components.divide($0, $1, $2) { row, _, old, new in
        for k in 0..<added { new[k * tileStride] = old[k * tileStride] }
        guard cut.isBeyond(row) else { return }
        new[added * tileStride] = new[own * tileStride]
        new[own * tileStride] = 0
      }
    }
  }

  /// Apart from those of splits and merges, whose numbers begin at 0.
  private static let splitDraw = 1 << 27
}
