import Foundation
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// Fits of a selection beside those of their special cases, whose likelihood is no larger at the maximum.
@Suite("Fits of a selection that have found less than smaller ones")
struct OutdoneFitsTests {
  private static let components = 8
  /// Of these EEI and EII are special cases of EEE.
  private static let names = ["EEE", "EII", "EEI"]

  private static func candidates(_ names: [String]) -> [Candidate] {
    names.map { name in
      Candidate(name, components: components) { engine in
        GaussianMixture(
          components: components, columns: 2,
          covariance: try #require(CovarianceModels.named(name)),
          units: try engine.columnVariances(), ranges: engine.data.ranges)
      }
    }
  }

  private static func engine(_ world: any Communicator) throws -> Engine {
    let path = TestData.shipped.appending(path: "faithful.csv").path
    return Engine(try DataSet.open([path], world: world), threads: 1, world: world)
  }

  /// The same rows, of which about 36 in 100 lack one of their two cells.
  private static func incompleteEngine(_ world: any Communicator) throws -> Engine {
    let path = TestData.shipped.appending(path: "faithful.csv")
    let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").dropFirst()
    var generator = SeededGenerator(seed: 75)
    let values = try lines.flatMap { line in
      var row = try line.split(separator: ",").map { try #require(Double($0)) }
      if generator.uniform() < 0.36 { row[generator.uniform() < 0.5 ? 0 : 1] = .nan }
      return row
    }
    let data = try DataSet(values: values, columnCount: 2, missing: .allowed(), world: world)
    return Engine(data, threads: 1, world: world)
  }

  private static func fits(
    _ names: [String], _ engine: Engine, resuming: SelectionResumption = { _, _ in nil },
    keep: SelectionKeeper = { _, _ in }
  ) throws -> [Fit] {
    try engine.select(
      candidates(names), from: .race, options: FitOptions(seed: 0), resuming: resuming, keep: keep
    ).outcomes.map { try $0.result.get().fit }
  }

  @Test("None has less than its special cases, on any number of ranks", arguments: [1, 3])
  func atLeastSpecialCases(ranks: Int) throws {
    let alone = try Self.fits(["EEE"], Self.engine(SoloCommunicator()))[0]
    let found = try onRanks(ranks) { try Self.fits(Self.names, Self.engine($0)) }
    for fits in found {
      #expect(fits == found[0])
      // A case for this test is one where the race of EEE by itself ends lower than that of EEI.
      #expect(alone.score.logLikelihood < fits[2].score.logLikelihood - 1)
      #expect(fits[0].score.logLikelihood > fits[2].score.logLikelihood)
      #expect(fits[0].restart == 1 && fits[2].restart == 0)
    }
  }

  @Test("Nor where cells are missing, which are latent, too")
  func missingCells() throws {
    let engine = try Self.incompleteEngine(SoloCommunicator())
    let alone = try Self.fits(["VVI"], engine)[0].score.logLikelihood
    let fits = try Self.fits(["VVI", "VEI"], engine)
    let special = fits[1].score.logLikelihood
    // As above.
    #expect(alone < special - 1)
    #expect(fits[0].score.logLikelihood > special)
  }

  private struct Stop: Error {}

  @Test("What was stopped there goes on to the same bits")
  func resumed() throws {
    let engine = try Self.engine(SoloCommunicator())
    var kept: [SelectionFit: FitState] = [:]
    /// Stops after so many states of the added start.
    func fits(stoppingAfter limit: Int) throws -> [Fit] {
      let states = kept
      var count = 0
      return try Self.fits(
        Self.names, engine, resuming: { fit, _ in states[fit] },
        keep: { fit, state in
          kept[fit] = state
          if state.starts.count > 1 { count += 1 }
          if count > limit { throw Stop() }
        })
    }
    let whole = try fits(stoppingAfter: .max)
    // Of a selection that has come to its end.
    #expect(try fits(stoppingAfter: .max) == whole)
    for limit in [0, 2] {
      kept = [:]
      #expect(throws: (any Error).self) { try fits(stoppingAfter: limit) }
      #expect(try fits(stoppingAfter: .max) == whole)
    }
  }
}
