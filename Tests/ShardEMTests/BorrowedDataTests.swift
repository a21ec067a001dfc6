import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing
import _TestSupport

/// Rows in memory of somebody else, of which each rank has some.
@Suite struct BorrowedDataTests {
  private static let rowCount = 2500
  private static let columnCount = 2

  /// Rows about two places, and weights of 0 to 2.
  private static let numbers: (rows: [Double], weights: [Double]) = {
    var random = SeededGenerator(seed: 11)
    let rows = (0..<rowCount * columnCount).map { i in
      Double.random(in: -1...1, using: &random) + (i / columnCount % 2 == 0 ? 0 : 4)
    }
    return (rows, (0..<rowCount).map { Double($0 % 3) })
  }()

  private func borrowed(
    _ memory: UnsafeRawBufferPointer, _ rows: Range<Int>, columns: Int
  ) throws -> BorrowedRows {
    BorrowedRows(
      name: "X", base: try #require(memory.baseAddress) + 8 * columns * rows.lowerBound,
      rowCount: rows.count, columnCount: columns, rowStride: 8 * columns, columnStride: 8)
  }

  /// The data of a rank that has some rows, and what `body` makes of them.
  private func with<Result>(
    _ rows: Range<Int>, in world: any Communicator, _ body: (DataSet) throws -> Result
  ) throws -> Result {
    let (values, weights) = Self.numbers
    return try values.withUnsafeBytes { values in
      try weights.withUnsafeBytes { weights in
        let data = try DataSet(
          borrowing: borrowed(values, rows, columns: Self.columnCount),
          weights: borrowed(weights, rows, columns: 1), threads: 1, world: world)
        return try body(data)
      }
    }
  }

  private func fit(_ rows: Range<Int>, in world: any Communicator) throws -> Fit {
    try with(rows, in: world) { data in
      let model = GaussianMixture(
        components: 2, columns: Self.columnCount, covarianceType: .full, regularization: 1e-6,
        ranges: data.ranges)
      return try Engine(data, threads: 1, world: world).fit(model, from: .kMeans)
    }
  }

  @Test(
    "Ranks with whole blocks of their own have the bits of one process",
    arguments: [[0, 2500], [0, 2048, 2500], [0, 1024, 1024, 2500], [0, 0, 2500]])
  func ranks(cuts: [Int]) throws {
    let expected = try fit(0..<Self.rowCount, in: SoloCommunicator())
    let fits = try ThreadCommunicator.run(ranks: cuts.count - 1) { world in
      try self.fit(cuts[world.rank]..<cuts[world.rank + 1], in: world)
    }
    for fit in fits {
      #expect(fit.parameters == expected.parameters)
      #expect(fit.score == expected.score)
    }
  }

  @Test("A rank knows which rows of all are its own")
  func ownRows() throws {
    let found = try ThreadCommunicator.run(ranks: 3) { world in
      let cuts = [0, 700, 700, 2500]
      return try self.with(cuts[world.rank]..<cuts[world.rank + 1], in: world) {
        [$0.firstRow, $0.ownRowCount, $0.rowCount]
      }
    }
    #expect(found == [[0, 700, 2500], [0, 0, 2500], [700, 1800, 2500]])
  }

  @Test("Ranks that have other columns all refuse")
  func otherColumns() throws {
    let values = [Double](repeating: 1, count: 12)
    #expect(throws: DifferentRanks.self) {
      _ = try ThreadCommunicator.run(ranks: 2) { world in
        try values.withUnsafeBytes { memory in
          try DataSet(
            borrowing: self.borrowed(memory, 0..<2, columns: 2 + world.rank), threads: 1,
            world: world
          ).rowCount
        }
      }
    }
  }
}
