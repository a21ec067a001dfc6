import MessagePassing
import ShardEM
import Testing

@Suite("The size of messages")
struct MessageSizeTests {
  /// What rank 0 is sent by `body`, which gets rows in blocks of 16.
  func sent(
    _ values: [Double], columns: Int, ranks: Int,
    _ body: @escaping @Sendable (Engine) throws -> Void
  ) throws -> CountingCommunicator.Counts.Totals {
    try ThreadCommunicator.run(ranks: ranks) { threads in
      let world = CountingCommunicator(threads)
      let data = try DataSet(values: values, columnCount: columns, blockRows: 16, world: world)
      let before = world.counts.totals.withLock { $0 }
      try body(Engine(data, threads: 1, world: world))
      var totals = world.counts.totals.withLock { $0 }
      totals.gatheredBytes -= before.gatheredBytes
      totals.sums.removeFirst(before.sums.count)
      totals.calls -= before.calls
      return totals
    }[0]
  }

  @Test("An iteration is one sum, as long on 64 ranks as on one")
  func iteration() throws {
    let rows = try threeGaussianRows(2048)
    let counts = try [1, 2, 64].map { ranks in
      try sent(rows, columns: 2, ranks: ranks) { engine in
        _ = try engine.fit(
          threeGaussians, from: threeCenters,
          options: FitOptions(maximumIterations: 3, convergence: .logLikelihood(0)))
      }
    }
    // Three iterations, and an E-step for the log-likelihood of what they reach. Before them ranks
    // compare what they were asked for: a digest of 8 bytes from each.
    for (ranks, count) in zip([1, 2, 64], counts) {
      #expect(count.sums == counts[0].sums && count.sums.count == 4)
      #expect(count.gatheredBytes == (ranks == 1 ? 0 : 8 * ranks))
      #expect(count.calls == (ranks == 1 ? 4 : 5))
    }
  }

  @Test(
    "Seeding gathers 16 bytes a candidate, however many ranks and columns there are",
    arguments: [(ranks: 2, columns: 2), (64, 2), (64, 40)])
  func seeding(ranks: Int, columns: Int) throws {
    let components = 20
    let rows = (0..<4096 * columns).map { Double(($0 &* 7919) % 10007) }
    let counts = try sent(rows, columns: columns, ranks: ranks) { engine in
      _ = try engine.searching {
        try await $0.seeds(count: components, seed: 3, draw: 0)
      }
    }
    // Five rounds: the first draws one candidate, the others 2 K each. The rows that are gathered may
    // be twice as many as are drawn, where their keys lie close together.
    let candidates = 1 + 4 * 2 * components + 2 * components
    #expect(counts.gatheredBytes <= 16 * 2 * candidates)
    // The longest sums are those of the rows drawn in a round, and of the candidates' masses, exact
    // ones of three numbers each beside 25 others.
    #expect(counts.sums.max()! <= max(2 * components * columns, 3 * (candidates + 25), 256))
  }
}
