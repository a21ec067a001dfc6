import MessagePassing
import MixtureModels
import ShardEM
import Synchronization
import Testing

/// Starts that are found on samples, and improved on larger ones.
@Suite("Starts found on samples")
struct SampledStartTests {
  /// Samples of 5,000 and 20,000 of these rows are looked at.
  private static let rowCount = 48_000
  private static let rows = Result { try threeGaussianRows(rowCount) }

  private static func data(_ world: some Communicator) throws -> DataSet {
    try DataSet(
      values: rows.get(), columnCount: 2, shardRows: [20_000, 28_000], world: world)
  }

  /// Parameters from which EM finds the three components.
  private static let near = Parameters(
    weights: [0.4, 0.3, 0.3], means: [-1, 999, 5, 1002, 1, 1006])

  /// A search: two iterations of EM.
  private static func search(_ engine: Engine) async throws -> Parameters {
    try await engine.improved(
      threeGaussians, from: near, until: 0, acceleration: .none, atMost: 2)
  }

  @Test(
    "Searches together each find what they find alone, on any ranks and threads",
    arguments: [1, 3], [1, 2])
  func together(ranks: Int, threads: Int) throws {
    /// Each goes on, after its start, for as many iterations on all rows as its number says.
    @Sendable func found(_ engine: Engine, _ number: Int) async throws -> [UInt64] {
      let start = try await engine.startOnSamples(of: threeGaussians, seed: 1, draw: number) {
        #expect($0.data.rowCount < 5100)
        return [try await Self.search($0)]
      }
      return try await engine.improved(
        threeGaussians, from: start, until: 0, acceleration: .none, atMost: 1 + number % 2
      ).bits
    }
    let alone = try (0..<3).map { number in
      let world = SoloCommunicator()
      return try Engine(Self.data(world), threads: 1, world: world).searching {
        try await found($0, number)
      }
    }
    #expect(Set(alone).count == 3)
    let together = try onRanks(ranks) { world in
      try Engine(Self.data(world), threads: threads, world: world).searching { engine in
        try await engine.together(0..<3, atMost: 2, found).map { try $0.get() }
      }
    }
    for rank in together { #expect(rank == alone) }
  }

  @Test("What EM ends with on a growing sample is the maximum to the sample's error")
  func accuracy() throws {
    let world = SoloCommunicator()
    let data = try Self.data(world)
    let engine = Engine(data, threads: 2, world: world)
    let start = try engine.searching { engine in
      try await engine.startOnSamples(of: threeGaussians, seed: 1, draw: 0) {
        [try await Self.search($0)]
      }
    }
    func mean(_ parameters: Parameters) throws -> Double {
      let sums = try engine.expectationStep(threeGaussians, under: parameters).sums[0]
      return sums.logLikelihood / sums.weightSum
    }
    let best = try engine.fit(
      threeGaussians, from: .parameters(start),
      options: FitOptions(convergence: .logLikelihood(1e-10)))
    // Twice what the maximum on m of N rows loses on all, per row, is 1 / m - 1 / N times a chi-squared
    // number of P = 8 degrees of freedom: below 40 with a chance of 1 - 3e-6. EM leaves a tenth of P / 2 or
    // less.
    let loss = try best.score.meanLogLikelihood - mean(start)
    #expect(loss >= 0 && loss < (40.0 / 2 + 8.0 / 20) / 20_000, "\(loss)")
  }

  @Test("Of several maxima the one that larger samples prefer counts", arguments: [1, 3])
  func severalMaxima(ranks: Int) throws {
    // EM leaves two components of the same mean the same.
    let poor = Parameters(weights: [0.3, 0.3, 0.4], means: [0, 1000, 0, 1000, 3, 1003])
    let means = try onRanks(ranks) { world in
      let engine = try Engine(Self.data(world), threads: 1, world: world)
      return try [[Self.near], [poor], [poor, Self.near]].map { starts in
        let found = try engine.searching { engine in
          try await engine.startOnSamples(of: threeGaussians, seed: 1, draw: 0) { _ in starts }
        }
        let sums = try engine.expectationStep(threeGaussians, under: found).sums[0]
        return sums.logLikelihood / sums.weightSum
      }
    }
    for rank in means {
      #expect(rank[1] < rank[0] - 0.1 && rank[2] == rank[0], "\(rank)")
    }
  }

  @Test("With few rows the search is on all, with the walks of the others")
  func fewRows() throws {
    let world = SoloCommunicator()
    let data = try DataSet(
      values: Array(Self.rows.get().prefix(2 * 10_000)), columnCount: 2, world: world)
    try Engine(data, threads: 1, world: world).searching { engine in
      let start = try await engine.startOnSamples(of: threeGaussians, seed: 1, draw: 0) {
        #expect($0 === engine)
        return [Self.near]
      }
      #expect(start == Self.near)
    }
  }

  @Test(
    "A search that fails on a sample is on the next larger one, at last on all", arguments: [1, 2])
  func failingSearch(ranks: Int) throws {
    let failure = FitError.unusable(setting: "so few rows", expected: "more")
    for successes in [20_000, 48_000, 100_000] {
      let sizes = try onRanks(ranks) { world in
        let sizes = Mutex<[Int]>([])
        do {
          _ = try Engine(Self.data(world), threads: 1, world: world).searching { engine in
            try await engine.startOnSamples(of: threeGaussians, seed: 1, draw: 0) { engine in
              let rows = engine.data.rowCount
              sizes.withLock { $0.append(rows) }
              if rows < successes { throw failure }
              return [try await Self.search(engine)]
            }
          }
          #expect(successes <= 48_000)
        } catch let error as FitError {
          #expect(error == failure && successes > 48_000)
        }
        return sizes.withLock { $0 }
      }
      // Whole pieces, 79 and 313 of them.
      let expected = [79 * 64, 313 * 64, 48_000].prefix(successes == 20_000 ? 2 : 3)
      for rank in sizes { #expect(rank == Array(expected)) }
    }
  }

  @Test("A sample on which EM loses a component leaves the parameters as they were")
  func failingGrowth() throws {
    // No row is nearest to the third mean, whose weight becomes 0 at once.
    let far = Parameters(weights: [0.5, 0.5, 1e-300], means: [0, 1000, 4, 1001, 1e9, 1e9])
    let found = try onRanks(2) { world in
      try Engine(Self.data(world), threads: 1, world: world).searching { engine in
        try await engine.startOnSamples(of: threeGaussians, seed: 1, draw: 0) { _ in [far] }
      }
    }
    for parameters in found { #expect(parameters == far) }
  }

  @Test("A rank's error about its rows ends all searches, on all ranks", arguments: [1, 3])
  func rowError(ranks: Int) throws {
    struct Unreadable: Error {}
    let messages = try onRanks(ranks) { world in
      do {
        _ = try Engine(Self.data(world), threads: 1, world: world).searching { engine in
          try await engine.together(0..<3, atMost: 3) { engine, number in
            try await engine.startOnSamples(of: threeGaussians, seed: 1, draw: number) { engine in
              let pass = BlockPass(["rows": 1]) { block, _, sums in
                if number == 1, block.firstRow == 4096 { throw Unreadable() }
                sums[0] = Double(block.count)
              }
              _ = try await engine.sums(of: [pass])
              return [Self.near]
            }
          }
        }
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(Set(messages).count == 1 && messages[0].contains("Unreadable"), "\(messages)")
  }
}
