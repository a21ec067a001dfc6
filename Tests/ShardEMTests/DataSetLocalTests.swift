import Foundation
import Host
import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing
import _TestSupport

/// Hosts that have files of their own.
extension DataSetFilesTests {
  /// Five ranks on three hosts, dealt round as mpirun does.
  private static let hosts = [0, 1, 2, 0, 2].map { Host(name: "node\($0)", machine: "") }

  /// Shards of three columns in the folders of three hosts, and all of them in a folder `all`.
  private func spread() throws {
    let rows = try threeGaussianRows(20_000)
    func table(_ range: Range<Int>) -> [[Double]] {
      range.map { [rows[2 * $0], rows[2 * $0 + 1], Double($0 % 3)] }
    }
    for folder in ["all", "node0", "node1", "node2"] {
      try FileManager.default.createDirectory(
        atPath: "\(self.folder)/\(folder)", withIntermediateDirectories: true)
    }
    // Neither all shards of a host nor all of a kind follow each other.
    let shards = [
      ("node2/part-0.npy", 5000), ("node0/part-1.csv", 5000), ("node1/part-2.npy", 3000),
      ("node0/part-3.npy", 2000), ("node2/part-4.csv.gz", 4000), ("node1/part-5.csv", 1000),
    ]
    var start = 0
    for (path, count) in shards {
      let rows = table(start..<start + count)
      start += count
      let text = rows.map { $0.map { "\($0)" }.joined(separator: ",") + "\n" }.joined()
      if path.hasSuffix(".npy") {
        _ = try writeNPY(path, rows.flatMap { $0 }, columns: 3)
      } else if path.hasSuffix(".gz") {
        try Data(gzip("x,y,w\n" + text)).write(to: URL(fileURLWithPath: folder + "/" + path))
      } else {
        _ = try write(path, "x,y,w\n" + text)
      }
      try FileManager.default.linkItem(
        atPath: "\(folder)/\(path)", toPath: "\(folder)/all/" + path.split(separator: "/")[1])
    }
  }

  /// The data of all hosts as one of the five ranks sees them; without a host, of one process.
  private func open(
    _ world: any Communicator, _ weights: String? = nil, memory: MemoryLimit = .bytes(.max)
  ) throws -> DataSet {
    let isAlone = world.size == 1
    let host = Self.hosts[world.rank]
    return try DataSet.open(
      ["\(folder)/\(isAlone ? "all" : host.name)"], placement: isAlone ? .shared : .local(host),
      weights: weights, memory: memory, threads: 2, world: world)
  }

  @Test("Files that hosts have for themselves give the bits of the same in one folder")
  func localBits() throws {
    defer { remove() }
    try spread()
    for (weights, memory) in [
      (nil, MemoryLimit.bytes(.max)), ("w", .bytes(.max)), ("3", .bytes(250_000)),
    ] {
      let columns = weights == nil ? 3 : 2
      let mixture = UnitGaussians(componentCount: 3, columnCount: columns)
      @Sendable func fit(_ world: any Communicator) throws -> ([UInt64], DataFingerprint) {
        let data = try open(world, weights, memory: memory)
        #expect(data.isInMemory == (memory == .bytes(.max)) || world.size > 1)
        #expect(data.rowCount == 20_000 && data.files.count == 6)
        #expect(data.columnNames == (weights == nil ? ["x", "y", "w"] : ["x", "y"]))
        let engine = Engine(data, threads: 2, world: world)
        let fit = try engine.fit(
          mixture, from: .kMeans, options: FitOptions(maximumIterations: 3))
        let sample = try data.sample(rows: 3000, seed: 1, threads: 2, in: world)
        let ofSample = try Engine(sample, threads: 2, world: world).expectationStep(
          mixture, under: fit.parameters
        ).sums[0].numbers.map(\.bitPattern)
        return (fit.parameters.bits + ofSample, try engine.fingerprint())
      }
      let expected = try fit(SoloCommunicator())
      for found in try onRanks(5, fit) {
        #expect(found.0 == expected.0)
        #expect(found.1 == expected.1)
      }
    }
  }

  @Test("Ranks read files of their host only, its blocks divided evenly among them")
  func localBlocks() throws {
    defer { remove() }
    try spread()
    let files = try onRanks(5) { world in
      let data = try open(world)
      return data.blocks.map { (file: data.files[$0.shard].name, count: $0.rows.count) }
    }
    for (rank, blocks) in files.enumerated() {
      let host = Self.hosts[rank].name
      #expect(blocks.allSatisfy { $0.file.hasPrefix("\(folder)/\(host)/") })
      // 7000 rows on two ranks, 4000 on one, 9000 on two: even within a block and a row.
      let share = [3500, 4000, 4500, 3500, 4500][rank]
      #expect(abs(blocks.reduce(0) { $0 + $1.count } - share) <= 1025)
    }
  }

  @Test("Predictions come in the order of the names")
  func localPredictions() throws {
    defer { remove() }
    try spread()
    @Sendable func labels(_ world: any Communicator) throws -> [Double] {
      let data = try open(world, "w")
      let labels = UnsafeMutableBufferPointer<Double>.allocate(capacity: data.rowCount)
      labels.initialize(repeating: 0)
      defer { labels.deallocate() }
      nonisolated(unsafe) let places = labels
      try Engine(data, threads: 2, world: world).predict(threeGaussians, under: threeCenters) {
        for n in 0..<$0.count { places[$0.firstRow + n] += 1 + Double($0.labels[n]) }
      }
      var all = Array(labels)
      try world.sum(&all)
      return all
    }
    let expected = try labels(SoloCommunicator())
    for found in try onRanks(5, labels) { #expect(found == expected) }
  }

  /// The message of an opening that fails on all of three ranks, the folder left out.
  private func localMessage(
    _ paths: [[String]], hosts: [String] = ["a", "b", "b"], weights: String? = nil
  ) throws -> String {
    try message(ranks: 3) { world in
      _ = try DataSet.open(
        paths[world.rank].map { folder + "/" + $0 },
        placement: .local(Host(name: hosts[world.rank], machine: "")), weights: weights,
        world: world)
    }.replacing(folder + "/", with: "")
  }

  @Test("Names that stand for two files are refused, with both hosts")
  func sameNames() throws {
    defer { remove() }
    try spread()
    _ = try write("node1/part-3.npy", "")
    let two = try writeNPY("node1/part-3.npy", [1, 2, 3], columns: 3)
    #expect(two.hasSuffix("node1/part-3.npy"))
    #expect(
      try localMessage([["node0"], ["node1"], ["node1"]])
        == "part-3.npy: there is a file of this name on host a and on host b; rename one of them, or "
        + "leave out local placement if the hosts share their files")
    #expect(
      try localMessage([["node2"], ["node0", "node1"], ["node0", "node1"]])
        == "part-3.npy: there are two files of this name on host b; with local "
        + "placement, shards are ordered by their names without folders, which must differ")
  }

  @Test("Names that differ in their bytes only are two, in the order of these")
  func namesOfBytes() throws {
    defer { remove() }
    let names = ["a/\u{e9}.csv", "b/e\u{301}.csv"]
    for host in ["a", "b"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(host)", withIntermediateDirectories: true)
    }
    for name in names { _ = try write(name, "x,y\n1,2\n") }
    let found = try onRanks(2) { world in
      let host = ["a", "b"][world.rank]
      let data = try DataSet.open(
        ["\(folder)/\(host)"], placement: .local(Host(name: host, machine: "")), world: world)
      return data.files.map { Array($0.name.utf8.dropFirst(folder.utf8.count + 1)) }
    }
    for files in found { #expect(files == [Array(names[1].utf8), Array(names[0].utf8)]) }
  }

  @Test("Ranks of a host that see different files are refused")
  func differentOnHost() throws {
    defer { remove() }
    try spread()
    #expect(
      try localMessage([["node0"], ["node1"], ["node1/part-2.npy"]])
        == "node1/part-5.csv (\(try size("node1/part-5.csv")) bytes, 3 columns, delimiter \",\", with "
        + "the names x, y, w) on rank 1, but no such file on rank 2; all ranks on host b need the same "
        + "files")
  }

  private func size(_ name: String) throws -> Int {
    try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)).count
  }

  @Test("Names of columns may hold any characters, a zero byte too")
  func oddNames() throws {
    defer { remove() }
    let names = ["a\0b", "1 ", "\u{1}\u{0}", "\u{e9} 2 x"]
    for host in ["a", "b"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(host)", withIntermediateDirectories: true)
      _ = try write("\(host)/\(host).csv", names.joined(separator: ",") + "\n1,2,3,4\n")
    }
    let found = try onRanks(2) { world in
      let host = ["a", "b"][world.rank]
      let data = try DataSet.open(
        ["\(folder)/\(host)"], placement: .local(Host(name: host, machine: "")), world: world)
      return data.files.map(\.columnNames)
    }
    let trimmed = names.map { $0.trimmingCharacters(in: .whitespaces) }
    for files in found { #expect(files == [trimmed, trimmed]) }
  }

  @Test("Faults on any host are the same one line on every rank")
  func localFaults() throws {
    defer { remove() }
    try spread()
    let all = [["node0"], ["node1"], ["node1"]]
    #expect(try localMessage(all) == "no error")
    #expect(try localMessage([["node0"], ["none"], ["none"]]) == "none: no such file")

    let weights = try write("w.txt", "1\n").dropFirst(folder.count + 1)
    #expect(
      try localMessage(all, weights: "\(folder)/\(weights)")
        == "w.txt: with local placement, a file of row weights is not possible, as no host "
        + "has all rows; make the weights a column of the data and name that")
    #expect(try localMessage(all, weights: "v").hasPrefix("v: no such file, and "))

    _ = try writeNPY("node1/part-6.npy", [1, 2], columns: 2)
    #expect(
      try localMessage(all)
        == "node1/part-6.npy: 2 columns, but node0/part-1.csv has 3; all shards need the same columns"
    )
    _ = try write("node1/part-6.npy", "")
    #expect(try localMessage(all) == "no error")
    try FileManager.default.removeItem(atPath: folder + "/node1/part-6.npy")

    _ = try write("node1/part-7.csv", "x,z,w\n1,2,3\n")
    #expect(try localMessage(all).hasPrefix("node1/part-7.csv: column 2 (z): "))
    _ = try write("node1/part-7.csv", "x,y,w\n1,2,3\n4,nan,6\n")
    #expect(try localMessage(all).hasPrefix("node1/part-7.csv: row 3, column 2 (y): "))
    _ = try write("node1/part-7.csv", "x,y,w\n1,2,3\n4,word,6\n")
    #expect(try localMessage(all).hasPrefix("node1/part-7.csv: row 3, column 2"))
  }
}
