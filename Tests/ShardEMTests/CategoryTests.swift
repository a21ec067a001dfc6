import Host
import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Synchronization
import Testing
import _TestSupport

/// Columns of words and of numbers that name categories, from the file to the numbers of a block.
@Suite("Categories of data")
struct CategoryTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private static let rowCount = 40_000
  /// A word, a number, a category that is a number, a weight.
  private static func fields(_ n: Int) -> [String] {
    let color = ["red", "dark \"\"blue\"\"", "green"][n * 7 % 3]
    return ["\"\(color)\"", "\(n % 11)", ["10", "9.0", "x", "NA"][n * 5 % 4], "\(1 + n % 3)"]
  }
  private static let csv =
    "color,size,kind,w\n"
    + (0..<rowCount).map { fields($0).joined(separator: ",") + "\n" }.joined()

  private static func open(
    _ path: String, _ kinds: [ColumnKind], weights: String? = "w",
    memory: MemoryLimit = .share(0.5),
    unknownAreMissing: Bool = false, threads: Int = 1, world: any Communicator = SoloCommunicator()
  ) throws -> DataSet {
    try DataSet.open(
      [path], options: ReadOptions(missing: .allowed()), weights: weights,
      kinds: ColumnKinds { _ in kinds },
      unknownCategoriesAreMissing: unknownAreMissing, memory: memory, threads: threads,
      world: world)
  }

  private static func values(_ data: DataSet, _ world: any Communicator) throws -> [UInt64] {
    let all = Mutex([Double](repeating: 0, count: data.rowCount * data.columnCount))
    try Engine(data, threads: 1, world: world).forEachBlock(takingMissing: true) { _, block, _ in
      all.withLock { all in
        for i in 0..<block.count * block.columnCount {
          all[block.firstRow * block.columnCount + i] = block.rows[i].isNaN ? -1 : block.rows[i]
        }
      }
    }
    var numbers = all.withLock { $0 }
    try world.sum(&numbers)
    return numbers.map(\.bitPattern)
  }

  private static let kinds: [ColumnKind] = [.category(nil), .number, .category(nil)]

  @Test(
    "They are learned and sorted, numbers first, the same on any ranks and threads, in memory or not"
  )
  func learned() throws {
    let path = try folder.file("a.csv", Self.csv)
    let one = try Self.open(path, Self.kinds)
    #expect(
      one.categories.map { $0?.names } == [
        ["dark \"blue\"", "green", "red"], nil, ["9", "10", "x"],
      ])
    let expected = (0..<Self.rowCount).flatMap { n -> [Double] in
      [[2, 0, 1][n * 7 % 3], Double(n % 11), [1, 0, 2, -1][n * 5 % 4]]
    }
    let solo = SoloCommunicator()
    #expect(try Self.values(one, solo) == expected.map(\.bitPattern))
    let memory = try #require(MemoryLimit("400KB"))
    for (ranks, threads) in [(1, 3), (2, 1), (3, 2)] {
      for limit in [MemoryLimit.share(0.5), memory] {
        let found = try onRanks(ranks) { world in
          let data = try Self.open(path, Self.kinds, memory: limit, threads: threads, world: world)
          #expect(data.isInMemory == (limit != memory))
          #expect(data.categories == one.categories)
          return try Self.values(data, world)
        }
        #expect(found.allSatisfy { $0 == expected.map(\.bitPattern) })
      }
    }
  }

  /// A row of weight 0 counts as absent, whatever it says.
  @Test(
    "Those of rows of weight 0 are not learned, from text or numbers, weights beside the data or in them"
  )
  func absentRows() throws {
    let rows = (0..<5000).map { n in (kind: n % 7, weight: n % 7 == 4 || n % 3 == 0 ? 0.0 : 1) }
    let weights = try folder.file("w.csv", rows.map { "\($0.weight)\n" }.joined())
    let text = try folder.file(
      "a.csv", "kind,w\n" + rows.map { "k\($0.kind),\($0.weight)\n" }.joined())
    let numbers = try folder.file(
      "a.npy", npy(rows.flatMap { [Double($0.kind), $0.weight] }, shape: [5000, 2]))
    for (path, prefix) in [(text, "k"), (numbers, "")] {
      let present: [String] = [0, 1, 2, 3, 5, 6].map { "\(prefix)\($0)" }
      for ranks in [1, 3] {
        let categories = try onRanks(ranks) { world in
          func learned(_ kinds: [ColumnKind], weights: String) throws -> [String]? {
            let data = try DataSet.open(
              [path], weights: weights, kinds: ColumnKinds { _ in kinds }, memory: .bytes(1 << 20),
              threads: 2, world: world)
            return data.categories[0]?.names
          }
          return [
            try learned([.category(nil)], weights: "2"),
            try learned([.category(nil), .number], weights: weights),
          ]
        }
        #expect(categories.allSatisfy { $0 == [present, present] }, "\(path), \(ranks) ranks")
      }
    }
  }

  @Test("Of rows of weight 0 the first values know nothing")
  func absentFirstValues() throws {
    let path = try folder.file("a.csv", "x,w\n1,1\nb,0\n3,2\n")
    let beside = try folder.file("w.csv", "1\n0\n2\n")
    let weights: [String] = ["w", beside]
    for weights in weights {
      let found = Mutex<[Categories]>([])
      _ = try DataSet.open(
        [path], weights: weights,
        kinds: ColumnKinds(looksAtValues: true) { columns in
          found.withLock { $0 = columns.firstValues }
          return columns.names.map { $0.map { _ in .category(nil) } } ?? []
        }, world: SoloCommunicator())
      #expect(found.withLock { $0[0] } == Categories(["1", "3"]))
    }
  }

  @Test("With decimal commas, what only a decimal point makes a number is no word")
  func decimalComma() throws {
    func message(_ text: String, _ kinds: [ColumnKind] = [.category(nil), .number]) throws
      -> String?
    {
      let path = try folder.file("a.csv", text)
      return folder.message {
        let data = try DataSet.open(
          [path], options: ReadOptions(decimalComma: true), kinds: ColumnKinds { _ in kinds },
          world: SoloCommunicator())
        #expect(data.categories[0]?.names == ["1.5", "2", "1.5.2", "v1.5"])
      }
    }
    let expected =
      "a.csv: row 3, column 1 (x): found \"1.5\", expected a category: a number with a decimal comma, "
      + "or a word that is no number"
    #expect(try message("x;y\n1,5;0\n2;0\nv1.5;0\n1.5.2;0\n1,50;0\n") == nil)
    #expect(try message("x;y\n1,5;0\n1.5;0\n") == expected)
    let known = ColumnKind.category(Categories(["1.5"]))
    #expect(
      try message("x;y\nA;0\n1.5;0\n".replacing("A", with: "1,5"), [known, .number]) == expected)
  }

  @Test("Unknown ones are refused by name, file, row and column, or missing if asked")
  func unknown() throws {
    let path = try folder.file(
      "a.csv", "kind,w\nx,1\n\ny,1\nNA,1\nz,1\n".replacing("\n\n", with: "\n"))
    let known = [ColumnKind.category(Categories(["y", "x"]))]
    #expect(
      folder.message { _ = try Self.open(path, known) }
        == "a.csv: row 5, column 1 (kind): found \"z\", which is none of the 2 categories of the model: y, x; "
        + "leave such rows out, or give MissingCells.allowed and "
        + "DataSet.open(unknownCategoriesAreMissing:)")
    let data = try Self.open(path, known, unknownAreMissing: true)
    let (one, zero, minusOne) = (1.0, 0.0, (-1.0).bitPattern)
    #expect(
      try Self.values(data, SoloCommunicator())
        == [one.bitPattern, zero.bitPattern, minusOne, minusOne])
  }

  @Test("A cell without a category is an error where none may be missing")
  func none() throws {
    let path = try folder.file("a.csv", "kind\nx\n\"\"\n")
    let message = folder.message {
      _ = try DataSet.open(
        [path], kinds: ColumnKinds { _ in [.category(nil)] }, world: SoloCommunicator())
    }
    #expect(
      message
        == "a.csv: row 3, column 1 (kind): found an empty field, expected a category; leave such rows "
        + "out, fill in their values, or give MissingCells.allowed")
  }

  @Test("Numbers of binary files are the categories of text, words are given by their places")
  func binary() throws {
    let path = try folder.file("a.npy", npy([3, 1.5, 3, 20, 0, 2], shape: [3, 2]))
    let learned = try Self.open(path, [.category(nil), .category(nil)], weights: nil)
    #expect(learned.categories.map { $0?.names } == [["0", "3"], ["1.5", "2", "20"]])
    #expect(
      try Self.values(learned, SoloCommunicator()) == [1, 0, 1, 2, 0, 1.0].map(\.bitPattern))
    let words = Categories(["a", "b", "c", "d"])
    let numbers = Categories(["2", "20", "1.5"])
    let known = try Self.open(path, [.category(words), .category(numbers)], weights: nil)
    #expect(try Self.values(known, SoloCommunicator()) == [3, 2, 3, 1, 0, 0.0].map(\.bitPattern))
    #expect(
      folder.message {
        _ = try Self.open(path, [.category(Categories(["a"])), .number], weights: nil)
      }
        == "a.npy: row 1, column 1: found \"3\", which is none of the 1 category of the model: a; leave such "
        + "rows out, or give MissingCells.allowed and DataSet.open(unknownCategoriesAreMissing:)")
  }

  /// A number that stands for a missing cell is none of a category.
  @Test("Words for missing cells are those of columns of categories too")
  func missingWords() throws {
    let path = try folder.file("a.csv", "x,kind\n1,?\n-999,-999\n0,b\n3,-999.0\n")
    let data = try DataSet.open(
      [path], options: ReadOptions(missing: .allowed(words: ["?", "-999"])),
      kinds: ColumnKinds { _ in [.number, .category(nil)] }, world: SoloCommunicator())
    #expect(data.categories.map { $0?.names } == [nil, ["b"]])
    #expect(
      try Self.values(data, SoloCommunicator())
        == [1, -1, -1, -1, 0, 0, 3, -1.0].map(\.bitPattern))
  }

  @Test("Values are told apart by their bytes, whatever they look like")
  func bytes() throws {
    // An accented letter, the same of two characters, and a value that begins with an accent.
    let path = try folder.file("a.csv", "x\n\u{e9}\ne\u{301}\n\u{301}b\n")
    let data = try Self.open(path, [.category(nil)], weights: nil)
    let names = try #require(data.categories[0]?.names)
    #expect(
      names.map { Array($0.utf8) } == ["e\u{301}", "\u{e9}", "\u{301}b"].map { Array($0.utf8) })
    #expect(try Self.values(data, SoloCommunicator()) == [1, 0, 2.0].map(\.bitPattern))
    let latin = try folder.file("b.csv", Array("x\ncaf".utf8) + [0xe9, 10])
    #expect(
      folder.message { _ = try Self.open(latin, [.category(nil)], weights: nil) }
        == "b.csv: row 2, column 1 (x): the text is not UTF-8; save it as UTF-8")
  }

  @Test("Infinity is no category")
  func infinite() throws {
    for path in [
      try folder.file("a.npy", npy([1, .infinity], shape: [2, 1])),
      try folder.file("a.csv", "x\n1\ninf\n"),
    ] {
      let message = folder.message { _ = try Self.open(path, [.category(nil)], weights: nil) }
      #expect(message?.contains("found inf, expected a finite number") == true)
    }
  }

  @Test("The first values are the same on any number of ranks")
  func firstValues() throws {
    let path = try folder.file("a.csv", "x\n" + (0..<4000).map { "\($0 / 1000)\n" }.joined())
    for ranks in [1, 2, 3] {
      let found = try onRanks(ranks) { world in
        let values = Mutex<[Categories]>([])
        _ = try DataSet.open(
          [path],
          kinds: ColumnKinds(looksAtValues: true) { found in
            values.withLock { $0 = found.firstValues }
            return [.number]
          }, world: world)
        return values.withLock { $0 }
      }
      #expect(found.allSatisfy { $0 == [Categories(["0", "1", "2", "3"])] })
    }
  }

  @Test("Too many different values are refused")
  func tooMany() throws {
    let text = "id\n" + (0...Categories.most).map { "r\($0)\n" }.joined()
    let path = try folder.file("a.csv", text)
    let message = folder.message {
      _ = try Self.open(path, [.category(nil)], weights: nil, threads: 2)
    }
    #expect(
      message?.hasSuffix("more than 65536 different values; is this a column of categories?")
        == true)
  }

  @Test("Rows of weight 0 may have others than the known ones, unless all rows are looked at")
  func othersOfAbsentRows() throws {
    func open(
      _ rows: String, _ weights: [Double], inFile: Bool, all: Bool = false
    ) throws -> DataSet {
      try DataSet.open(
        [try folder.file("a.csv", "w,kind\n" + rows)], options: ReadOptions(columns: ["kind"]),
        weights: inFile ? try folder.file("w.csv", weights.map { "\($0)\n" }.joined()) : "w",
        kinds: ColumnKinds { _ in [.category(Categories(["a", "b"]))] }, predictingAllRows: all,
        world: SoloCommunicator())
    }
    for inFile in [false, true] {
      let data = try open("1,a\n0,c\n2,b\n", [1, 0, 2], inFile: inFile)
      #expect(data.categories.map { $0?.names } == [["a", "b"]])
      #expect(try Self.values(data, SoloCommunicator()) == [0.0, 0, 1].map(\.bitPattern))
      #expect(
        folder.message { _ = try open("1,a\n0,c\n2,b\n", [1, 0, 2], inFile: inFile, all: true) }?
          .hasPrefix("a.csv: row 3, column 2 (kind): found \"c\", ") == true)
      // Of a row that counts.
      #expect(
        folder.message { _ = try open("1,a\n0,c\n2,d\n", [1, 0, 2], inFile: inFile) }?
          .hasPrefix("a.csv: row 4, column 2 (kind): found \"d\", ") == true)
    }
  }
}

/// A file of float64.
private func npy(_ values: [Double], shape: [Int]) -> [UInt8] {
  npyHeader(shape: shape, descriptor: "<f8") + values.withUnsafeBytes(Array.init)
}
