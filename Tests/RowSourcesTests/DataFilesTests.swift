import RowSources
import Testing
import _TestSupport

struct DataFilesTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func expand(_ names: [String]) throws -> [String] {
    try DataFiles.expand(names.map { folder.path + "/" + $0 })
      .map { String($0.dropFirst(folder.path.count + 1)) }
  }

  @Test("files keep their order, patterns and folders are sorted by the numbers in names")
  func order() throws {
    _ = try folder.folder("in")
    _ = try folder.folder("in/deeper.csv")
    for name in ["p2.npy", "p10.npy", "p1.npy", "z.csv", "a[1].csv"] {
      _ = try folder.file(name, "1\n")
    }
    for name in [
      "b.CSV", "a.tsv", "c.npy", "b.csv.GZ", "README.txt", ".c.npy.partial", ".x.npy", "d.json",
      "d.gz", "d.json.gz",
    ] {
      _ = try folder.file("in/" + name, "1\n")
    }
    #expect(try expand(["z.csv", "p1.npy"]) == ["z.csv", "p1.npy"])
    #expect(try expand(["z.csv", "p*.npy"]) == ["z.csv", "p1.npy", "p2.npy", "p10.npy"])
    #expect(try expand(["p?.npy", "p[12].npy"]) == ["p1.npy", "p2.npy", "p1.npy", "p2.npy"])
    #expect(try expand(["a[1].csv"]) == ["a[1].csv"])
    let inside = ["in/a.tsv", "in/b.CSV", "in/b.csv.GZ", "in/c.npy"]
    #expect(try expand(["in"]) == inside)
    #expect(try expand(["in/", "i*"]) == inside + inside)
    #expect(try expand(["in/README.txt"]) == ["in/README.txt"])
  }

  @Test("what is not there is said by name")
  func messages() throws {
    _ = try folder.folder("empty")
    func message(_ name: String) -> String? { folder.message { _ = try expand([name]) } }
    #expect(message("a.npy") == "a.npy: no such file")
    #expect(message("a*.npy") == "a*.npy: no file matches this pattern")
    #expect(
      message("empty")
        == "empty: no data files in this folder; expected .npy, .csv, .tsv, .csv.gz, .tsv.gz, .h5 or "
        + ".hdf5")
  }

  @Test("a file is opened by its suffix")
  func open() throws {
    let csv = try folder.file("a.CSV", "x,y\n1,2\n")
    guard let file = try DataFiles.file(csv) as? CSVFile else { throw Unexpected() }
    #expect(file.columnNames == ["x", "y"])
    let header = npyHeader(shape: [1], descriptor: "|u1")
    let npy = try DataFiles.file(try folder.file("a.npy", header + [9]))
    guard let rows = npy as? any NumberFile else { throw Unexpected() }
    #expect(try rows.source(of: 0..<1, inMemory: true).read() == [9])
    #expect(npy.columnCount == 1 && npy.name == folder.path + "/a.npy")

    func message(_ name: String) -> String? {
      folder.message { _ = try DataFiles.file(folder.path + "/" + name) }
    }
    let unsupported =
      ": unsupported kind of file; supported are .npy, .csv, .tsv, .txt, .csv.gz, .h5; or give "
      + "ReadOptions.raw"
    _ = try folder.file("a.bin", [1, 2, 3])
    _ = try folder.file("noSuffix", [1, 2, 3])
    #expect(message("a.bin") == "a.bin" + unsupported)
    #expect(message("noSuffix") == "noSuffix" + unsupported)
    #expect(message("a.parquet") == "a.parquet: no such file")
    #expect(message("b.npy") == "b.npy: no such file")
    _ = try folder.folder("d.csv")
    #expect(message("d.csv") == "d.csv: a folder; expected a file")
  }

  @Test("raw files are found by name and pattern, but not in folders")
  func rawFiles() throws {
    _ = try folder.folder("in")
    for name in ["a.bin", "b.csv"] { _ = try folder.file("in/" + name, [0, 0, 0x80, 0x3f]) }
    let options = ReadOptions(raw: RawFormat(type: .float32, columnCount: 1))
    let paths = try DataFiles.expand([folder.path + "/in/*"], options)
    #expect(paths == [folder.path + "/in/a.bin", folder.path + "/in/b.csv"])
    for path in paths {
      let file = try DataFiles.file(path, options)
      guard let rows = file as? any NumberFile else { throw Unexpected() }
      #expect(try rows.source(of: 0..<1, inMemory: true).read() == [1])
    }
    #expect(
      folder.message { _ = try DataFiles.expand([folder.path + "/in"], options) }
        == "in: a folder; with ReadOptions.raw give files, or a pattern such as folder/*")
  }
  private struct Unexpected: Error {}

  /// What is wrong with files of these texts, a.csv, b.csv and so on, as shards; nil: nothing.
  private func fault(_ texts: String..., columns: [String]? = nil) throws -> String? {
    let options = ReadOptions(columns: columns)
    let files = try zip("abcde", texts).map { name, text in
      try DataFiles.file(try folder.file("\(name).csv", text), options)
    }
    return folder.message { try files.requireSameColumns(options) }
  }

  @Test("shards with different numbers of columns are refused")
  func columnCounts() throws {
    let (two, three) = ("1,2\n", "1,2,3\n")
    #expect(try fault(two, two, two) == nil)
    #expect(
      try fault(three, three, two)
        == "c.csv: 2 columns, but a.csv has 3; all shards need the same columns")
    #expect(
      try fault(two, "1\n", three)
        == "b.csv: 1 column, but a.csv has 2; all shards need the same columns")
  }

  @Test("shards that name their columns differently are refused, unless columns are chosen")
  func columnNames() throws {
    let (xy, yx, plain) = ("x,y\n1,2\n", "y,x\n1,2\n", "1,2\n")
    #expect(try fault(xy, plain, xy) == nil)
    #expect(try fault(xy, yx, columns: ["x", "y"]) == nil)
    #expect(try fault(xy, yx, columns: ["1", "2"]) == nil)
    let advice =
      "; choose the columns with ReadOptions.columns, or give all shards the same ones in one order"
    #expect(
      try fault(plain, xy, plain, yx) == "d.csv: column 1 (y): b.csv has \"x\" there" + advice)
    #expect(
      try fault(xy, "x,z\n1,2\n") == "b.csv: column 2 (z): a.csv has \"y\" there" + advice)
  }

  @Test("a column is found by name where a shard has names, else by number")
  func columnIndex() throws {
    let options = ReadOptions()
    let files = try [
      DataFiles.file(folder.file("a.csv", "1,2\n"), options),
      DataFiles.file(folder.file("b.csv", "x,1\n1,2\n"), options),
    ]
    func index(_ column: String, _ files: [any DataFile], _ options: ReadOptions) throws -> Int {
      try files.index(ofColumn: column, options)
    }
    #expect(try index("x", files, options) == 0)
    // A name that reads as a number wins over it.
    #expect(try index("1", files, options) == 1)
    #expect(try index("2", files, options) == 1)
    #expect(try index("1", [files[0]], options) == 0)
    #expect(try index("2", files, ReadOptions(columns: ["2", "x"])) == 0)
    #expect(
      folder.message { _ = try index("x", [files[0]], options) }
        == "a.csv: no column \"x\"; its columns have no names, only the numbers 1 to 2")
  }
}

struct LocalNameTests {
  @Test(
    "a name without its folder keeps the dataset",
    arguments: [
      ("a.npy", "a.npy"), ("/x/y/a.npy", "a.npy"), ("../a.csv.gz", "a.csv.gz"),
      ("x/a.h5:/g/d", "a.h5:/g/d"), ("a.h5:/g/d", "a.h5:/g/d"), ("x.h5/a.npy", "a.npy"),
    ])
  func withoutFolder(name: String, expected: String) {
    #expect(DataFiles.nameWithoutFolder(name) == expected)
  }
}
