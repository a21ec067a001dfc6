import Foundation
import Host
import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing
import _TestSupport

@Suite("DataSet from files")
struct DataSetFilesTests {
  /// A folder of its own for each test.
  let folder = FileManager.default.temporaryDirectory.path + "/dataset-\(UUID())"

  init() throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
  }

  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name), options: .atomic)
    return folder + "/" + name
  }

  /// A little-endian float64 .npy file, version 1.
  func writeNPY(_ name: String, _ values: [Double], columns: Int) throws -> String {
    var header =
      "{'descr': '<f8', 'fortran_order': False, 'shape': (\(values.count / columns), \(columns)), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8)
    values.withUnsafeBytes { bytes += $0 }
    try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
    return folder + "/" + name
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// All rows and weights, as the ranks see them, in order.
  func read(
    _ paths: [String], _ options: ReadOptions = ReadOptions(), weights: String? = nil, ranks: Int
  ) throws -> (rows: [Double], weights: [Double]) {
    let parts = try onRanks(ranks) { world in
      let data = try DataSet.open(
        paths, options: options, weights: weights, threads: 2, world: world)
      let scratch = Workspace()
      return try data.blocks.indices.map { number in
        try data.withBlock(number, scratch: scratch) { block in
          (
            Array(UnsafeBufferPointer(start: block.rows, count: block.count * data.columnCount)),
            block.weights.map { Array(UnsafeBufferPointer(start: $0, count: block.count)) } ?? []
          )
        }
      }
    }.flatMap { $0 }
    return (parts.flatMap(\.0), parts.flatMap(\.1))
  }

  /// The message of the error of the user's that `body` throws, the same on every rank.
  func message(
    ranks: Int, _ body: @escaping @Sendable (ThreadCommunicator) throws -> Void
  ) throws -> String {
    let messages = try onRanks(ranks) { world in
      do {
        try body(world)
        return "no error"
      } catch {
        #expect(exitStatus(of: error) == 2)
        return "\(error)"
      }
    }
    for message in messages { #expect(message == messages[0]) }
    return messages[0]
  }

  @Test("Text and binary shards give the same rows, on any number of ranks", arguments: [1, 2, 5])
  func shards(ranks: Int) throws {
    defer { remove() }
    let rows = (0..<6000).map { Double($0 * 37 % 1009) / 8 }
    let text = stride(from: 0, to: 3000, by: 2).map { "\(rows[$0]),\(rows[$0 + 1])\n" }.joined()
    let first = try write("a.csv", "x,y\n" + text)
    let second = try writeNPY("b.npy", Array(rows[3000...]), columns: 2)
    #expect(try read([first, second], ranks: ranks).rows == rows)
    #expect(try read([folder], ranks: ranks).rows == rows)
  }

  @Test("Compressed and plain shards give the same rows on any ranks", arguments: [1, 2, 5])
  func compressedShards(ranks: Int) throws {
    defer { remove() }
    let rows = (0..<9000).map { Double($0 * 37 % 1009) / 8 }
    for (shard, name) in ["a.csv.gz", "b.csv", "c.csv.gz"].enumerated() {
      let text = stride(from: 3000 * shard, to: 3000 * (shard + 1), by: 2)
        .map { "\(rows[$0]),\(rows[$0 + 1])\n" }.joined()
      let bytes = name.hasSuffix(".gz") ? gzip(text) : Array(text.utf8)
      try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
    }
    #expect(try read([folder], ranks: ranks).rows == rows)
    // The second compressed file is damaged: some rank finds that.
    let damaged = gzip("1,2\n3,4\n").dropLast(2)
    try Data(damaged).write(to: URL(fileURLWithPath: folder + "/c.csv.gz"))
    let found = try message(ranks: ranks) { _ = try DataSet.open([folder], world: $0) }
    #expect(found == "\(folder)/c.csv.gz: the gzip'ed data end too soon; the file is truncated")
  }

  @Test("Weights come from a file, or from a column that then is no data", arguments: [1, 2, 4])
  func weights(ranks: Int) throws {
    defer { remove() }
    let count = 2500
    let lines = (0..<count).map { "\($0),\($0 % 3),\(-$0)\n" }
    let split = 1300
    let first = try write("a.csv", "x,w,y\n" + lines[..<split].joined())
    let second = try write("b.csv", "x,w,y\n" + lines[split...].joined())
    let separate = try write("w.txt", (0..<count).map { "\($0 % 3)\n" }.joined())
    let data = (0..<count).flatMap { [Double($0), -Double($0)] }
    let expected = (0..<count).map { Double($0 % 3) }
    let shards = [first, second]

    for (options, weights) in [
      (ReadOptions(), "w"), (ReadOptions(), "2"),
      (ReadOptions(columns: ["x", "y"]), "w"), (ReadOptions(columns: ["x", "w", "y"]), "w"),
      (ReadOptions(columns: ["x", "y"]), separate),
    ] {
      let found = try read(shards, options, weights: weights, ranks: ranks)
      #expect(found.rows == data, "\(options) \(weights)")
      #expect(found.weights == expected, "\(options) \(weights)")
    }
    #expect(throws: (any Error).self) { try read(shards, weights: "v", ranks: ranks) }
    #expect(throws: (any Error).self) { try read([first], weights: separate, ranks: ranks) }
  }

  @Test("The columns have the names of the first file, without that of the weights")
  func names() throws {
    defer { remove() }
    let path = try write("a.csv", "x;w;y\n1;2;3\n4;5;6\n")
    let world = SoloCommunicator()
    #expect(try DataSet.open([path], world: world).columnNames == ["x", "w", "y"])
    let weighted = try DataSet.open([path], weights: "w", world: world)
    #expect(weighted.columnNames == ["x", "y"] && weighted.columnCount == 2)
    let text = try #require(weighted.files[0] as? CSVFile)
    #expect(text.hasHeader && text.delimiter == UInt8(ascii: ";"))
  }

  @Test("Faults are the same one line on every rank, whoever reads the row", arguments: [1, 3])
  func faults(ranks: Int) throws {
    defer { remove() }
    func message(
      _ paths: [String], _ options: ReadOptions = ReadOptions(), weights: String? = nil
    ) throws -> String {
      try self.message(ranks: ranks) {
        _ = try DataSet.open(paths, options: options, weights: weights, world: $0)
      }
    }
    var values = Array(repeating: 1.0, count: 9000)
    values[3 * 2001 + 1] = .nan
    let binary = try writeNPY("nan.npy", values, columns: 3)
    #expect(try message([binary]).hasPrefix("\(binary): row 2002, column 2: "))
    #expect(
      try message([binary], ReadOptions(columns: ["3", "2"]))
        .hasPrefix("\(binary): row 2002, column 2: "))
    // A column of weights before the faulty one does not shift its number.
    #expect(try message([binary], weights: "1").hasPrefix("\(binary): row 2002, column 2: "))

    let text = try write("word.csv", "1,2\n3,four\n5,6\n")
    #expect(try message([text], ReadOptions(header: false)).hasPrefix("\(text): row 2, column 2"))
    let narrow = try write("narrow.csv", "1\n2\n")
    #expect(try message([narrow, binary]).hasPrefix("\(binary): "))
    #expect(try message([folder + "/none.csv"]).hasPrefix("\(folder)/none.csv: "))
    #expect(try message([narrow], weights: "1").hasPrefix("\(narrow): no column beside"))
  }
}
