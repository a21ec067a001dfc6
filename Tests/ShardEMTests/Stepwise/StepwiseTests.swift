import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing
import _TestSupport

@Suite("Online EM")
struct StepwiseTests {
  private static let rowCount = 48_000
  private static let rows = Result { try threeGaussianRows(rowCount) }
  private static let near = Parameters(
    weights: [0.4, 0.3, 0.3], means: [-1, 999, 5, 1002, 1, 1006])

  /// 750 blocks of 64 rows or so, of three shards, and 64 groups of them.
  private static func data(
    _ world: some Communicator, weights: [Double]? = nil
  ) throws -> DataSet {
    try DataSet(
      values: rows.get(), columnCount: 2, weights: weights, shardRows: [20_000, 7, 27_993],
      blockRows: 64, world: world)
  }

  @Test("The result has the same bits on any ranks and threads", arguments: [nil, near])
  func sameBits(start: Parameters?) throws {
    let initialization = start.map { Initialization.parameters($0) } ?? .kMeans
    func fit(_ ranks: Int, threads: Int) throws -> [[UInt64]] {
      try onRanks(ranks) { world in
        let fit = try Engine(Self.data(world), threads: threads, world: world).fitStepwise(
          threeGaussians, from: initialization, passes: 1)
        #expect(fit.iterations == 64 && !fit.converged && fit.remaining == nil)
        return fit.parameters.bits + [fit.score.logLikelihood.bitPattern]
      }
    }
    let expected = try fit(1, threads: 1)[0]
    for (ranks, threads) in [(1, 2), (2, 1), (3, 2)] {
      for bits in try fit(ranks, threads: threads) { #expect(bits == expected) }
    }
  }

  @Test("It comes near to the maximum", arguments: [1, 2])
  func accuracy(passes: Int) throws {
    let world = SoloCommunicator()
    let engine = Engine(try Self.data(world), threads: 2, world: world)
    let best = try engine.fit(
      threeGaussians, from: .parameters(Self.near),
      options: FitOptions(convergence: .logLikelihood(1e-10)))
    for start in [Initialization.kMeans, .parameters(Self.near)] {
      let fit = try engine.fitStepwise(threeGaussians, from: start, passes: passes)
      // By less than the maximum itself is off by, as a rule: P / (2 N) nats a row, P = 8 parameters.
      let loss = best.score.meanLogLikelihood - fit.score.meanLogLikelihood
      #expect(loss > -1e-9 && loss < 4.0 / Double(Self.rowCount), "\(loss)")
    }
  }

  @Test("Rows sorted by component, and rows with weights, do not lead it astray")
  func sortedAndWeighted() throws {
    // By the first column, in which the components lie apart.
    let values = try Self.rows.get()
    let order = (0..<Self.rowCount).sorted { values[2 * $0] < values[2 * $1] }
    let rows = order.flatMap { [values[2 * $0], values[2 * $0 + 1]] }
    let weights = (0..<Self.rowCount).map { Double($0 % 3) }
    let world = SoloCommunicator()
    for weights in [nil, weights] {
      let data = try DataSet(
        values: rows, columnCount: 2, weights: weights, blockRows: 64, world: world)
      let engine = Engine(data, threads: 2, world: world)
      let best = try engine.fit(
        threeGaussians, from: .parameters(Self.near),
        options: FitOptions(convergence: .logLikelihood(1e-10)))
      let fit = try engine.fitStepwise(threeGaussians, from: .parameters(Self.near))
      let loss = best.score.meanLogLikelihood - fit.score.meanLogLikelihood
      // Ten times what the maximum is off by: blocks of one component each leave groups less alike.
      #expect(loss > -1e-9 && loss < 40.0 / Double(Self.rowCount), "\(loss)")
    }
  }

  @Test("Gaussians with covariances of their own and common ones, far from the origin")
  func gaussians() throws {
    let values = try Self.rows.get()
    let world = SoloCommunicator()
    let data = try DataSet(values: values, columnCount: 2, blockRows: 64, world: world)
    let engine = Engine(data, threads: 2, world: world)
    for type in [CovarianceType.full, .tied, .diag, .spherical] {
      let model = GaussianMixture(
        components: 3, columns: 2, covarianceType: type, regularization: 0, ranges: data.ranges)
      let best = try engine.fit(
        model, from: .kMeans, options: FitOptions(convergence: .logLikelihood(1e-10), seed: 2))
      let fit = try engine.fitStepwise(
        model, from: .kMeans, options: FitOptions(seed: 2), passes: 2)
      let loss = best.score.meanLogLikelihood - fit.score.meanLogLikelihood
      let error = Double(model.freeParameterCount) / 2 / Double(Self.rowCount)
      #expect(loss > -1e-9 && loss < error, "\(type): \(loss / error)")
    }
  }

  @Test("What it cannot do is refused, on all ranks", arguments: [1, 2])
  func refused(ranks: Int) throws {
    let messages = try onRanks(ranks) { world in
      var messages: [String] = []
      func expectError(_ body: () throws -> Void) {
        do {
          try body()
          messages.append("no error")
        } catch { messages.append("\(error)") }
      }
      let engine = Engine(try Self.data(world), threads: 1, world: world)
      expectError {
        _ = try engine.fitStepwise(threeGaussians, from: .parameters(Self.near), passes: 0)
      }
      expectError {
        _ = try engine.fitStepwise(KMeansMixture(components: 3, columns: 2), from: .kMeans)
      }
      let incomplete = try DataSet(
        values: [1, .nan, 3, 4, 5, 6], columnCount: 2, missing: .allowed(), world: world)
      expectError {
        _ = try Engine(incomplete, threads: 1, world: world).fitStepwise(
          UnitGaussians(componentCount: 1, columnCount: 2, takesMissing: true), from: .kMeans)
      }
      return messages
    }
    for rank in messages {
      #expect(rank[0] == "0 passes; expected 1 or more")
      #expect(
        rank[1].hasPrefix("online EM of a model whose iterations are not smooth"), "\(rank[1])")
      #expect(rank[2] == "online EM of data with missing cells; expected complete rows")
    }
  }

  @Test("A hook's error ends the fit on all ranks", arguments: [1, 3])
  func hook(ranks: Int) throws {
    struct Stop: Error {}
    let messages = try onRanks(ranks) { world in
      do {
        _ = try Engine(Self.data(world), threads: 1, world: world).fitStepwise(
          threeGaussians, from: .parameters(Self.near), passes: 1
        ) { step, count in
          #expect(count == 64 && step <= 7)
          if step == 7, world.rank == world.size - 1 { throw Stop() }
          if step == 8 { Issue.record("a step after the error") }
        }
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(Set(messages).count == 1 && messages[0].contains("Stop"))
  }
}
