import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing

/// Which column is which, where files name them.
extension DataSetFilesTests {
  @Test("Columns that shards name differently are not stacked by position", arguments: [1, 3])
  func differentNames(ranks: Int) throws {
    defer { remove() }
    let first = try write("s1.csv", "a,b,w\n1,2,3\n4,5,6\n")
    let second = try write("s2.csv", "w,a,b\n3,1,2\n6,4,5\n")
    let expected =
      "\(second): column 1 (w): \(first) has \"a\" there; choose the columns with "
      + "ReadOptions.columns, or give all shards the same ones in one order"
    for weights in [nil, "w", "3"] {
      #expect(
        try message(ranks: ranks) {
          _ = try DataSet.open([first, second], weights: weights, world: $0)
        } == expected)
    }
    let chosen = try read(
      [first, second], ReadOptions(columns: ["a", "b"]), weights: "w", ranks: ranks)
    #expect(chosen.rows == [1, 2, 4, 5, 1, 2, 4, 5])
    #expect(chosen.weights == [3, 6, 3, 6])
    // Numbers are the user's word.
    let numbered = try read([first, second], ReadOptions(columns: ["2"]), ranks: ranks)
    #expect(numbered.rows == [2, 5, 1, 4])
  }

  @Test("Files without names go by position, the column of the weights too", arguments: [1, 2])
  func missingNames(ranks: Int) throws {
    defer { remove() }
    let plain = try writeNPY("a.npy", [7, 8, 9], columns: 3)
    let named = try write("b.csv", "a,w,b\n1,2,3\n4,5,6\n")
    let other = try write("c.csv", "a,b,w\n1,2,3\n")
    for weights in ["w", "2"] {
      let found = try read([plain, named], weights: weights, ranks: ranks)
      #expect(found.rows == [7, 9, 1, 3, 4, 6])
      #expect(found.weights == [8, 2, 5])
    }
    #expect(
      try message(ranks: ranks) { _ = try DataSet.open([plain, named, other], world: $0) }
        .hasPrefix("\(other): column 2 (b): \(named) has \"w\" there; "))
    #expect(
      try message(ranks: ranks) { _ = try DataSet.open([named], weights: "v", world: $0) }
        == "v: no such file, and \(named): no column \"v\"; its 3 columns are a, w, b")
    #expect(
      try message(ranks: ranks) { _ = try DataSet.open([plain], weights: "0", world: $0) }
        == "0: no such file, and \(plain): no column 0; columns are counted from 1 to 3")
    // Where columns are chosen, that of the weights is looked for with them.
    #expect(
      try message(ranks: ranks) {
        _ = try DataSet.open(
          [named], options: ReadOptions(columns: ["a"]), weights: "w.npy", world: $0)
      } == "w.npy: no such file, and \(named): no column \"w.npy\"; its 3 columns are a, w, b")
  }

  @Test("A value that the family cannot take is named by its file's column", arguments: [1, 2])
  func unsuitableColumn(ranks: Int) throws {
    defer { remove() }
    let text = try write("a.csv", "x,id,y\n1,9,1\n0,9,3\n1,9,0\n")
    let binary = try writeNPY("b.npy", [1, 9, 1, 0, 9, 3], columns: 3)
    func message(_ path: String, _ columns: [String]?, weights: String?) throws -> String {
      try self.message(ranks: ranks) { world in
        let data = try DataSet.open(
          [path], options: ReadOptions(columns: columns), weights: weights, world: world)
        _ = try Engine(data, threads: 1, world: world)
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

  @Test("A faulty weight in a column of the data is named with that column")
  func faultyWeightColumn() throws {
    defer { remove() }
    let text = try write("a.csv", "x,y,w\n1,2,1\n3,4,-1\n")
    let binary = try writeNPY("b.npy", [1, 2, 1, 3, 4, -1], columns: 3)
    let expectation = "-1.0 is no row weight; expected a finite number from 0 up"
    for columns in [nil, ["y"], ["w", "y"]] as [[String]?] {
      #expect(
        try message(ranks: 2) {
          _ = try DataSet.open(
            [text], options: ReadOptions(columns: columns), weights: "w", world: $0)
        } == "\(text): row 3, column 3 (w): " + expectation)
    }
    #expect(
      try message(ranks: 1) {
        _ = try DataSet.open(
          [binary], options: ReadOptions(columns: ["2"]), weights: "3", world: $0)
      } == "\(binary): row 2, column 3: " + expectation)
  }
}
