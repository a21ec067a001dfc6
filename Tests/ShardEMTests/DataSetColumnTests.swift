import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing

/// Which column is which, where files name them.
extension DataSetFilesTests {
  @Test("A value that the family cannot take is named by its file's column", arguments: [1, 2])
  func unsuitableColumn(ranks: Int) throws {
    defer { remove() }
    let text = try write("a.csv", "x,id,y\n1,9,1\n0,9,3\n1,9,0\n")
    let binary = try writeNPY("b.npy", [1, 9, 1, 0, 9, 3], columns: 3)
    func message(_ path: String, _ columns: [String]?, weights: String?) throws -> String {
      try self.message(ranks: ranks) { world in
        let data = try DataSet.open(
          [path], options: ReadOptions(columns: columns), weights: weights, world: world)
        _ = try Sweep(data, threads: 1, world: world)
          .fit(BernoulliMixture(componentCount: 1, columnCount: 2), from: .kMeans)
      }
    }
    for (columns, weights) in [
      (["y", "x"], nil), (["id", "y", "x"], "id"), (["y", "x"], "id"), (["3", "1"], "2"),
      (nil, "id"),
    ] as [([String]?, String?)] {
      #expect(
        try message(text, columns, weights: weights)
          == "\(text): row 3, column 3 (y): found 3, expected 0 or 1")
    }
    #expect(
      try message(binary, ["3", "1"], weights: nil)
        == "\(binary): row 2, column 3: found 3, expected 0 or 1")
  }
}
