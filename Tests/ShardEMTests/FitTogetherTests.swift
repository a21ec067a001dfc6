import Files
import Foundation
import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing

@Suite("Starts of a fit together")
struct FitTogetherTests {
  /// Of one iteration what does not depend on time.
  private struct Told: Equatable, Sendable {
    let restart: Int
    let iteration: Int
    let mean: Double

    init(_ report: IterationReport) {
      (restart, iteration) = (report.restart, report.iteration)
      mean = report.meanLogLikelihood
    }
  }

  private struct Outcome: Equatable, Sendable {
    var fit: String
    var told: [Told] = []
    var walks = 0

    /// Each start by itself.
    var byStart: [[Told]] {
      (0...(told.map(\.restart).max() ?? 0)).map { start in
        told.filter { $0.restart == start }
      }
    }
  }

  /// A fit of rows in a file, and what it tells; the same on all ranks.
  private func outcome(
    _ model: some MixtureModel, _ rows: [Double], from start: Initialization,
    _ options: FitOptions, memory: MemoryLimit = .share(0.5), ranks: Int = 1, threads: Int = 1
  ) throws -> Outcome {
    let path = FileManager.default.temporaryDirectory.path + "/together-\(UUID()).raw"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try rows.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: path)) }
    let raw = ReadOptions(raw: RawFormat(type: .float64, columnCount: model.columnCount))
    let outcomes = try ThreadCommunicator.run(ranks: ranks) { rank in
      let world = CountingCommunicator(rank)
      let data = try DataSet.open(
        [path], options: raw, memory: memory, threads: threads, world: world)
      let before = world.counts.totals.withLock { $0.walks }
      var outcome = Outcome(fit: "")
      do {
        let fit = try Engine(data, threads: threads, world: world).fit(
          model, from: start, options: options
        ) { outcome.told.append(Told($0)) }
        outcome.fit = "\(fit)"
      } catch let error as FitError {
        outcome.fit = "\(error)"
      }
      outcome.walks = world.counts.totals.withLock { $0.walks } - before
      return outcome
    }
    for outcome in outcomes { #expect(outcome == outcomes[0]) }
    return outcomes[0]
  }

  @Test("They share their walks, and each is what it is alone", arguments: [1, 3], [1, 2])
  func walks(ranks: Int, threads: Int) throws {
    let rows = try threeGaussianRows(12_000)
    // Plain iterations, each of one walk.
    let options = FitOptions(
      convergence: .logLikelihood(1e-4), acceleration: .none, restarts: 8, seed: 3)
    func outcome(memory: MemoryLimit) throws -> Outcome {
      try self.outcome(
        threeGaussians, rows, from: .random, options, memory: memory, ranks: ranks,
        threads: threads)
    }
    let together = try outcome(memory: .bytes(100_000_000))
    let lengths = together.byStart.map(\.count)
    #expect(Set(lengths).count > 2)
    // Two walks to find each start, and one for the log-likelihood of what it reaches.
    #expect(together.walks == lengths.max()! + 3)
    // In the order of their walks, then of the starts.
    let order = together.told.map { [$0.iteration, $0.restart] }
    #expect(order == order.sorted { $0.lexicographicallyPrecedes($1) })

    // Where there is memory for one at a time.
    let alone = try outcome(memory: .bytes(threads * 1024 * 8 * 5))
    #expect(alone.walks == lengths.reduce(0) { $0 + $1 + 3 })
    #expect(alone.told.map(\.restart) == alone.told.map(\.restart).sorted())
    #expect(alone.byStart == together.byStart)
    #expect(alone.fit == together.fit)
  }

  @Test("Races, too, share the walks of the longest", arguments: [1, 3])
  func races(ranks: Int) throws {
    let rows = try threeGaussianRows(300)
    let options = FitOptions(
      maximumIterations: 5, convergence: .logLikelihood(0), restarts: 3, seed: 3)
    func outcome(memory: MemoryLimit) throws -> Outcome {
      try self.outcome(
        UnitGaussians(componentCount: 7, columnCount: 2), rows, from: .race, options,
        memory: memory, ranks: ranks)
    }
    let together = try outcome(memory: .bytes(100_000_000))
    let alone = try outcome(memory: .bytes(300 * 8 * 5))
    #expect(alone.byStart == together.byStart && alone.fit == together.fit)
    #expect(together.walks * 4 < alone.walks)
  }

  /// Waiting times whose starts fail in which the first component has the larger rate.
  private static let halfFailing = AlteredTimes { previous, next in
    if previous["rates"][0] > previous["rates"][1] { next["rates"][1] = .nan }
  }
  private static let times: [Double] = (1...12_000).map { Double(1 + $0 * 7919 % 300) }

  @Test("Starts that fail do not disturb the others", arguments: [1, 3])
  func failing(ranks: Int) throws {
    let options = FitOptions(maximumIterations: 30, restarts: 8, seed: 1)
    func outcome(memory: MemoryLimit) throws -> Outcome {
      try self.outcome(
        Self.halfFailing, Self.times, from: .random, options, memory: memory, ranks: ranks)
    }
    let together = try outcome(memory: .bytes(100_000_000))
    let lengths = together.byStart.map(\.count)
    #expect(lengths.contains(1) && lengths.contains { $0 > 1 })
    let alone = try outcome(memory: .bytes(1024 * 8 * 3))
    #expect(alone.byStart == together.byStart && alone.fit == together.fit)
    #expect(alone.walks > together.walks)
  }

  @Test("If all fail, the failure of the first is thrown, also of a fit that goes on")
  func allFail() throws {
    // Some after one iteration, the others later.
    let model = AlteredTimes { previous, next in
      if previous["rates"][0] == previous["rates"][1] { return }
      next["rates"][0] *= 3
      if previous["rates"][0] < previous["rates"][1] || next["rates"][0] > 4 * next["rates"][1] {
        next["rates"][1] = .nan
      }
    }
    let data = try DataSet(
      values: Array(Self.times[..<300]), columnCount: 1, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    var resumedAfterFirst = 0
    for seed in 0..<8 as Range<UInt64> {
      let options = FitOptions(convergence: .logLikelihood(0), restarts: 4, seed: seed)
      var kept: [FitState] = []
      let whole = #expect(throws: FitError.self) {
        try engine.fit(model, from: .random, options: options, keep: { kept.append($0) })
      }
      for state in kept {
        if state.starts[0]?.hasEnded == true { resumedAfterFirst += 1 }
        let resumed = #expect(throws: FitError.self) {
          try engine.fit(model, from: .random, options: options, resuming: state)
        }
        #expect(parts(of: resumed) == parts(of: whole))
      }
    }
    #expect(resumedAfterFirst > 0)
  }

  /// All that an error holds. One that holds no number is not equal to itself.
  private func parts(of error: FitError?) -> String {
    var text = ""
    dump(error, to: &text)
    return text
  }

  @Test("A hook that throws on one rank ends all starts on all", arguments: [1, 3])
  func hook(ranks: Int) throws {
    struct DiskFull: Error {}
    let rows = try threeGaussianRows(200)
    for isKeeper in [false, true] {
      let outcomes = try onRanks(ranks) { world in
        let data = try DataSet(values: rows, columnCount: 2, blockRows: 16, world: world)
        let isFaulty = world.rank == ranks - 1
        var told: [[Int]] = []
        do {
          _ = try Engine(data, threads: 1, world: world).fit(
            threeGaussians, from: .random, options: FitOptions(restarts: 3),
            onIteration: {
              told.append([$0.iteration, $0.restart])
              if isFaulty, !isKeeper, told.last == [2, 1] { throw DiskFull() }
            },
            keep: {
              if isFaulty, isKeeper, $0.place.iterations == 6 { throw DiskFull() }
            })
          return "no error"
        } catch { return "\(told) \(error)" }
      }
      for outcome in outcomes {
        #expect(outcome.hasPrefix("[[1, 0], [1, 1], [1, 2], [2, 0], [2, 1], [2, 2]] "))
        #expect(outcome.contains("DiskFull"))
      }
    }
  }

  @Test(
    "A fit whose starts begin at different times goes on from any state, and tells all once, in order"
  )
  func resume() throws {
    let rows = try threeGaussianRows(500)
    let model = UnitGaussians(componentCount: 6, columnCount: 2)
    let options = FitOptions(
      maximumIterations: 40, convergence: .logLikelihood(1e-3), restarts: 4, seed: 2)
    typealias State = FitState
    func fit(
      ranks: Int, resuming state: State?
    ) throws -> (fit: Fit, told: [Told], kept: [State]) {
      try onRanks(ranks) { world in
        let data = try DataSet(values: rows, columnCount: 2, blockRows: 32, world: world)
        var (told, kept): ([Told], [State]) = ([], [])
        let fit = try Engine(data, threads: 1, world: world).fit(
          model, from: .kMeans, options: options, resuming: state,
          onIteration: { told.append(Told($0)) }, keep: { kept.append($0) })
        return (fit, told, kept)
      }[0]
    }
    let whole = try fit(ranks: 2, resuming: nil)
    #expect(whole.kept.contains { $0.starts.contains(nil) })
    #expect(whole.kept.contains { $0.place.ended > 0 })
    #expect(whole.kept.map(\.place) == whole.kept.map(\.place).sorted())
    for (number, state) in whole.kept.enumerated() {
      let rest = try fit(ranks: 1 + number % 3, resuming: state)
      #expect(rest.fit == whole.fit)
      let before = whole.told.filter { $0.iteration <= state.starts[$0.restart]?.iteration ?? 0 }
      #expect(before + rest.told == whole.told)
    }
  }
}
