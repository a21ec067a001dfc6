import Kernels
import MessagePassing
import MixtureModels

extension Engine {
  /// Collective. K rows to start from, K × D row-major, in eight passes over the data.
  ///
  /// k-means||: in each of five rounds 2 K candidates are drawn by weight and squared distance to
  /// the nearest candidate before; the first by weight. Each candidate then stands for the weight of
  /// the rows that are nearest to it, and K of them are chosen by k-means++ (`SeedChoice`). The
  /// expected sum of squared distances to the seeds is within a factor O(log K) of the least
  /// possible. A row's draw depends on the seed and its number only. Candidates are different rows
  /// as long as there are any: when all rows are copies of seeds, so are further seeds.
  ///
  /// Source: Bahmani et al., "Scalable K-Means++" (PVLDB 5, 2012), with 2 K draws without
  /// replacement where it draws 2 K on average.
  package func seeds(count: Int, seed: UInt64, draw: Int) async throws -> [Double] {
    let nearest = NearestCandidates(data, transform)
    let generator = Philox(seed: seed)
    var candidates = SeedCandidates(columnCount: data.columnCount)
    var round = 0
    repeat {
      let drawn = try await drawRows(round == 0 ? 1 : 2 * count, candidates, nearest) { [round] in
        RandomStream.seeding.row($0, of: generator, draw: draw).uniform(round)
      }
      candidates.add(drawn)
      round += 1
      // Rows that are copies of each other may be drawn together and leave too few different ones.
    } while !candidates.rounds.last!.rows.isEmpty
      && (round <= 5 || candidates.differentCount < count)
    let masses = try await masses(of: candidates, nearest)
    let choice = SeedChoice(candidates, masses: masses, seedCount: count)
    let chosen = try choice.chosen(count, sharing: sharing) {
      RandomStream.candidates.row($0, of: generator, draw: draw).uniform($1)
    }
    return chosen.flatMap { candidates.row($0) }
  }

  /// Rows that are drawn by weight times squared distance to the nearest candidate, once the newest ones are
  /// taken into account; without any candidate by weight only.
  private func drawRows(
    _ limit: Int, _ candidates: SeedCandidates, _ nearest: NearestCandidates,
    uniform: @escaping @Sendable (_ row: Int) -> Double
  ) async throws -> [[Double]] {
    try await drawRows(limit, uniform: uniform) { block, workspace in
      let distances = nearest.nearest(to: block, of: candidates, workspace: workspace)
        .squaredDistances
      if candidates.count == 0 { return { block.weights?[$0] ?? 1 } }
      return { (block.weights?[$0] ?? 1) * Double(distances[$0]) }
    }
  }

  /// Collective. At most `limit` different rows, drawn one after the other by their weights.
  ///
  /// - Parameters:
  ///   - uniform: a number in (0, 1) for each row.
  ///   - probability: gives what the rows of a block are drawn by, from 0 up, in any unit.
  func drawRows(
    _ limit: Int, uniform: @escaping @Sendable (_ row: Int) -> Double,
    by probability: @escaping @Sendable (RowBlock, Workspace) -> (Int) -> Double = { block, _ in
      { block.weights?[$0] ?? 1 }
    }
  ) async throws -> [[Double]] {
    let reservoir = SharedReservoir(limit: limit)
    try await visitBlocks { block, workspace in
      // Rows that lose to those of other blocks need not enter.
      var local = WeightedReservoir(limit: limit, ceiling: reservoir.worstKey)
      let probability = probability(block, workspace)
      for n in 0..<block.count {
        let probability = probability(n)
        if probability == 0 { continue }
        let u = uniform(block.firstRow + n)
        // -log u >= 1 - u: most rows need no logarithm. 0.99 is for the roundings.
        if 0.99 * (1 - u) > local.worstKey * probability { continue }
        local.enter(
          WeightedReservoir.Entry(
            key: -Portable.log(u) / probability, row: block.firstRow + n,
            values: block.values(ofRow: n)))
      }
      reservoir.merge(local)
    }
    return try reservoir.result.rowsOverAllRanks(columnCount: data.columnCount, world)
  }

  /// The sum of the weights of the rows that are nearest to each of the candidates.
  private func masses(
    of candidates: SeedCandidates, _ nearest: NearestCandidates
  ) async throws -> [Double] {
    let count = candidates.count
    let pass = BlockPass(["masses": count]) { block, workspace, masses in
      let numbers = nearest.nearest(to: block, of: candidates, workspace: workspace).numbers
      masses.update(repeating: 0, count: count)
      for n in 0..<block.count { masses[Int(numbers[n])] += block.weights?[n] ?? 1 }
    }
    return try await sums(of: [pass]).sums[0].numbers
  }
}

extension RowBlock {
  /// A copy of row `n`.
  func values(ofRow n: Int) -> [Double] {
    Array(UnsafeBufferPointer(start: rows + n * columnCount, count: columnCount))
  }
}
