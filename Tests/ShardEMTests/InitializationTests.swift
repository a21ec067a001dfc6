import MessagePassing
import MixtureModels
import ShardEM
import Testing

@Suite("Initialization")
struct InitializationTests {
  /// What one start gives without any EM iteration.
  func start(
    _ rows: [Double], columns: Int, components: Int,
    _ initialization: Initialization, seed: UInt64 = 0, ranks: Int = 1
  ) throws -> Parameters {
    try onRanks(ranks) { world in
      let data = try DataSet(
        values: rows, columnCount: columns, blockRows: 32, world: world)
      return try Engine(data, threads: 2, world: world).fit(
        UnitGaussians(componentCount: components, columnCount: columns), from: initialization,
        options: FitOptions(maximumIterations: 0, seed: seed)
      ).parameters
    }[0]
  }

  @Test("K-means finds far clusters from any seed", arguments: 0..<20 as Range<UInt64>)
  func farClusters(seed: UInt64) throws {
    // Clusters of 10, 20 and 30 rows at 0, 1000 and 5000 (each plus 1e6).
    let rows = (0..<60).map { (n: Int) -> Double in
      let cluster: Double = n < 10 ? 0 : n < 30 ? 1000 : 5000
      return 1e6 + cluster + Double(n * 7 % 10)
    }
    let found = try start(rows, columns: 1, components: 3, .kMeans, seed: seed, ranks: 2)
    let order = found.means.indices.sorted { found.means[$0] < found.means[$1] }
    // All of 0...9 equally often in each cluster. A few roundings at 1e6.
    for (k, mean) in zip(order, [1e6 + 4.5, 1e6 + 1004.5, 1e6 + 5004.5]) {
      #expect(abs(found.means[k] - mean) < 1e-9)
    }
    let weights: [Double] = [10 / 60, 20 / 60, 30 / 60]
    #expect(order.map { found.weights[$0] } == weights)
  }

  @Test("K-means ends where another Lloyd step, in plain loops, moves hardly anything")
  func fixedPoint() throws {
    let rows = try threeGaussianRows(500)
    let centers = try start(rows, columns: 2, components: 5, .kMeans, ranks: 3).means
    var sums = [Double](repeating: 0, count: 10)
    var masses = [Double](repeating: 0, count: 5)
    for n in 0..<500 {
      let (x, y) = (rows[2 * n], rows[2 * n + 1])
      let distances = (0..<5).map { (k: Int) -> Double in
        let (dx, dy) = (x - centers[2 * k], y - centers[2 * k + 1])
        return dx * dx + dy * dy
      }
      let k = distances.firstIndex(of: distances.min()!)!
      masses[k] += 1
      sums[2 * k] += x - centers[2 * k]
      sums[2 * k + 1] += y - centers[2 * k + 1]
    }
    let moves = sums.indices.map { sums[$0] / masses[$0 / 2] }
    let shift = moves.reduce(0) { $0 + $1 * $1 }
    // The step before the last moved by at most 1e-4 of the mean column variance (about 5); this
    // one, after the M-step with the final clusters, by less: Lloyd's steps contract here.
    #expect(shift <= 5e-4)
  }

  @Test("Seeds are drawn by weight first, then far from each other")
  func seedsFollowWeights() throws {
    let draws = 4000
    let weights = [1.0, 0, 3]
    let data = try DataSet(
      values: [10, 20, 30], columnCount: 1, weights: weights, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    var first30 = 0
    for seed in 0..<UInt64(draws) {
      let seeds = try engine.searching { try await $0.seeds(count: 2, seed: seed, draw: 0) }
      #expect(seeds.sorted() == [10, 30])
      if seeds[0] == 30 { first30 += 1 }
    }
    // Probability 3/4: a standard deviation of sqrt(4000 x 3/16) = 27; five of them.
    #expect(abs(first30 - 3000) < 137)
  }

  @Test("Two candidates are drawn by weight times squared distance, the better is taken")
  func greedyCandidates() throws {
    let data = try DataSet(
      values: [0, 1, -1, 2], columnCount: 1, weights: [1e6, 4, 2, 1], world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    var counts: [Double: Int] = [:]
    for seed in 0..<6000 as Range<UInt64> {
      let seeds = try engine.searching { try await $0.seeds(count: 2, seed: seed, draw: 0) }
      counts[seeds[1], default: 0] += 1
    }
    // After 0, the rows 1, -1 and 2 have probabilities 0.4, 0.2 and 0.4, and leave 3, 8 and 6. So 2
    // is taken only from the pair with -1: 0.4 x 0.2 / 0.6 + 0.2 x 0.4 / 0.8 = 0.2333, or 1400
    // times, with a standard deviation of 33 (five of them); -1 never.
    #expect(counts[-1] == nil)
    #expect(abs(counts[2]! - 1400) < 164)
  }

  @Test("Seeds follow the scale of the data to the ends of float64", arguments: [-480, 480])
  func seedsFollowScale(exponent: Int) throws {
    func seeds(_ rows: [Double]) throws -> [Double] {
      let data = try DataSet(values: rows, columnCount: 2, world: SoloCommunicator())
      return try Engine(data, threads: 1, world: SoloCommunicator()).searching {
        try await $0.seeds(count: 5, seed: 1, draw: 0)
      }
    }
    // Squared distances of about 2^-950 to 2^970. A power of two rounds nothing.
    let scale = Double(sign: .plus, exponent: exponent, significand: 1)
    let rows = try threeGaussianRows(300)
    #expect(try seeds(rows.map { $0 * scale }) == seeds(rows).map { $0 * scale })
  }

  @Test("Identical rows give identical seeds, and a start where the model allows one")
  func identicalRows() throws {
    let rows = Array(repeating: 3.0, count: 10)
    let data = try DataSet(values: rows, columnCount: 1, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    let seeds = try engine.searching { try await $0.seeds(count: 4, seed: 1, draw: 0) }
    #expect(seeds == [3, 3, 3, 3])
    let parameters = try start(rows, columns: 1, components: 4, .random, ranks: 2)
    #expect(parameters.means == [3, 3, 3, 3])
  }

  @Test("Restarts and seeds give different starts; the same ones the same start")
  func streams() throws {
    let rows = try threeGaussianRows(100)
    let a = try start(rows, columns: 2, components: 3, .random, seed: 1)
    #expect(try start(rows, columns: 2, components: 3, .random, seed: 1) == a)
    #expect(try start(rows, columns: 2, components: 3, .random, seed: 2) != a)
  }
}
