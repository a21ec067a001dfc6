import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Starts from coarser models")
struct CoarserStartTests {
  private static let problem = GaussianProblem(
    seed: 3, rowCount: 6000, componentCount: 2, columnCount: 3, covarianceType: .full,
    separation: 6)

  /// What a coarser model finds on a sample.
  private func found(
    _ world: any Communicator, rows: [Double], threads: Int
  ) throws -> Parameters {
    let data = try DataSet(values: rows, columnCount: 3, blockRows: 256, world: world)
    let engine = Engine(data, threads: threads, world: world)
    let model = GaussianMixture(
      components: 2, columns: 3, regularization: 0, ranges: data.ranges)
    let start = try engine.searching { engine in
      try await engine.startOfCoarser(of: model, rows: 1500, seed: 1, draw: 0) { engine, coarser in
        #expect(engine.data.rowCount < 1600)
        // Along the axis of the largest variance the two groups lie apart.
        let start = Parameters(
          weights: [0.5, 0.5], means: [-1, 0, 0, 1, 0, 0], covariances: [1, 1, 1, 1, 1, 1])
        return try await engine.improved(
          coarser, from: start, until: 1e-6, acceleration: .anderson)
      }
    }
    return try #require(start)
  }

  @Test(
    "The same on any ranks and threads, and EM goes on to the maximum, however columns are mixed")
  func start() throws {
    let rows = Self.problem.rows
    let mixed = stride(from: 0, to: rows.count, by: 3).flatMap { i -> [Double] in
      let (a, b, c) = (rows[i], rows[i + 1], rows[i + 2])
      return [a + 9 * b, b + 0.125 * c, 4 * c - 3 * a]
    }
    for rows in [rows, mixed] {
      let own = try found(SoloCommunicator(), rows: rows, threads: 1)
      for ranks in [2, 3] {
        for other in try onRanks(ranks, { try self.found($0, rows: rows, threads: 2) }) {
          #expect(other.bits == own.bits)
        }
      }
      let data = try DataSet(values: rows, columnCount: 3, world: SoloCommunicator())
      func fit(from start: Initialization) throws -> Double {
        try Engine(data, threads: 1, world: SoloCommunicator()).fit(
          GaussianMixture(components: 2, columns: 3, regularization: 0, ranges: data.ranges),
          from: start
        ).score.meanLogLikelihood
      }
      // Both end within 1e-6 of the maximum.
      #expect(abs(try fit(from: .parameters(own)) - fit(from: .kMeans)) < 2e-6)
    }
  }
}
