import Foundation
import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing
import _TestSupport

/// Rows that do not fit in the memory that ranks may use.
extension DataSetFilesTests {
  /// Room for a block or two, not for the rows of any rank.
  private static let tight = MemoryLimit.bytes(100 << 10)

  /// 21,000 rows x 2 columns in files of all kinds, and their weights.
  private func dataset() throws -> (paths: [String], weights: String) {
    let rows = try threeGaussianRows(21_000)
    func text(_ range: Range<Int>) -> String {
      range.map { "\(rows[2 * $0]),\(rows[2 * $0 + 1])\n" }.joined()
    }
    let packed = folder + "/b.csv.gz"
    try Data(gzip("x,y\n" + text(7000..<14_000))).write(to: URL(fileURLWithPath: packed))
    return (
      [
        try write("a.csv", "x,y\n" + text(0..<7000)), packed,
        try writeNPY("c.npy", Array(rows[28_000...]), columns: 2),
      ],
      try write("w.txt", (0..<21_000).map { "\($0 % 3)\n" }.joined())
    )
  }

  @Test("A fit has the same bits however little memory its rows may take", arguments: [1, 3])
  func sameBits(ranks: Int) throws {
    defer { remove() }
    let (paths, separate) = try dataset()
    for weights in [nil, separate] {
      func fit(_ limit: MemoryLimit, threads: Int) throws -> [[UInt64]] {
        try onRanks(ranks) { world in
          let data = try DataSet.open(
            paths, weights: weights, memory: limit, threads: threads, world: world)
          #expect(data.isInMemory == (limit == .bytes(.max)))
          return try Engine(data, threads: threads, world: world).fit(
            threeGaussians, from: .kMeans, options: FitOptions(maximumIterations: 3)
          ).parameters.bits
        }
      }
      let expected = try fit(.bytes(.max), threads: 1)
      #expect(try fit(Self.tight, threads: 1) == expected)
      #expect(try fit(Self.tight, threads: 2) == expected)
    }
  }

  @Test("Seeds are the same whether the distances of all rows are held, or found anew")
  func sameSeeds() throws {
    defer { remove() }
    let rows = try threeGaussianRows(21_000)
    let path = try writeNPY("a.npy", rows, columns: 2)
    // Of 336,000 bytes of rows and 168,000 of distances, all, the distances, and nothing is held.
    let found = try [MemoryLimit.bytes(600_000), .bytes(300_000), .bytes(100_000)].map { limit in
      let world = SoloCommunicator()
      let data = try DataSet.open([path], memory: limit, world: world)
      return try Engine(data, threads: 1, world: world).searching {
        try await $0.seeds(count: 5, seed: 3, draw: 0).map(\.bitPattern)
      }
    }
    #expect(found[1] == found[0] && found[2] == found[0])
  }

  @Test("Predictions are the same, and come once for every row")
  func samePredictions() throws {
    defer { remove() }
    let paths = try dataset().paths
    func labels(_ limit: MemoryLimit) throws -> [Int64] {
      let world = SoloCommunicator()
      let data = try DataSet.open(paths, memory: limit, threads: 2, world: world)
      let labels = UnsafeMutableBufferPointer<Int64>.allocate(capacity: data.rowCount)
      labels.initialize(repeating: -1)
      defer { labels.deallocate() }
      nonisolated(unsafe) let places = labels
      try Engine(data, threads: 2, world: world).predict(threeGaussians, under: threeCenters) {
        for n in 0..<$0.count { places[$0.firstRow + n] = $0.labels[n] }
      }
      return Array(labels)
    }
    let expected = try labels(.bytes(.max))
    #expect(!expected.contains(-1) && Set(expected).count == 3)
    #expect(try labels(Self.tight) == expected)
  }

  @Test("Faults are named as without a limit", arguments: [1, 3])
  func sameFaults(ranks: Int) throws {
    defer { remove() }
    var values = Array(repeating: 1.0, count: 30_000)
    values[3 * 9001 + 1] = .nan
    let binary = try writeNPY("a.npy", values, columns: 3)
    let text = (0..<10_000).map { $0 == 9001 ? "1,word\n" : "1,2\n" }.joined()
    let word = try write("a.csv", "x,y\n" + text)
    let nan = try write("b.csv", "x,y\n" + text.replacing("word", with: "nan"))
    for path in [binary, word, nan] {
      let messages = try [MemoryLimit.bytes(.max), .bytes(60_000)].map { limit in
        try message(ranks: ranks) {
          _ = try DataSet.open([path], memory: limit, world: $0)
        }
      }
      #expect(messages[0].contains(": row 900") && messages[0].contains("column 2"))
      #expect(messages[1] == messages[0])
    }
  }

  @Test("A limit below a block for each thread is refused", arguments: [1, 2])
  func tooTight(ranks: Int) throws {
    defer { remove() }
    let path = try writeNPY("a.npy", try threeGaussianRows(9000), columns: 2)
    // A block: 1024 rows, as read, as data, and a weight, 8 bytes each.
    let blocks = 2 * 1024 * 8 * 5
    func message(_ limit: Int) throws -> String {
      try self.message(ranks: ranks) {
        _ = try DataSet.open([path], memory: .bytes(limit), threads: 2, world: $0)
      }
    }
    #expect(try message(blocks) == "no error")
    let found = try message(blocks - 1)
    #expect(
      found == "the memory limit \(blocks - 1) bytes; the rows do not fit in it, and to read "
        + "them block by block takes \(blocks); raise it or lower the number of threads")
  }
}
