import Kernels
import ShardEM
import Testing

@Suite("Hierarchical clustering")
struct WardClusteringTests {
  /// The means of the clusters that joining the cheapest of all pairs leaves, looked for anew each time.
  private func plainCenters(_ rows: [[Double]], count: Int) -> [[Double]] {
    var clusters = rows.map { [$0] }
    func mean(_ rows: [[Double]]) -> [Double] {
      rows[0].indices.map { j in rows.map { $0[j] }.reduce(0, +) / Double(rows.count) }
    }
    func inertia(_ rows: [[Double]]) -> Double {
      let mean = mean(rows)
      var sum = 0.0
      for row in rows {
        for (x, m) in zip(row, mean) { sum += (x - m) * (x - m) }
      }
      return sum
    }
    while clusters.count > count {
      var best = (0, 1, Double.infinity)
      for a in clusters.indices {
        for b in a + 1..<max(clusters.count, a + 1) {
          let cost =
            inertia(clusters[a] + clusters[b]) - inertia(clusters[a]) - inertia(clusters[b])
          if cost < best.2 { best = (a, b, cost) }
        }
      }
      clusters[best.0] += clusters[best.1]
      clusters.remove(at: best.1)
    }
    return clusters.map(mean)
  }

  @Test("Joins what the plain search over all pairs joins", arguments: [1, 2, 5, 12])
  func plain(count: Int) {
    for seed in 1...4 as ClosedRange<UInt64> {
      let generator = Philox(seed: seed)
      let rows = (0..<40).map { n in
        (0..<3).map { 100 * generator.uniform(purpose: 0, row: n, index: $0) }
      }
      let centers = WardClustering.centers(rows, count: count)
      let expected = plainCenters(rows, count: count)
      #expect(centers.count == count)
      // Means of at most 40 numbers up to 100, in another order: 40 roundings of 1.4e-14.
      for (own, other) in zip(centers, expected) {
        #expect(zip(own, other).allSatisfy { abs($0 - $1) <= 1e-12 })
      }
    }
  }

  @Test("Of fewer rows than clusters each is one")
  func few() {
    #expect(WardClustering.centers([[1], [5]], count: 3) == [[1], [5]])
    #expect(WardClustering.centers([], count: 2) == [])
  }
}
