import Kernels
import MixtureModels

extension Engine {
  /// Collective. K rows or means of rows to start a mixture from, K × D row-major.
  ///
  /// Components of classes of which rows are known start from these: a class's only one from their mean;
  /// of several each from the mean of those rows that are nearest to one of as many, drawn by k-means++.
  /// All others start from rows as `seeds(count:seed:draw:)` draws them without regard to labels, of
  /// which each component with a start of its own takes the nearest one away.
  ///
  /// Source: Basu, Banerjee and Mooney, "Semi-supervised clustering by seeding" (ICML 2002).
  func seeds(
    of model: some MixtureModel, seed: UInt64, draw: Int
  ) async throws -> [Double] {
    let count = model.componentCount
    guard let classes = model.classes else {
      return try await seeds(count: count, seed: seed, draw: draw)
    }
    let own = try await classSeeds(classes, seed: seed, draw: draw)
    guard own.contains(where: { $0 == nil }) else { return own.flatMap { $0! } }
    var others = try await seeds(count: count, seed: seed, draw: draw)
      .split(into: Array(repeating: data.columnCount, count: count))!
    for center in own {
      guard let center else { continue }
      let distances = others.map { squaredDistance($0, center) }
      others.remove(at: distances.indices.min { distances[$0] < distances[$1] }!)
    }
    return own.flatMap { center in center ?? others.removeFirst() }
  }

  /// Of each component the mean of the labelled rows that it starts from; nil if there are none.
  private func classSeeds(
    _ classes: ComponentClasses, seed: UInt64, draw: Int
  ) async throws -> [[Double]?] {
    let count = classes.count * classes.componentsPerClass
    var centers = [[Double]?](repeating: nil, count: count)
    // The only one of a class has all of its rows, wherever it begins.
    if classes.componentsPerClass == 1 {
      let means = try await columnMoments().means
      centers = centers.map { _ in means }
    } else {
      for round in 0..<classes.componentsPerClass {
        let drawn = try await drawKnown(classes, centers, seed: seed, draw: draw, round: round)
        for (c, row) in drawn.enumerated() {
          if let row { centers[c * classes.componentsPerClass + round] = row }
        }
      }
    }
    return try await meansOfKnown(classes, centers)
  }

  /// Of each class one of its labelled rows, drawn by weight and squared distance to the nearest center
  /// of the class, at first by weight; nil if none is left.
  private func drawKnown(
    _ classes: ComponentClasses, _ centers: [[Double]?], seed: UInt64, draw: Int, round: Int
  ) async throws -> [[Double]?] {
    let generator = Philox(seed: seed)
    let races = (0..<classes.count).map { _ in SharedReservoir(limit: 1) }
    try await visitBlocks { block, _ in
      for n in 0..<block.count {
        guard let own = classes.components(of: block.label(n)) else { continue }
        let row = block.rows + n * block.columnCount
        let distance = own.lazy.compactMap { centers[$0] }.map { squaredDistance($0, row) }.min()
        let probability = (block.weights?[n] ?? 1) * (distance ?? 1)
        guard probability > 0 else { continue }
        // Numbers that no other seeds are drawn by.
        let u = RandomStream.seeding.row(block.firstRow + n, of: generator, draw: draw)
          .uniform(1 << 20 + round)
        var entrant = WeightedReservoir(limit: 1)
        entrant.enter(
          .init(
            key: -Portable.log(u) / probability, row: block.firstRow + n,
            values: block.values(ofRow: n)))
        races[own.lowerBound / own.count].merge(entrant)
      }
    }
    return try races.map {
      try $0.result.rowsOverAllRanks(columnCount: data.columnCount, world).first
    }
  }

  /// The means of the labelled rows that are nearest to each of the centers of their class; nil where there
  /// is no center, or no row.
  private func meansOfKnown(
    _ classes: ComponentClasses, _ centers: [[Double]?]
  ) async throws -> [[Double]?] {
    let columns = data.columnCount
    let (masses, shifts) = ("masses", "shifts")
    let slots: Slots = [masses: centers.count, shifts: centers.count * columns]
    let pass = BlockPass(slots) { block, _, sums in
      sums.update(repeating: 0, count: slots.count)
      for n in 0..<block.count where block.weights?[n] != 0 {
        guard let own = classes.components(of: block.label(n)) else { continue }
        let row = block.rows + n * columns
        let distances = own.lazy.compactMap { k in centers[k].map { (k, squaredDistance($0, row)) }
        }
        guard let (k, _) = distances.min(by: { $0.1 < $1.1 }), let center = centers[k]
        else { continue }
        let weight = block.weights?[n] ?? 1
        sums[k] += weight
        let shift = sums + centers.count + k * columns
        for j in 0..<columns { shift[j] += weight * (row[j] - center[j]) }
      }
    }
    let total = try await sums(of: [pass]).sums[0]
    let (mass, shift) = (total[masses], total[shifts])
    return centers.enumerated().map { k, center in
      guard let center, mass[k] > 0 else { return nil }
      return center.enumerated().map { $1 + shift[k * columns + $0] / mass[k] }
    }
  }
}

private func squaredDistance(_ center: [Double], _ row: UnsafePointer<Double>) -> Double {
  center.indices.reduce(0) { $0 + (center[$1] - row[$1]) * (center[$1] - row[$1]) }
}
