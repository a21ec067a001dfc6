/// Hierarchical clustering of a few rows by Ward's criterion: from one cluster each, always those two are
/// joined whose union adds the least to the sum of squared distances to the means.
///
/// O(N² D) operations where few clusters have the same nearest one, O(N³ D) at most.
///
/// Source: Ward, "Hierarchical grouping to optimize an objective function" (Journal of the American
/// Statistical Association 58, 1963).
package enum WardClustering {
  private struct Cluster {
    let mean: [Double]
    let mass: Double

    /// What their union would add to the sum.
    func cost(with other: Cluster) -> Double {
      var distance = 0.0
      for j in mean.indices {
        distance += (mean[j] - other.mean[j]) * (mean[j] - other.mean[j])
      }
      return mass * other.mass / (mass + other.mass) * distance
    }

    func joined(with other: Cluster) -> Cluster {
      let total = mass + other.mass
      return Cluster(
        mean: zip(mean, other.mean).map { $0 + ($1 - $0) * (other.mass / total) }, mass: total)
    }
  }

  /// A later cluster, and the cost of the union with it.
  private struct Neighbor {
    let number: Int
    let cost: Double
  }

  /// The means of `count` clusters, in the order of their first rows; of fewer if there are fewer rows.
  package static func centers(_ rows: [[Double]], count: Int) -> [[Double]] {
    var clusters: [Cluster?] = rows.map { Cluster(mean: $0, mass: 1) }
    var nearest = clusters.indices.map { neighbor(of: $0, clusters) }
    for _ in 0..<max(rows.count - count, 0) {
      guard let (a, b) = cheapest(nearest), let first = clusters[a], let second = clusters[b]
      else { break }
      (clusters[a], clusters[b], nearest[b]) = (first.joined(with: second), nil, nil)
      // No cluster is nearer to the union than to the nearer part of it: only those that had one of
      // the parts for their nearest look again.
      for c in 0..<b where c == a || nearest[c]?.number == a || nearest[c]?.number == b {
        nearest[c] = neighbor(of: c, clusters)
      }
    }
    return clusters.compactMap { $0?.mean }
  }

  /// Of equal ones the first.
  private static func cheapest(_ nearest: [Neighbor?]) -> (Int, Int)? {
    var best: (Int, Neighbor)?
    for (a, neighbor) in nearest.enumerated() {
      guard let neighbor, neighbor.cost < best?.1.cost ?? .infinity else { continue }
      best = (a, neighbor)
    }
    return best.map { ($0, $1.number) }
  }

  private static func neighbor(of a: Int, _ clusters: [Cluster?]) -> Neighbor? {
    guard let own = clusters[a] else { return nil }
    var best: Neighbor?
    for b in clusters.indices.dropFirst(a + 1) {
      guard let cost = clusters[b].map(own.cost), cost < best?.cost ?? .infinity else { continue }
      best = Neighbor(number: b, cost: cost)
    }
    return best
  }
}
