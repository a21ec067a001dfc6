import Foundation
import MessagePassing
import MixtureModels
import ShardEM
import Testing

@Suite("Components that are joined by entropy")
struct ClusterMergingTests {
  /// Two groups far apart, the second of two components that overlap; and a third, apart but for some.
  private static let model = UnitGaussians(componentCount: 4, columnCount: 2)
  private static let parameters = Parameters(
    weights: [0.3, 0.2, 0.2, 0.3], means: [20, 0, 0, 0, 1, 0, 0, 6])

  private static func rows(_ count: Int) throws -> [Double] {
    try model.sample(rows: 0..<count, under: parameters, seed: 2)
  }

  /// As the paper writes it, with responsibilities by formula.
  private func reference(_ rows: [Double], weights: [Double]) -> [(
    clusters: [[Int]], entropy: Double
  )] {
    let (w, m) = (Self.parameters.weights, Self.parameters["means"])
    let shares = weights.indices.map { n -> [Double] in
      let joint = w.indices.map { k in
        let (x, y) = (rows[2 * n] - m[2 * k], rows[2 * n + 1] - m[2 * k + 1])
        return w[k] * exp(-(x * x + y * y) / 2)
      }
      return joint.map { $0 / joint.reduce(0, +) }
    }
    func entropy(_ clusters: [[Int]]) -> Double {
      zip(shares, weights).reduce(0) { sum, row in
        clusters.reduce(sum) { sum, members in
          let t = members.reduce(0) { $0 + row.0[$1] }
          return t > 0 ? sum - row.1 * t * log(t) : sum
        }
      }
    }
    var stages = [(clusters: (0..<4).map { [$0] }, entropy: entropy((0..<4).map { [$0] }))]
    while stages.last!.clusters.count > 1 {
      let clusters = stages.last!.clusters
      let next = clusters.indices.flatMap { a in
        (a + 1..<clusters.count).map { b -> [[Int]] in
          var joined = clusters
          let other = joined.remove(at: b)
          joined[a] = (joined[a] + other).sorted()
          return joined
        }
      }.map { ($0, entropy($0)) }
      let best = next.reduce(next[0]) { $1.1 < $0.1 ? $1 : $0 }
      stages.append((best.0, best.1))
    }
    return stages
  }

  @Test("They are those of the definition, the same on any number of ranks")
  func definition() throws {
    let rows = try Self.rows(3000)
    let weights = (0..<3000).map { Double($0 % 3) }
    let results = try [1, 2, 3].map { ranks in
      try onRanks(ranks) { world in
        let data = try DataSet(
          values: rows, columnCount: 2, weights: weights, blockRows: 256, world: world)
        return try Engine(data, threads: 2, world: world).merging(
          of: Self.model, under: Self.parameters)
      }
    }
    for result in results.joined() { #expect(result == results[0][0]) }
    let stages = results[0][0].stages
    let expected = reference(rows, weights: weights)
    #expect(stages.map(\.clusters) == expected.map(\.clusters))
    // Of 3000 rows of weight 1 on average, at most 4 terms each, none above 1 / e, whose roundings, of
    // densities some 40 standard deviations away (exponents up to 800, half an ulp 6e-14), are below
    // 1e-12 each: 12000 / e x 1e-12 in all.
    for (stage, one) in zip(stages, expected) { #expect(abs(stage.entropy - one.entropy) < 5e-9) }
    #expect(stages[1].clusters == [[0], [1, 2], [3]] && stages[1].joined == [1, 2])
    #expect(stages[2].clusters == [[0], [1, 2, 3]] && stages[3].clusters == [[0, 1, 2, 3]])
    #expect(stages[0].joined == nil && stages[3].entropy == 0)
  }

  @Test("The entropy of all components is that of the score")
  func total() throws {
    let data = try DataSet(values: Self.rows(500), columnCount: 2, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    let entropy = try engine.score(Self.model, under: Self.parameters).uncertainty!.entropy
    let merging = try engine.merging(of: Self.model, under: Self.parameters)
    // Sums of 500 rows of at most 4 terms, with 2^-52 of each for its roundings, in another order.
    #expect(abs(merging.stages[0].entropy - entropy) <= 2000 * 0x1p-50)
    let single = try engine.merging(
      of: UnitGaussians(componentCount: 1, columnCount: 2),
      under: Parameters(weights: [1], means: [0, 0]))
    #expect(single.stages == [single.stages[0]] && single.stages[0].clusters == [[0]])
  }
}
