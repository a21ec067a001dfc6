import Kernels
import MessagePassing
import MixtureModels

extension Engine {
  /// Collective. The parameters from which restart number `restart` of a fit starts.
  ///
  /// - Parameter plan: its model takes these data (`requireSuitable`).
  /// - Throws: `FitError` if a component cannot be estimated from the rows it gets; of a race, that of the
  ///   first try, if all fail.
  func start(
    _ plan: StartPlan<some MixtureModel>, restart: Int
  ) async throws -> Parameters {
    let (model, seed) = (plan.model, plan.options.seed)
    let coordinates: Coordinates = model.hasOwnMetric ? .raw : .standardized
    func drawn(_ kind: StartKind) async throws -> Parameters {
      let spread = try await spread(for: [kind], of: model)
      return try await self.drawn(
        kind, of: model, spread, seed: seed, draw: restart, sharing: plan.shared)
    }
    switch plan.initialization {
    case .parameters(let parameters): return parameters
    case .responsibilities(let given): return try await self.given(given, model)
    case .race where model.componentCount > 1:
      let start =
        plan.neighbors.isEmpty
        ? try await raced(plan, restart: restart)
        : try await self.start(plan, from: plan.neighbors)
      // As the result will be: a checkpoint then mostly has them so, too.
      return plan.options.order == .none ? start : model.inOrder(start)
    case .race, .kMeans: return try await drawn(.kMeans(coordinates))
    case .kMeansPlusPlus: return try await drawn(.seeds(coordinates))
    case .random: return try await drawn(.random)
    }
  }

  /// Collective. What starts of some kinds need to know of the columns; nil: nothing.
  func spread(for kinds: [StartKind], of model: some MixtureModel) async throws -> ColumnSpread? {
    let coordinates = kinds.compactMap(\.coordinates)
    guard coordinates.contains(where: { $0 != .raw }) else { return nil }
    return try await columnSpread(
      withAxes: coordinates.contains { $0 == .whitened || $0 == .scaledAxes })
  }

  /// Collective. Start number `draw` of a kind that `seed` gives: what one M-step gives.
  ///
  /// - Parameters:
  ///   - iterations: of k-means, at most.
  ///   - shared: where others look for the same centers; nil: nobody does.
  func drawn(
    _ kind: StartKind, of model: some MixtureModel, _ spread: ColumnSpread?, seed: UInt64,
    draw: Int, atMost iterations: Int = 300, sharing shared: SharedCenters? = nil
  ) async throws -> Parameters {
    guard let coordinates = kind.coordinates else {
      return try await randomStart(
        model, Philox(seed: seed), draw: draw, isHard: kind == .labels)
    }
    let transform = spread?.transform(to: coordinates)
    let key = SharedCenters.Key(
      kind: kind.centers!, coordinates: coordinates, count: model.componentCount, seed: seed,
      draw: draw, iterations: iterations)
    func find() async throws -> [Double] {
      try await seeing(transform).centers(key, of: model)
    }
    // Where classes are known the centers are theirs, and samples are each fit's own.
    let centers =
      if let shared, model.classes == nil, !data.isSample {
        try await shared.centers(key, of: search, find)
      } else { try await find() }
    let start = try await assigned(model, to: centers, transform)
    guard case .equalSeeds = kind else { return start }
    return try model.poolingSpreads(start, of: 0..<model.componentCount, sharing: sharing)
  }

  private func centers(
    _ key: SharedCenters.Key, of model: some MixtureModel
  ) async throws -> [Double] {
    if key.kind == .ward {
      return try await wardCenters(of: model, seed: key.seed, draw: key.draw)
    }
    let seeds = try await seeds(of: model, seed: key.seed, draw: key.draw)
    guard key.kind == .kMeans else { return seeds }
    return try await kMeansCenters(
      from: seeds, columnVariance: try await columnMoments().meanVariance, classes: model.classes,
      atMost: key.iterations)
  }

  /// The means of K clusters of rows that are drawn by weight; seeds where those are fewer than clusters, or
  /// classes say which components rows are of.
  private func wardCenters(
    of model: some MixtureModel, seed: UInt64, draw: Int
  ) async throws -> [Double] {
    guard model.classes == nil else { return try await seeds(of: model, seed: seed, draw: draw) }
    let count = model.componentCount
    let generator = Philox(seed: seed)
    let rows = try await drawRows(max(Self.wardRows, 2 * count)) {
      RandomStream.starts.row($0, of: generator, draw: draw).uniform(0)
    }
    let centers = WardClustering.centers(rows, count: count)
    guard centers.count == count else { return try await seeds(of: model, seed: seed, draw: draw) }
    return centers.flatMap { $0 }
  }

  /// Enough for the means of clusters, and few enough for hierarchies: 10 ms.
  private static let wardRows = 500

  private func given(
    _ given: GivenResponsibilities, _ model: some MixtureModel
  ) async throws -> Parameters {
    try given.requireSuitable(model)
    let classes = model.classes
    try await visitBlocks { try given.check($0, classes, scratch: $1) }
    let means = try await columnMoments().means
    return try await maximized(model, about: (0..<model.componentCount).flatMap { _ in means }) {
      try given.write($0, classes, scratch: $1, into: $2)
    }
  }

  /// Every row wholly belongs to the component of the nearest center, of those of its class if that is known.
  ///
  /// - Parameter transform: to the coordinates of the centers; nil: they are those of the data.
  private func assigned(
    _ model: some MixtureModel, to centers: [Double], _ transform: ColumnTransform?
  ) async throws -> Parameters {
    let clusters = KMeans(centers, columns: data.columnCount, classes: model.classes)
    let places = transform?.origins(of: centers) ?? centers
    return try await maximized(model, about: places) { tile, workspace, responsibilities in
      let seen = transform?.transformed(tile, in: workspace.second) ?? tile
      clusters.forEachTile(of: seen, workspace: workspace) { part, labels, _ in
        let rows = part.rows
        let first = rows.firstRow - tile.firstRow
        for n in 0..<rows.count {
          responsibilities[Int(labels[n]) * tileStride + first + n] = rows.weights?[n] ?? 1
        }
      }
    }
  }

  /// Every row divides itself by K uniform numbers, as scikit-learn's `random`, or is wholly of the component
  /// with the largest; among the components of its class if that is known.
  private func randomStart(
    _ model: some MixtureModel, _ generator: Philox, draw: Int, isHard: Bool
  ) async throws -> Parameters {
    let (components, classes) = (0..<model.componentCount, model.classes)
    let means = try await columnMoments().means
    return try await maximized(model, about: components.flatMap { _ in means }) {
      tile, _, responsibilities in
      for n in 0..<tile.count {
        let random = RandomStream.responsibilities.row(
          tile.firstRow + n, of: generator, draw: draw)
        let own = classes?.components(of: tile.label(n)) ?? components
        let weight = tile.weights?[n] ?? 1
        if isHard {
          let k = own.max { random.uniform($0) < random.uniform($1) } ?? own.lowerBound
          responsibilities[k * tileStride + n] = weight
          continue
        }
        var sum = 0.0
        for k in own {
          responsibilities[k * tileStride + n] = random.uniform(k)
          sum += responsibilities[k * tileStride + n]
        }
        for k in own { responsibilities[k * tileStride + n] *= weight / sum }
      }
    }
  }
}
