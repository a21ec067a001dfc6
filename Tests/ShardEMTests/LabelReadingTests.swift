import Host
import MessagePassing
import RowSources
import ShardEM
import Synchronization
import Testing
import _TestSupport

/// Labels from the file to the numbers of a block.
@Suite("Labels of data")
struct LabelReadingTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private static func open(
    _ path: String, labels: String, weights: String? = nil, options: ReadOptions = ReadOptions(),
    kinds: ColumnKinds? = nil, memory: MemoryLimit = .share(0.5), threads: Int = 1,
    world: any Communicator = SoloCommunicator()
  ) throws -> DataSet {
    try DataSet.open(
      [path], options: options, weights: weights, labels: labels, kinds: kinds, memory: memory,
      threads: threads, world: world)
  }

  /// Of all rows the labels, -1 where unknown; the sums of the values and weights, to tell them apart.
  private static func found(_ data: DataSet, _ world: any Communicator) throws -> [[Double]] {
    let all = Mutex([Double](repeating: 0, count: 3 * data.rowCount))
    try Engine(data, threads: 1, world: world).forEachBlock { _, block, _ in
      all.withLock { all in
        for n in 0..<block.count {
          let label = block.labels.map { $0[n] } ?? -7
          all[3 * (block.firstRow + n)] = label >= 0 || label < -1 ? label : -1
          all[3 * (block.firstRow + n) + 1] = (0..<block.columnCount).reduce(0) {
            10 * $0 + block.rows[n * block.columnCount + $1]
          }
          all[3 * (block.firstRow + n) + 2] = block.weights?[n] ?? 1
        }
      }
    }
    var numbers = all.withLock { $0 }
    try world.sum(&numbers)
    return (0..<3).map { i in (0..<data.rowCount).map { numbers[3 * $0 + i] } }
  }

  private static let solo = SoloCommunicator()

  private static func npy(_ values: [Double], shape: [Int]) -> [UInt8] {
    npyHeader(shape: shape, descriptor: "<f8") + values.withUnsafeBytes(Array.init)
  }

  @Test(
    "A column of words is classes in their order, unknown where it says nothing",
    arguments: ["a,kind,b\n", ""])
  func words(header: String) throws {
    let text = header + "1,x y,2\n3,,4\n5,\"z\",6\n7,NA,8\n9,-1,0\n2,x y,3\n"
    let column = header.isEmpty ? "2" : "kind"
    for (path, bytes) in [("a.csv", Array(text.utf8)), ("b.csv.gz", gzip(text))] {
      let data = try Self.open(try folder.file(path, bytes), labels: column)
      #expect(data.classNames == ["x y", "z"])
      #expect(data.columnNames == (header.isEmpty ? nil : ["a", "b"]))
      #expect(
        try Self.found(data, Self.solo) == [
          [0, -1, 1, -1, -1, 0], [12, 34, 56, 78, 90, 23], [1, 1, 1, 1, 1, 1],
        ])
    }
  }

  @Test("A column of numbers is classes, whose range a model knows; an empty first row is data")
  func numbers() throws {
    let path = try folder.file("a.csv", "1,\n3,2\n5,-1\n7,0.0\n")
    let data = try Self.open(path, labels: "2")
    #expect(data.classNames == nil && data.columnCount == 1)
    #expect(try Self.found(data, Self.solo)[0] == [-1, 2, -1, 0])
    let npy = try folder.file(
      "a.npy", Self.npy([1, .nan, 3, 2, 5, -1, 7, 0], shape: [4, 2]))
    let binary = try Self.open(npy, labels: "2")
    #expect(try Self.found(binary, Self.solo) == Self.found(data, Self.solo))
  }

  @Test(
    "Weights and labels may both be columns, chosen ones or not, the same on any ranks, in memory or not"
  )
  func withWeights() throws {
    let count = 40_000
    let (kinds, words) = (["u", "v", ""], ["p", "q"])
    let lines = (0..<count).map { n -> String in
      "\(n % 4),\(kinds[n % 3]),\(n % 5),\(n % 2),\(words[n % 2])\n"
    }
    let path = try folder.file("a.csv", "w,kind,x,y,word\n" + lines.joined())
    let ofThree: [Double] = [0, 1, -1]
    let labels = (0..<count).map { n -> Double in ofThree[n % 3] }
    let values = (0..<count).map { n -> Double in 10 * Double(n % 5) + Double(n % 2) }
    let weights = (0..<count).map { n -> Double in Double(n % 4) }
    let expected: [[Double]] = [labels, values, weights]
    let limited = try #require(MemoryLimit("400KB"))
    for (ranks, threads) in [(1, 3), (2, 1), (3, 2)] {
      for limit in [MemoryLimit.share(0.5), limited] {
        let found = try onRanks(ranks) { world in
          let data = try Self.open(
            path, labels: "kind", weights: "w", options: ReadOptions(columns: ["x", "y"]),
            memory: limit, threads: threads, world: world)
          #expect(data.isInMemory == (limit != limited))
          #expect(data.classNames == ["u", "v"])
          return try Self.found(data, world)
        }
        #expect(found.allSatisfy { $0 == expected })
      }
    }
    // Categories beside them.
    let ofColumns = ColumnKinds { found in
      #expect(found.names == ["x", "y", "word"])
      return [.number, .number, .category(nil)]
    }
    let data = try Self.open(path, labels: "2", weights: "1", kinds: ofColumns)
    #expect(data.categories.last??.names == ["p", "q"] && data.classNames == ["u", "v"])
    #expect(try Self.found(data, Self.solo)[0] == expected[0])
    #expect(
      folder.message { _ = try Self.open(path, labels: "w", weights: "w") }
        == "column 1 (w) as that of weights and of labels; expected a column of each")
    #expect(
      folder.message { _ = try Self.open(path, labels: "z") }?.hasPrefix("z: no such file, and ")
        == true)
  }

  @Test(
    "A file has a label for each row, whether it begins with a name or not",
    arguments: ["kind\n", ""])
  func file(header: String) throws {
    let path = try folder.file("a.csv", "x\n1\n2\n3\n4\n5\n")
    let labels = try folder.file(
      "labels.csv", header + "Iris setosa\nNA\nIris\n-1\nIris setosa\n")
    for ranks in 1...3 {
      let found = try onRanks(ranks) { world in
        let data = try Self.open(path, labels: labels, world: world)
        #expect(data.classNames == ["Iris", "Iris setosa"])
        return try Self.found(data, world)
      }
      #expect(found.allSatisfy { $0 == [[1, -1, 0, -1, 1], [1, 2, 3, 4, 5], [1, 1, 1, 1, 1]] })
    }
    let numbers = try folder.file("labels.npy", Self.npy([1, .nan, 0, -1, 2], shape: [5]))
    let data = try Self.open(path, labels: numbers)
    #expect(try Self.found(data, Self.solo)[0] == [1, -1, 0, -1, 2])
    // A name over labels that are one too few is no label.
    for text in ["class\n0\n1\n0\n1\n", "class\na\nb\na\nb\n"] {
      let few = try folder.file("few.csv", text)
      #expect(
        folder.message { _ = try Self.open(path, labels: few) }
          == "few.csv: 4 rows for 5 rows of data; expected one for each")
    }
    let short = try folder.file("short.csv", "0\n1\n")
    #expect(
      folder.message { _ = try Self.open(path, labels: short) }
        == "short.csv: 2 rows for 5 rows of data; expected one for each")
    let wide = try folder.file("wide.csv", "0,1\n1,0\n")
    #expect(
      folder.message { _ = try Self.open(path, labels: wide) }
        == "wide.csv: 2 columns; expected one, of labels")
  }

  @Test(
    "Numbers that stand for missing cells of the data are the labels that they say; words are none")
  func missingValues() throws {
    let options = ReadOptions(missing: .allowed(words: ["2", "-9", "?"]))
    let expected: [Double] = [2, 0, -1, -1, 1]
    func check(_ path: String, _ labels: String, hasWords: Bool = true) throws {
      let data = try Self.open(path, labels: labels, options: options)
      #expect(try Self.found(data, Self.solo)[0] == expected, "\(path) \(labels)")
      // Cells of the data are missing.
      #expect(data.observed != nil)
    }
    let text = try folder.file("a.csv", "x,kind\n2,2\n3,0\n?,?\n5,-9\n6,1\n")
    try check(text, "kind")
    let x: [Double] = [2, 3, 4, 5, 6]
    let kind: [Double] = [2, 0, .nan, -9, 1]
    let both = zip(x, kind).flatMap { [$0, $1] }
    let binary = try folder.file("a.npy", Self.npy(both, shape: [5, 2]))
    try check(binary, "2")
    let many = try folder.file(
      "many.npy", Self.npy((0..<8000).flatMap { _ in both }, shape: [40_000, 2]))
    let streamed = try Self.open(
      many, labels: "2", options: options, memory: try #require(MemoryLimit("400KB")))
    #expect(!streamed.isInMemory)
    #expect(try Self.found(streamed, Self.solo)[0].suffix(5) == expected[...])
    let labels = try folder.file("labels.npy", Self.npy(kind, shape: [5]))
    let words = try folder.file("labels.csv", "2\n0\n?\n-9\n1\n")
    let data = try folder.file("x.npy", Self.npy(x, shape: [5, 1]))
    for file in [labels, words] { try check(data, file) }
  }

  @Test("A column of labels that are measurements is one of numbers, however many there are")
  func measurements() throws {
    let lines = (0..<70_000).map { "1,\($0).5\n" }
    let path = try folder.file("a.csv", "x,y\n" + lines.joined())
    for threads in [1, 2] {
      let data = try Self.open(path, labels: "y", threads: threads)
      #expect(data.classNames == nil && data.columnCount == 1)
      #expect(try Self.found(data, Self.solo)[0].prefix(2) == [0.5, 1.5])
    }
    let words = try folder.file("b.csv", "x,y\n" + (0..<70_000).map { "1,w\($0)\n" }.joined())
    #expect(
      folder.message { _ = try Self.open(words, labels: "y") }
        == "b.csv: column 2 (y): 65536 different words or more; expected labels, a word for each class"
    )
  }

  #if HDF5
    @Test("HDF5 files have labels in a column, or a dataset beside the data's")
    func hdf5() throws {
      let path = TestData.shipped.appending(path: "numbers.h5").path
      // Row r, column c is 3 r + c + 1.
      for (labels, first, columns) in [("2", 2.0, 2), ("\(path):vector", 1, 3)] {
        for ranks in [1, 3] {
          let found = try onRanks(ranks) { world in
            let data = try Self.open("\(path):little/i4", labels: labels, world: world)
            #expect(data.columnCount == columns && data.classNames == nil)
            return try Self.found(data, world)[0]
          }
          #expect(found.allSatisfy { $0 == (0..<40).map { first + 3 * Double($0) } })
        }
      }
      let numbers = try folder.file("a.npy", Self.npy((0..<40).map { Double($0) }, shape: [40, 1]))
      let data = try Self.open(numbers, labels: "\(path):vector")
      #expect(try Self.found(data, Self.solo)[0][39] == 118)
      #expect(
        folder.message { _ = try Self.open(numbers, labels: "\(path):little/i4") }
          == "\(path):little/i4: 3 columns; expected one, of labels")
    }
  #endif
}
