import MessagePassing
import MixtureModels

extension Engine {
  /// Collective. The centers that Lloyd's iterations reach from `seeds`, K × D row-major.
  ///
  /// Ends, as scikit-learn's `KMeans`, when the squared shifts of all centers add up to at most
  /// 1e-4 of the mean variance of the columns (also when no row changes its cluster: then the
  /// shift is rounding), or after 300 iterations. An empty cluster moves to the row farthest
  /// from its center.
  ///
  /// - Parameter classes: in whose clusters labelled rows stay; nil: none is looked at.
  package func kMeansCenters(
    from seeds: [Double], columnVariance: Double, classes: ComponentClasses? = nil
  ) async throws -> [Double] {
    var centers = seeds
    for _ in 0..<300 {
      let clusters = KMeans(centers, columns: data.columnCount, classes: classes)
      let sums = try await sums(of: [clusters], digest: Digest(centers)).sums[0]
      var next = clusters.means(sums)
      let empty = sums[Slots.masses].enumerated().filter { $0.element == 0 }.map(\.offset)
      if !empty.isEmpty {
        let farthest = try await farthestRows(empty.count, from: clusters)
        for (k, row) in zip(empty, farthest) {
          next.replaceSubrange(k * data.columnCount..<(k + 1) * data.columnCount, with: row)
        }
      }
      let shift = clusters.squaredShift(to: next)
      centers = next
      if shift == 0 || shift / columnVariance <= 1e-4 { break }
    }
    return centers
  }

  /// The rows farthest from their nearest centers, ties to the first; none that is a center, or stays with
  /// its class.
  private func farthestRows(
    _ limit: Int, from clusters: KMeans
  ) async throws -> [[Double]] {
    let race = SharedReservoir(limit: limit)
    try await visitBlocks { block, workspace in
      var local = WeightedReservoir(limit: limit)
      clusters.forEachTile(of: block, workspace: workspace) { tile, _, distances in
        for n in 0..<tile.count where distances[n] > 0 && tile.weights?[n] != 0 {
          guard -distances[n] <= local.worstKey, !clusters.isKnown(tile, n) else { continue }
          local.enter(
            WeightedReservoir.Entry(
              key: -distances[n], row: tile.firstRow + n,
              values: tile.values(ofRow: n)))
        }
      }
      race.merge(local)
    }
    return try race.result.rowsOverAllRanks(columnCount: data.columnCount, world)
  }

  /// Collective. The mean of each column, and the mean variance of the columns.
  func columnMoments() async throws -> (means: [Double], meanVariance: Double) {
    let ranges = data.ranges
    let middle = zip(ranges.minimum, ranges.maximum).map { $0 / 2 + $1 / 2 }
    // One cluster about the middle of the data: its inertia and shift give the variance.
    let cluster = KMeans(middle, columns: data.columnCount)
    let sums = try await sums(of: [cluster], digest: Digest(middle)).sums[0]
    let means = cluster.means(sums)
    let variance = max(
      0, -sums.logLikelihood / sums.weightSum - cluster.squaredShift(to: means))
    return (means, variance / Double(data.columnCount))
  }
}
