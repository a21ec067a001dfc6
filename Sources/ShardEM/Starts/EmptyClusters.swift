import MessagePassing
import MixtureModels

extension Engine {
  /// Collective. K-means with a row for each cluster that `sums` have none for, as `KMeansMixture` says; nil
  /// if there is no such cluster, or no row for any.
  ///
  /// Walks over the rows only if a cluster is empty.
  func fillingEmpty(_ clusters: KMeans, after sums: Sums) async throws -> KMeans? {
    let empty = clusters.emptyClusters(sums)
    if empty.isEmpty { return nil }
    let farthest = try await farthestRows(for: empty, of: clusters)
    var moved: [Int: Int] = [:]
    for cluster in empty {
      let row = farthest[clusters.classNumber(of: cluster)]?.first { moved[$0] == nil }
      if let row { moved[row] = cluster }
    }
    return moved.isEmpty ? nil : clusters.moving(moved)
  }

  /// Collective. For each class of empty clusters the rows that can be of it and are farthest from their
  /// nearest centers, as many as there are empty clusters, the farthest first, ties to the first; no row that
  /// is on a center, or of weight 0.
  private func farthestRows(
    for empty: [Int], of clusters: KMeans
  ) async throws -> [Int: [Int]] {
    let classes = Set(empty.map(clusters.classNumber)).sorted()
    let races = classes.map { _ in SharedReservoir(limit: empty.count) }
    try await visitBlocks(takingMissing: clusters.takesMissing) { block, workspace in
      var own = races.map { WeightedReservoir(limit: empty.count, ceiling: $0.worstKey) }
      clusters.forEachTile(of: block, workspace: workspace) { tile, _, distances in
        let rows = tile.rows
        for n in 0..<tile.count where distances[n] > 0 && rows.weights?[n] != 0 {
          for (i, number) in classes.enumerated()
          where -distances[n] <= own[i].worstKey && clusters.canBelong(rows, n, toClass: number) {
            let row = rows.firstRow + n
            own[i].enter(.init(key: -distances[n], row: row, values: [Double(row)]))
          }
        }
      }
      for (race, own) in zip(races, own) { race.merge(own) }
    }
    let found = try races.map { try $0.result.rowsOverAllRanks(columnCount: 1, world) }
    let numbers = found.map { $0.map { Int($0[0]) } }
    return Dictionary(uniqueKeysWithValues: zip(classes, numbers))
  }
}
