import MessagePassing
import MixtureModels
import ShardEM
import Testing

@Suite("Lloyd's iterations")
struct LloydTests {
  /// The centers that given ones move to, the same on every rank.
  func centers(
    _ rows: [Double], weights: [Double]? = nil, from seeds: [Double], ranks: Int
  ) throws -> [Double] {
    let found = try onRanks(ranks) { world in
      let data = try DataSet(
        values: rows, columnCount: 1, weights: weights, blockRows: 2, world: world)
      return try Engine(data, threads: 2, world: world).searching {
        try await $0.kMeansCenters(from: seeds, columnVariance: 1)
      }
    }
    for centers in found { #expect(centers == found[0]) }
    return found[0]
  }

  @Test("An empty cluster moves to the row farthest from its center", arguments: [1, 3])
  func emptyCluster(ranks: Int) throws {
    let rows = [0, 10.5, 0, 10, 0, 10, 0, 10, 10]
    // No row is nearest to 1000; 10.5 is farthest from its center, 10.
    #expect(try centers(rows, from: [0, 10, 1000], ranks: ranks) == [0, 10, 10.5])
    #expect(try centers(rows, from: [-1000, 10, 0], ranks: ranks) == [10.5, 10, 0])
  }

  @Test("Several empty clusters move to the farthest rows in their order", arguments: [1, 3])
  func emptyClusters(ranks: Int) throws {
    let rows = [0.0, 7, 0, 9, 0, -7]
    // 9 is farthest from 0, then the first of 7 and -7; the last two rows are of their own then.
    #expect(try centers(rows, from: [0, 900, 800], ranks: ranks) == [-1.75, 9, 7])
    // Rows of weight 0 are absent.
    #expect(
      try centers(rows, weights: [1, 1, 1, 0, 1, 1], from: [0, 900, 800], ranks: ranks)
        == [0, 7, -7])
  }

  @Test("Where every row is a center, an empty cluster stays", arguments: [1, 3])
  func nowhereToGo(ranks: Int) throws {
    #expect(
      try centers([3, 3, 5, 3, 5], from: [3, 100, 5, 200], ranks: ranks) == [3, 100, 5, 200])
  }
}
