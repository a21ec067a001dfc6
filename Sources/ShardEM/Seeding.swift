import Kernels
import MessagePassing
import MixtureModels
import Synchronization

extension Sweep {
  /// Collective. K rows as k-means++ chooses them, K × D row-major.
  ///
  /// The first is drawn by weight, each next one by weight and squared distance to the nearest
  /// seed so far; of 2 + floor(ln K) candidates the one is taken that leaves the smallest sum of
  /// squared distances. A row's draw depends on the seed and its number only. When all rows are
  /// copies of seeds, the next seed is such a copy.
  ///
  /// Source: Arthur & Vassilvitskii, "k-means++: The Advantages of Careful Seeding" (SODA 2007),
  /// with the greedy candidates of its section 5, as many as scikit-learn takes.
  package func seeds(count: Int, seed: UInt64, restart: Int) throws -> [Double] {
    let candidateCount = 2 + Int(log(Double(count)))
    let nearest = NearestSeeds(data)
    let generator = Philox(seed: seed)
    var seeds: [Double] = []
    for step in 0..<count {
      let race = try drawRows(
        step == 0 ? 1 : candidateCount, nearest: nearest, last: seeds.suffix(data.columnCount)
      ) { RandomStream.seeding.row($0, of: generator, restart: restart).uniform(step) }
      let candidates = race.entries.map(\.values)
      seeds += candidates.count == 1 ? candidates[0] : try best(of: candidates, nearest: nearest)
    }
    return seeds
  }

  /// Draws rows by weight times squared distance to the nearest seed, after taking `last`, the
  /// newest seed, into account; without any seed by weight only.
  private func drawRows(
    _ limit: Int, nearest: NearestSeeds, last: ArraySlice<Double>,
    uniform: @Sendable (_ row: Int) -> Double
  ) throws -> RowRace {
    let last = Array(last)
    let race = Mutex(RowRace(limit: limit))
    try forEachBlock { _, block, workspace in
      var local = RowRace(limit: limit)
      let distances = nearest.distances(of: block)
      if !last.isEmpty {
        forEachDistance(of: block, to: last, workspace: workspace) { _, n, distance in
          distances[n] = min(distances[n], distance)
        }
      }
      for n in 0..<block.count {
        let weight = block.weights?[n] ?? 1
        if weight == 0 { continue }
        let probability = last.isEmpty ? weight : weight * distances[n]
        let u = uniform(block.firstRow + n)
        // -log u >= 1 - u: most rows need no logarithm. 0.99 is for the roundings.
        if 0.99 * (1 - u) > local.worstKey * probability { continue }
        let exponential = -log(u)
        local.enter(
          RowRace.Entry(
            key: exponential / probability, secondKey: exponential / weight,
            row: block.firstRow + n, values: block.values(ofRow: n)))
      }
      race.withLock { $0.merge(local) }
    }
    return try race.withLock { $0 }.overAllRanks(world)
  }

  /// The candidate that leaves the smallest sum of squared distances; ties to the first.
  private func best(of candidates: [[Double]], nearest: NearestSeeds) throws -> [Double] {
    let diameter = (0..<data.columnCount).reduce(0) { sum, j in
      let width = data.ranges.maximum[j] - data.ranges.minimum[j]
      return sum + width * width
    }
    let centers = candidates.flatMap { $0 }
    let bounds = candidates.map { _ in diameter }
    let potentials = try total(bounds: bounds) { block, workspace, potentials in
      potentials.update(repeating: 0, count: bounds.count)
      let distances = nearest.distances(of: block)
      forEachDistance(of: block, to: centers, workspace: workspace) { candidate, n, distance in
        let weight = block.weights?[n] ?? 1
        if weight > 0 { potentials[candidate] += weight * min(distances[n], distance) }
      }
    }.statistics
    let best = potentials.indices.reduce(0) { potentials[$1] < potentials[$0] ? $1 : $0 }
    return candidates[best]
  }

  /// Calls `body` with the squared distance of every row of `block` to every center.
  private func forEachDistance(
    of block: RowBlock, to centers: [Double], workspace: Workspace,
    _ body: (_ center: Int, _ row: Int, _ distance: Double) -> Void
  ) {
    let columnCount = block.columnCount
    let columns = workspace.reserve((columnCount + 1) * tileRows)
    let distances = columns + columnCount * tileRows
    for start in stride(from: 0, to: block.count, by: tileRows) {
      let tile = block.slice(from: start, count: min(tileRows, block.count - start))
      transposeTile(
        tile.rows, count: tile.count, columnCount: columnCount, stride: tileRows, into: columns)
      for center in 0..<centers.count / columnCount {
        centers.withUnsafeBufferPointer {
          squaredDistances(
            columns, columnCount: columnCount, stride: tileRows,
            to: $0.baseAddress! + center * columnCount, into: distances)
        }
        for n in 0..<tile.count { body(center, start + n, distances[n]) }
      }
    }
  }
}

/// The squared distances of this rank's rows to their nearest seeds, infinite at first.
///
/// Unchecked: a thread writes those of its own block only, and passes do not overlap.
private final class NearestSeeds: @unchecked Sendable {
  private let distances: UnsafeMutableBufferPointer<Double>
  private let firstRow: Int

  init(_ data: DataSet) {
    let rows = data.blocks.reduce(0) { $0 + $1.rows.count }
    distances = .allocate(capacity: rows)
    distances.initialize(repeating: .infinity)
    // A rank's blocks follow each other.
    firstRow = data.blocks.first?.firstRow ?? 0
  }

  deinit { distances.deallocate() }

  func distances(of block: RowBlock) -> UnsafeMutablePointer<Double> {
    distances.baseAddress! + (block.firstRow - firstRow)
  }
}

extension RowBlock {
  /// A copy of row `n`.
  func values(ofRow n: Int) -> [Double] {
    Array(UnsafeBufferPointer(start: rows + n * columnCount, count: columnCount))
  }
}
