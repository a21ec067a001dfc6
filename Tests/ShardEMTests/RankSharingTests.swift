import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Work shared out among ranks")
struct RankSharingTests {
  /// Large enough for two components to be spared: 2 D³ / 3 >= 2^22.
  private static let (componentCount, columnCount) = (5, 192)
  private let rows: [Double]
  private let centers: [Double]

  init() {
    var generator = SeededGenerator(seed: 5)
    rows = (0..<300 * Self.columnCount).map { _ in generator.normal() }
    centers = (0..<Self.componentCount * Self.columnCount).map { _ in generator.normal() }
  }

  private func mixture(regularization: Double = 1e-6) -> GaussianMixture {
    GaussianMixture(
      components: Self.componentCount, columns: Self.columnCount, regularization: regularization)
  }

  /// What each rank gets: the fit, or the error; and the bytes that each iteration exchanged.
  private func outcomes(
    ranks: Int, of mixture: GaussianMixture, from start: Parameters
  ) throws -> [(fit: Fit?, error: FitError?, bytes: [Int])] {
    try onRanks(ranks) { [rows] world in
      let data = try DataSet(
        values: rows, columnCount: Self.columnCount, blockRows: 32, world: world)
      var bytes: [Int] = []
      do {
        let fit = try Engine(data, threads: 1, world: world).fit(
          mixture, from: start,
          options: FitOptions(maximumIterations: 3, convergence: .logLikelihood(0))
        ) { bytes.append($0.exchangedBytes) }
        return (fit, nil, bytes)
      } catch let error as FitError {
        return (nil, error, bytes)
      }
    }
  }

  @Test("The fit is the same, bit for bit, whoever has the components", arguments: [2, 3, 7])
  func sameBits(ranks: Int) throws {
    let mixture = mixture()
    let start = mixture.unitComponents(at: centers)
    let alone = try #require(try outcomes(ranks: 1, of: mixture, from: start)[0].fit)
    #expect(alone.parameters != start)
    for outcome in try outcomes(ranks: ranks, of: mixture, from: start) {
      #expect(outcome.fit == alone)
      // Of each component the log determinant, the leading scale, D diagonal entries, and L^-1 in
      // P = 48 panels of 8 (P + 1) numbers. Nothing of it for the check in the M-step.
      #expect(outcome.bytes == [Int](repeating: 8 * 5 * (2 + 8 * 48 * 49), count: 3))
    }
  }

  @Test("One rank, and components that take less than a message, exchange nothing")
  func nothingToGain() throws {
    let mixture = mixture()
    let alone = try outcomes(ranks: 1, of: mixture, from: mixture.unitComponents(at: centers))
    #expect(alone[0].bytes == [0, 0, 0])
    let bytes = try onRanks(2) { world in
      let data = try DataSet(
        values: Array(repeating: [0.0, 1, 3], count: 40).flatMap { $0 }, columnCount: 1,
        world: world)
      var bytes: [Int] = []
      _ = try Engine(data, threads: 1, world: world)
        .fit(GaussianMixture(components: 2, columns: 1), from: .kMeans) {
          bytes.append($0.exchangedBytes)
        }
      return bytes
    }
    #expect(bytes[0].allSatisfy { $0 == 0 })
    #expect(!bytes[0].isEmpty)
  }

  @Test("Of singular covariances on several ranks all name the first", arguments: [1, 2, 3, 7])
  func singular(ranks: Int) throws {
    let mixture = mixture()
    var start = mixture.unitComponents(at: centers)
    // The first variance of the components 1, 3 and 4: of 2 ranks the first has 0 and 1.
    for k in [1, 3, 4] { start.covariances[k * 192 * 192] = 0 }
    for outcome in try outcomes(ranks: ranks, of: mixture, from: start) {
      #expect(
        outcome.error
          == .singular(
            component: 1, columns: SingularColumns(column: 0), mass: nil, iteration: 1))
    }
  }

  @Test("So do all where the M-step leaves several without a factor", arguments: [2, 3, 7])
  func collapsed(ranks: Int) throws {
    // 60 rows to a component on average: fewer than the columns, and no regularization.
    let mixture = mixture(regularization: 0)
    let start = mixture.unitComponents(at: centers)
    let expected = try outcomes(ranks: 1, of: mixture, from: start)[0].error
    guard case .collapsed(0, _, 300, 2) = expected else {
      Issue.record("\(String(describing: expected))")
      return
    }
    for outcome in try outcomes(ranks: ranks, of: mixture, from: start) {
      #expect(outcome.error == expected)
    }
  }

  @Test("What fails on one rank only is the error of all", arguments: [2, 3, 7])
  func loneFailure(ranks: Int) throws {
    struct Fault: Error {}
    let errors = try onRanks(ranks) { world in
      #expect(throws: RankFailure(Fault(), rank: ranks - 1)) {
        try world.exchanged(Self.parts) { range in
          if world.rank == ranks - 1 { throw Fault() }
          return Self.numbers(of: range)
        }
      }
    }
    #expect(errors.count == ranks)
  }

  @Test("Shares come together in order, also of fewer parts than ranks", arguments: [1, 2, 3, 7])
  func order(ranks: Int) throws {
    let all = try onRanks(ranks) { world in
      try world.exchanged(Self.parts) { Self.numbers(of: $0) }
    }
    for numbers in all {
      #expect(
        numbers.map { $0.map(\.bitPattern) } == Self.numbers(of: 0..<5).map { $0.map(\.bitPattern) }
      )
    }
  }

  private static let parts = WorkSharing.Parts(count: 5, operations: 1, numberCount: 2)

  private static func numbers(of range: Range<Int>) -> [[Double]] {
    range.map { [Double($0), -0.0] }
  }

  @Test("Ranks exchange parts that save more time than the message takes")
  func rule() {
    func pays(_ columns: Int, components: Int, ranks: Int) -> Bool {
      let d = Double(columns)
      return WorkSharing.Parts(
        count: components, operations: 2 * d * d * d / 3, numberCount: columns * (columns + 1) / 2
      ).payToExchange(among: ranks)
    }
    // 2 D³ / 3 operations against 16 x 4 D (D + 1) bytes: from 97 columns on.
    #expect(!pays(96, components: 1000, ranks: 4096) && pays(98, components: 1000, ranks: 4096))
    #expect(pays(500, components: 50, ranks: 2) && !pays(500, components: 50, ranks: 1))
    // 83 million operations each; a single component leaves nothing to share.
    #expect(pays(500, components: 2, ranks: 3000) && !pays(500, components: 1, ranks: 3000))
    // 2 D³ / 3 = 0.9 million operations each, of which 4.2 million have to be saved.
    #expect(!pays(110, components: 8, ranks: 2) && pays(110, components: 10, ranks: 2))
  }
}
