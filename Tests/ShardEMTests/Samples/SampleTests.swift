import Foundation
import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing
import _TestSupport

/// Samples of data sets: which rows they have, and that these are the rows.
@Suite("Samples of data")
struct SampleTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private static let rowCount = 21_000
  /// Rows that are all different, some of whose cells are missing.
  private static let rows: [Double] = (0..<rowCount).flatMap { n -> [Double] in
    [Double(n), n % 5 == 2 ? .nan : 1e5 - Double(n) / 7, -0.0]
  }
  private static let weights = (0..<rowCount).map { Double(($0 * 31) % 4) / 3 }
  private static let labels = (0..<rowCount).map { ($0 * 17) % 5 - 1 }
  private static let missing = MissingCells.allowed()

  /// What a rank has of data.
  private struct Content: Equatable {
    var rows: [UInt64] = []
    var weights: [UInt64] = []
    var labels: [UInt64] = []

    init() {}

    /// All that these ranks have, in the order of the rows.
    init(_ ranks: [Content]) {
      rows = ranks.flatMap(\.rows)
      weights = ranks.flatMap(\.weights)
      labels = ranks.flatMap(\.labels)
    }

    init(_ data: DataSet) throws {
      let scratch = Workspace()
      for number in data.blocks.indices {
        try data.withBlock(number, scratch: scratch) { block in
          func bits(_ numbers: UnsafePointer<Double>?, _ count: Int) -> [UInt64] {
            numbers.map { numbers in
              (0..<count).map { numbers[$0].isNaN ? .max : numbers[$0].bitPattern }
            } ?? []
          }
          rows += bits(block.rows, block.count * block.columnCount)
          weights += bits(block.weights, block.count)
          labels += bits(block.labels, block.count)
        }
      }
    }

    /// The rows of a plan, of -0 made 0.
    init(_ plan: SamplePlan) {
      func bits(_ number: Double) -> UInt64 { number.isNaN ? .max : (number + 0).bitPattern }
      for row in plan.pieces.joined() {
        rows += SampleTests.rows[3 * row..<3 * row + 3].map(bits)
        weights.append(bits(SampleTests.weights[row]))
        labels.append(bits(Double(SampleTests.labels[row])))
      }
    }
  }

  private static func inMemory(_ world: some Communicator) throws -> DataSet {
    try DataSet(
      values: rows, columnCount: 3, weights: weights, labels: labels, missing: missing,
      // Pieces lie across shards and blocks.
      shardRows: [1000, 4100, 1, 15_899], blockRows: 100, world: world)
  }

  /// The same rows in files of all kinds.
  private func files() throws -> (paths: [String], weights: String, labels: String) {
    func text(_ range: Range<Int>) -> String {
      range.map { n in
        (0..<3).map { Self.rows[3 * n + $0].isNaN ? "NA" : "\(Self.rows[3 * n + $0])" }
          .joined(separator: ",") + "\n"
      }.joined()
    }
    var npy = Array(
      "{'descr': '<f8', 'fortran_order': False, 'shape': (7001, 3), }".utf8)
    npy += Array(repeating: UInt8(ascii: " "), count: 117 - npy.count) + [UInt8(ascii: "\n")]
    npy = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + npy
    Array(Self.rows[(3 * 13_999)...]).withUnsafeBytes { npy += $0 }
    return (
      [
        try folder.file("a.csv", "x,y,z\n" + text(0..<6000)),
        try folder.file("b.csv.gz", gzip("x,y,z\n" + text(6000..<13_999))),
        try folder.file("c.npy", npy),
      ],
      try folder.file("w.txt", Self.weights.map { "\($0)\n" }.joined()),
      try folder.file("l.txt", Self.labels.map { "\($0)\n" }.joined())
    )
  }

  @Test(
    "The same rows, weights and labels on any ranks and threads, from memory and from files",
    arguments: [1, 2, 3, 7])
  func sameRows(ranks: Int) throws {
    let plan = SamplePlan(rows: 4000, of: Self.rowCount, seed: 8, draw: 3)
    let expected = Content(plan)
    #expect(expected.rows.contains(.max))
    let files = try files()
    for threads in [1, 3] {
      let inMemory = try onRanks(ranks) { world in
        try Content(
          Self.inMemory(world).sample(rows: 4000, seed: 8, draw: 3, threads: threads, in: world))
      }
      #expect(Content(inMemory) == expected)
      // Held in memory, and read again for each block: a thread has room for one.
      for memory in [MemoryLimit.bytes(.max), .bytes(threads * 100 << 10)] {
        let fromFiles = try onRanks(ranks) { world in
          let data = try DataSet.open(
            files.paths, options: ReadOptions(missing: Self.missing), weights: files.weights,
            labels: files.labels, memory: memory, threads: threads, world: world)
          // With three threads there is room for the rows of one of seven ranks.
          #expect(data.isInMemory == (memory == .bytes(.max) || ranks * threads > 9))
          let sample = try data.sample(rows: 4000, seed: 8, draw: 3, threads: threads, in: world)
          #expect(sample.isInMemory)
          return try Content(sample)
        }
        #expect(Content(fromFiles) == expected)
      }
    }
  }

  @Test("Weights and labels that are columns are beside the rows")
  func columnsBeside() throws {
    let text =
      "w,x,class\n"
      + (0..<2000).map { "\($0 % 3),\($0),\($0 % 4)\n" }.joined()
    let path = try folder.file("a.csv", text)
    let world = SoloCommunicator()
    let data = try DataSet.open([path], weights: "w", labels: "class", world: world)
    let sample = try data.sample(rows: 300, seed: 1, in: world)
    let content = try Content(sample)
    #expect(content.rows.count == sample.rowCount && sample.columnNames == ["x"])
    for n in 0..<sample.rowCount {
      let row = Double(bitPattern: content.rows[n])
      #expect(Double(bitPattern: content.weights[n]) == row.remainder(dividingBy: 3).wrapped(3))
      #expect(Double(bitPattern: content.labels[n]) == row.remainder(dividingBy: 4).wrapped(4))
    }
  }

  @Test("What is known of the columns is what is known of all rows", arguments: [1, 3])
  func columns(ranks: Int) throws {
    // The last column has values only in rows that the sample does not have.
    let plan = SamplePlan(rows: 200, of: 2000, seed: 1, draw: 0)
    let chosen = Set(plan.pieces.joined())
    let rows = (0..<2000).flatMap { n in
      [Double(n), chosen.contains(n) ? .nan : Double(n % 3)]
    }
    let weights = (0..<2000).map { Double($0 % 2) }
    _ = try onRanks(ranks) { world in
      let data = try DataSet(
        values: rows, columnCount: 2, weights: weights, missing: .allowed(), world: world)
      let sample = try data.sample(rows: 200, seed: 1, in: world)
      #expect(sample.rowCount == plan.rowCount && sample.columnCount == 2)
      #expect(sample.ranges == data.ranges && sample.observed == data.observed)
      #expect(sample.observed != nil && sample.largestWeight == 1)
      #expect(sample.weightedRowCount == plan.rowCount / 2)
      try sample.requireValues()
      // Who knows nothing of missing cells sees the means.
      let mean = try #require(data.observed?.means[1])
      let pass = BlockPass(["others": 1]) { block, _, sums in
        sums[0] = (0..<block.count).reduce(0) { $0 + (block.rows[2 * $1 + 1] == mean ? 0 : 1) }
      }
      #expect(try Engine(sample, threads: 2, world: world).run([pass]).sums[0].numbers == [0])
    }
  }

  @Test("A fit of a sample has the same bits on any ranks and threads")
  func sameFit() throws {
    let rows = try threeGaussianRows(20_000)
    func fit(_ ranks: Int, threads: Int) throws -> [[UInt64]] {
      try onRanks(ranks) { world in
        let data = try DataSet(
          values: rows, columnCount: 2, shardRows: [7001, 12_999], world: world)
        let sample = try data.sample(rows: 3000, seed: 4, threads: threads, in: world)
        return try Engine(sample, threads: threads, world: world).fit(
          threeGaussians, from: .kMeans, options: FitOptions(maximumIterations: 3)
        ).parameters.bits
      }
    }
    let expected = try fit(1, threads: 1)[0]
    for ranks in [1, 2, 3, 7] {
      for threads in [1, 3] {
        for bits in try fit(ranks, threads: threads) { #expect(bits == expected) }
      }
    }
  }

  @Test("Of files sorted by class all classes are there", arguments: [1, 3])
  func sortedByClass(ranks: Int) throws {
    // 16 classes of 1,250 rows, 79 pieces of 20,000 rows: five for each class, less one at each end.
    let rows = (0..<20_000).map { Double($0 / 1250) }
    let classes = try onRanks(ranks) { world in
      let data = try DataSet(values: rows, columnCount: 1, world: world)
      let sample = try data.sample(rows: 5000, seed: 3, in: world)
      return try Content(sample).rows.map { Int(Double(bitPattern: $0)) }
    }.joined()
    for number in 0..<16 { #expect(classes.count { $0 == number } >= 3 * 64) }
  }

  @Test("From half of the rows on it is the data set itself; a sample of a sample is of its rows")
  func wholeAndNested() throws {
    let world = SoloCommunicator()
    let data = try Self.inMemory(world)
    #expect(try data.sample(rows: 10_500, seed: 1, in: world) === data)
    let sample = try data.sample(rows: 4000, seed: 1, in: world)
    let part = try sample.sample(rows: 500, seed: 1, draw: 1, in: world)
    let (rows, all) = (try Content(part).rows, Set(try Content(sample).rows))
    #expect(part.rowCount == 512 && Set(rows).isSubset(of: all))
    // Whole pieces of the data, as those of the sample are.
    for start in stride(from: 0, to: 512, by: 64) {
      let first = Double(bitPattern: rows[3 * start])
      #expect(first.truncatingRemainder(dividingBy: 64) == 0)
      #expect(Double(bitPattern: rows[3 * (start + 63)]) == first + 63)
    }
  }

  @Test("An error about a row names its place in the files", arguments: [1, 2])
  func errorPlaces(ranks: Int) throws {
    let messages = try onRanks(ranks) { world in
      let data = try Self.inMemory(world)
      let sample = try data.sample(rows: 2000, seed: 1, in: world)
        .sample(rows: 600, seed: 1, in: world)
      // The first column has the number of the row.
      let bad = 5200.0
      let pass = BlockPass(["ratio": 1], takesMissing: true) { block, _, sums in
        sums[0] = (0..<block.count).reduce(0) { $0 + (block.rows[3 * $1] >= bad ? .nan : 1) }
      }
      do {
        _ = try Engine(sample, threads: 1, world: world).run([pass])
        return "no error"
      } catch {
        let row = try Self.firstRow(of: sample, from: bad, world)
        // The last shard begins with row 5,101.
        #expect("\(error)".hasPrefix("shard 4: row \(row - 5101 + 1)"), "\(error)")
        return "\(error)"
      }
    }
    #expect(Set(messages).count == 1)
  }

  /// The first number of the first column of all ranks that is not below `number`.
  private static func firstRow(
    of sample: DataSet, from number: Double, _ world: some Communicator
  ) throws -> Int {
    let own = try Content(sample).rows
    var first = [
      -(stride(from: 0, to: own.count, by: 3).map { Double(bitPattern: own[$0]) }
        .first { $0 >= number } ?? .infinity)
    ]
    try world.maximum(&first)
    return Int(-first[0])
  }

  @Test("A file that has shrunk is an error on all ranks", arguments: [1, 2, 3])
  func shrunkFile(ranks: Int) throws {
    let files = try files()
    let path = files.paths[2]
    let messages = try onRanks(ranks) { world in
      let data = try DataSet.open(
        files.paths, options: ReadOptions(missing: Self.missing), memory: .bytes(100 << 10),
        world: world)
      try world.barrier()
      if world.rank == 0 { #expect(truncate(path, 1000) == 0) }
      try world.barrier()
      do {
        _ = try data.sample(rows: 4000, seed: 8, in: world)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(Set(messages).count == 1)
    #expect(messages[0].contains("c.npy"), "\(messages[0])")
  }
}

extension Double {
  /// A remainder as one that is not negative.
  fileprivate func wrapped(_ divisor: Double) -> Double { self < 0 ? self + divisor : self }
}
