import MessagePassing
import MixtureModels
import ShardEM
import Synchronization
import Testing

@Suite("Searches together")
struct SearchTests {
  private typealias World = CountingCommunicator

  /// What `body` gives on each rank, and how many walks it takes; the same on all.
  private func walking<Value: Sendable & Equatable>(
    ranks: Int, threads: Int = 1,
    _ body: @escaping @Sendable (Engine) throws -> Value
  ) throws -> (value: Value, walks: Int) {
    let rows = try threeGaussianRows(500)
    let outcomes = try ThreadCommunicator.run(ranks: ranks) { rank in
      let world = World(rank)
      let data = try DataSet(values: rows, columnCount: 2, blockRows: 32, world: world)
      let before = world.counts.totals.withLock { $0.walks }
      let value = try body(Engine(data, threads: threads, world: world))
      return (value, world.counts.totals.withLock { $0.walks } - before)
    }
    for outcome in outcomes { #expect(outcome == outcomes[0]) }
    return outcomes[0]
  }

  /// K-means from seeds of its own: its length depends on the draw.
  private static func centers(_ engine: Engine, draw: Int) async throws -> [Double] {
    let seeds = try await engine.seeds(count: 7, seed: 1, draw: draw)
    return try await engine.kMeansCenters(from: seeds, columnVariance: 0.1)
  }

  @Test(
    "Each gives the bits that it gives alone, in as many walks as the longest takes",
    arguments: [1, 3], [1, 2])
  func alone(ranks: Int, threads: Int) throws {
    let alone = try (0..<5).map { draw in
      try walking(ranks: ranks, threads: threads) { engine in
        try engine.searching { try await Self.centers($0, draw: draw) }
      }
    }
    let walks = alone.map(\.walks)
    #expect(Set(walks).count > 1)
    for limit in [1, 2, 5, 100] {
      let together = try walking(ranks: ranks, threads: threads) { engine in
        try engine.searching {
          try await $0.together(0..<5, atMost: limit) { try await Self.centers($0, draw: $1) }
            .map { try $0.get() }
        }
      }
      #expect(together.value == alone.map(\.value))
      switch limit {
      case 1: #expect(together.walks == walks.reduce(0, +))
      case 2: #expect((walks.max()!..<walks.reduce(0, +)).contains(together.walks))
      default: #expect(together.walks == walks.max()!)
      }
    }
  }

  @Test("Searches within searches share the walks of all")
  func nested() throws {
    let alone = try (0..<6).map { draw in
      try walking(ranks: 2) { engine in
        try engine.searching { try await Self.centers($0, draw: draw) }
      }
    }
    let together = try walking(ranks: 2) { engine in
      try engine.searching { engine in
        try await engine.together(0..<3, atMost: 3) { engine, group in
          try await engine.together(2 * group..<2 * group + 2, atMost: 2) {
            try await Self.centers($0, draw: $1)
          }.map { try $0.get() }
        }.flatMap { try $0.get() }
      }
    }
    #expect(together.value == alone.map(\.value))
    #expect(together.walks == alone.map(\.walks).max()!)
  }

  @Test("One that fails by its parameters does not disturb the others", arguments: [1, 3])
  func failing(ranks: Int) throws {
    let failure = FitError.unusable(setting: "number 1", expected: "another")
    let outcomes = try walking(ranks: ranks) { engine in
      try engine.searching {
        try await $0.together(0..<3, atMost: 3) { engine, draw in
          if draw == 1 { throw failure }
          return try await Self.centers(engine, draw: draw)
        }.map { outcome in
          switch outcome {
          case .success(let centers): "\(centers)"
          case .failure(let error): "\(error)"
          }
        }
      }
    }.value
    for draw in [0, 2] {
      let alone = try walking(ranks: ranks) { engine in
        try engine.searching { try await Self.centers($0, draw: draw) }
      }
      #expect(outcomes[draw] == "\(alone.value)")
    }
    #expect(outcomes[1] == "\(failure)")
  }

  @Test("A rank's error about its rows ends all searches, on all ranks", arguments: [1, 3])
  func rowError(ranks: Int) throws {
    struct Unreadable: Error {}
    let message = try walking(ranks: ranks) { engine in
      let ended = Mutex(0)
      do {
        _ = try engine.searching {
          try await $0.together(0..<3, atMost: 3) { engine, number in
            defer { ended.withLock { $0 += 1 } }
            for walk in 0..<10 {
              let pass = BlockPass(["rows": 1]) { block, _, sums in
                if number == 1, walk == 4, block.firstRow == 480 { throw Unreadable() }
                sums[0] = Double(block.count)
              }
              let sums = try await engine.sums(of: [pass]).sums[0].numbers
              #expect(sums == [500])
            }
          }
        }
        return "no error"
      } catch {
        return "\(ended.withLock { $0 }) \(error)"
      }
    }
    #expect(message.value.hasPrefix("3 ") && message.value.contains("Unreadable"))
    #expect(message.walks == 5)
  }

  @Test("What a walk took is shared out evenly, and its bytes are counted once")
  func shares() throws {
    let rows = try threeGaussianRows(500)
    let data = try DataSet(values: rows, columnCount: 2, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    let pass = BlockPass(["rows": 1]) { block, _, sums in sums[0] = Double(block.count) }
    let alone = try engine.run([pass])
    #expect(alone.sharers == 1)
    let together = try engine.searching {
      try await $0.together(0..<4, atMost: 4) { engine, _ in try await engine.sums(of: [pass]) }
    }.map { try $0.get() }
    #expect(together.map(\.sharers) == [4, 4, 4, 4])
    #expect(Set(together.map(\.computeSeconds.own)).count == 1)
    // Three numbers a slot; the one of the pass, and others of the walk.
    #expect(together.map(\.messageBytes) == [alone.messageBytes, 24, 24, 24])
  }
}
