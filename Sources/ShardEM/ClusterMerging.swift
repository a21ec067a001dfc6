import Kernels
import MixtureModels

/// Clusters of a mixture's components, joined two by two until one is left: where groups of rows are not of
/// the components' shape, several components are one group.
///
/// Of all pairs those are joined whose rows are the least sure which of the two they are of: joining them
/// lowers the entropy of the rows' clusters,
///
///     -Σ_n w_n Σ_c t_nc log t_nc, t_nc the sum of the responsibilities of cluster c's components,
///
/// the most; of equal pairs the first. The density stays what it is.
///
/// Source: Baudry, Raftery, Celeux, Lo and Gottardo, "Combining mixture components for clustering" (Journal
/// of Computational and Graphical Statistics 19, 2010).
public struct ClusterMerging: Sendable, Equatable {
  /// From as many clusters as there are components to one.
  public let stages: [Stage]

  /// A number of clusters, and what they are.
  public struct Stage: Sendable, Equatable {
    /// The components of each cluster, from 0, in order; clusters in the order of their first components.
    public let clusters: [[Int]]
    /// In nats; of a mixture with noise also that of being noise.
    public let entropy: Double
    /// The places of the clusters among those of the stage before that have become one; nil of the first.
    public let joined: [Int]?
  }
}

extension Engine {
  /// Collective. Joins the components of a mixture, those that the rows tell apart the least first. Noise is
  /// no part of it.
  ///
  /// One walk over the rows for each number of clusters above 1.
  /// - Throws: on every rank the same error: `FitError` if the parameters define no density, or what a rank
  ///   that cannot read its rows throws.
  public func merging(
    of model: some MixtureModel, under parameters: Parameters
  ) throws -> ClusterMerging {
    try requireSuitable(model, under: parameters)
    let components = try components(of: model, at: parameters)
    var clusters = (0..<model.componentCount).map { [$0] }
    var entropies = Entropies(clusters)
    var stages: [ClusterMerging.Stage] = []
    var joined: [Int]?
    while true {
      // Of the first stage all pairs, then those with the cluster that is new.
      let pairs = entropies.missingPairs
      let sums = try run([components.entropies(of: clusters, pairs: pairs)]).sums[0]
      entropies.add(sums[Slots.pairs], of: pairs)
      if stages.isEmpty { entropies.own = Array(sums[Slots.own]) }
      stages.append(
        ClusterMerging.Stage(
          clusters: clusters, entropy: entropies.total + sums[Slots.others][0], joined: joined))
      guard let (a, b) = entropies.largestDrop else { return ClusterMerging(stages: stages) }
      clusters[a] = (clusters[a] + clusters[b]).sorted()
      clusters.remove(at: b)
      entropies.join(a, b)
      joined = [a, b]
    }
  }
}

/// -Σ w t log t of clusters, and of pairs of them as if they were one.
private struct Entropies {
  var own: [Double]
  /// Of clusters a < b at [a][b - a - 1]; nil where it is not known.
  private var pairs: [[Double?]]

  init(_ clusters: [[Int]]) {
    own = clusters.map { _ in 0 }
    pairs = clusters.indices.map { a in Array(repeating: nil, count: clusters.count - a - 1) }
  }

  var total: Double { own.reduce(0, +) }

  var missingPairs: [(Int, Int)] {
    pairs.indices.flatMap { a in
      pairs[a].indices.filter { pairs[a][$0] == nil }.map { (a, a + 1 + $0) }
    }
  }

  mutating func add(_ sums: some Collection<Double>, of missing: [(Int, Int)]) {
    for ((a, b), sum) in zip(missing, sums) { pairs[a][b - a - 1] = sum }
  }

  /// The pair that lowers the entropy the most; nil of a single cluster.
  var largestDrop: (Int, Int)? {
    var best: (drop: Double, pair: (Int, Int))?
    for a in pairs.indices {
      for (i, pair) in pairs[a].enumerated() {
        let drop = own[a] + own[a + 1 + i] - pair!
        if best.map({ drop > $0.drop }) ?? true { best = (drop, (a, a + 1 + i)) }
      }
    }
    return best?.pair
  }

  /// Makes one cluster of two, `a` < `b`.
  mutating func join(_ a: Int, _ b: Int) {
    own[a] = pairs[a][b - a - 1]!
    own.remove(at: b)
    for c in 0..<b { pairs[c].remove(at: b - c - 1) }
    pairs.remove(at: b)
    for c in 0..<a { pairs[c][a - c - 1] = nil }
    pairs[a] = pairs[a].map { _ in nil }
  }
}

extension Slots {
  fileprivate static let own = "clusters"
  fileprivate static let pairs = "pairs"
  fileprivate static let others = "noise"
}

extension Components {
  /// A pass for the sums of -w t log t: of clusters, of pairs of them, and of components in none.
  fileprivate func entropies(of clusters: [[Int]], pairs: [(Int, Int)]) -> BlockPass {
    let (clusterCount, pairCount) = (clusters.count, pairs.count)
    let others = Array(clusters.reduce(0) { $0 + $1.count }..<count)
    // Of clusters that are all components the sum of the shares is 1 but for rounding.
    let areAll = clusters.map { $0.count == count }
    let pairsAreAll = pairs.map { clusters[$0.0].count + clusters[$0.1].count == count }
    let slots: Slots = [Slots.own: clusterCount, Slots.pairs: pairCount, Slots.others: 1]
    return BlockPass(slots, takesMissing: fill != nil) { block, workspace, sums in
      sums.update(repeating: 0, count: clusterCount + pairCount + 1)
      var shares = [Double](repeating: 0, count: clusterCount)
      forEachTile(of: block, workspace: workspace) { tile, joint in
        writeLogJointAboveFloor(of: tile, into: joint)
        _ = normalize(joint, count: tile.count, weights: nil)
        for n in 0..<tile.count where tile.rows.weights?[n] != 0 {
          let weight = tile.rows.weights?[n] ?? 1
          for (c, members) in clusters.enumerated() {
            shares[c] = areAll[c] ? 1 : members.reduce(0) { $0 + joint[$1 * tileStride + n] }
            sums[c] += weight * entropy(shares[c])
          }
          for (i, pair) in pairs.enumerated() where !pairsAreAll[i] {
            sums[clusterCount + i] += weight * entropy(shares[pair.0] + shares[pair.1])
          }
          for k in others {
            sums[clusterCount + pairCount] += weight * entropy(joint[k * tileStride + n])
          }
        }
      }
    }
  }
}

/// -t log t of a probability, in nats; 0 of 1, or what is more by rounding.
private func entropy(_ share: Double) -> Double {
  share > 0 && share < 1 ? -share * Portable.log(share) : 0
}
