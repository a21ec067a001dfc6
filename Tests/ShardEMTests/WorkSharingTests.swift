import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Work shared out among threads")
struct WorkSharingTests {
  /// Large enough for the components to be shared out: K D³ >= 2^20.
  private let mixture = GaussianMixture(components: 5, columns: 64)
  private let rows: [Double]
  private var start: Parameters

  init() {
    var generator = SeededGenerator(seed: 4)
    rows = (0..<500 * 64).map { _ in generator.normal() }
    let centers = (0..<5 * 64).map { _ in generator.normal() }
    start = mixture.unitComponents(at: centers)
  }

  private func fit(threads: Int, from start: Parameters) throws -> Fit {
    let world = SoloCommunicator()
    let data = try DataSet(values: rows, columnCount: 64, blockRows: 32, world: world)
    return try Engine(data, threads: threads, world: world).fit(
      mixture, from: start,
      options: FitOptions(maximumIterations: 3, convergence: .logLikelihood(0)))
  }

  @Test("The M-step and the factors are the same, bit for bit")
  func sameBits() throws {
    let alone = try fit(threads: 1, from: start)
    #expect(alone.parameters != start)
    #expect(try fit(threads: 3, from: start) == alone)
  }

  @Test("Of several singular covariances the first is named")
  func firstFailure() {
    var start = start
    // The first variance of the components 1 and 3.
    for k in [1, 3] { start.covariances[k * 64 * 64] = 0 }
    for threads in [1, 3] {
      #expect(
        throws: FitError.singular(
          component: 1, columns: SingularColumns(column: 0), mass: nil, iteration: 1)
      ) {
        try fit(threads: threads, from: start)
      }
    }
  }
}
