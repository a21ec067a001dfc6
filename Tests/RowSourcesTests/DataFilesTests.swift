import RowSources
import Testing

struct DataFilesTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func expand(_ names: [String]) throws -> [String] {
    try DataFiles.expand(names.map { folder.path + "/" + $0 })
      .map { String($0.dropFirst(folder.path.count + 1)) }
  }

  @Test("files keep their order, patterns and folders are sorted by name")
  func order() throws {
    _ = try folder.folder("in")
    _ = try folder.folder("in/deeper.csv")
    for name in ["p2.npy", "p10.npy", "p1.npy", "z.csv", "a[1].csv"] {
      _ = try folder.file(name, "1\n")
    }
    for name in ["b.CSV", "a.tsv", "c.npy", "README.txt", ".c.npy.partial", ".x.npy", "d.json"] {
      _ = try folder.file("in/" + name, "1\n")
    }
    #expect(try expand(["z.csv", "p1.npy"]) == ["z.csv", "p1.npy"])
    #expect(try expand(["z.csv", "p*.npy"]) == ["z.csv", "p1.npy", "p10.npy", "p2.npy"])
    #expect(try expand(["p?.npy", "p[12].npy"]) == ["p1.npy", "p2.npy", "p1.npy", "p2.npy"])
    #expect(try expand(["a[1].csv"]) == ["a[1].csv"])
    let inside = ["in/a.tsv", "in/b.CSV", "in/c.npy"]
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
      message("empty") == "empty: no data files in this folder; expected .npy, .csv or .tsv")
  }

  @Test("a file is opened by its suffix")
  func open() throws {
    let csv = try folder.file("a.CSV", "x,y\n1,2\n")
    guard case .csv(let file) = try DataFile.open(csv) else { throw Unexpected() }
    #expect(file.columnNames == ["x", "y"])
    let header = npyHeader(shape: [1], descriptor: "|u1")
    let npy = try DataFile.open(try folder.file("a.npy", header + [9]))
    guard case .npy(let rows) = npy else { throw Unexpected() }
    #expect(try rows.read() == [9])
    #expect(npy.columnCount == 1 && npy.name == folder.path + "/a.npy")

    func message(_ name: String) -> String? {
      folder.message { _ = try DataFile.open(folder.path + "/" + name) }
    }
    let unsupported = ": unsupported kind of file; supported are .npy, .csv, .tsv and .txt"
    #expect(message("a.parquet") == "a.parquet" + unsupported)
    #expect(message("noSuffix") == "noSuffix" + unsupported)
    #expect(message("b.npy") == "b.npy: no such file")
    _ = try folder.folder("d.csv")
    #expect(message("d.csv") == "d.csv: not a regular file; data are read from files on disk")
  }
  private struct Unexpected: Error {}

  @Test("shards with different numbers of columns are refused")
  func columnCounts() throws {
    let names = ["part-0000.npy", "part-0001.npy", "part-0003.npy"]
    try DataFile.requireSameColumns(names: names, columnCounts: [16, 16, 16])
    #expect(
      folder.message {
        try DataFile.requireSameColumns(names: names, columnCounts: [16, 16, 15])
      } == "part-0003.npy: 15 columns, but part-0000.npy has 16; all shards need the same columns")
    #expect(
      folder.message {
        try DataFile.requireSameColumns(names: names, columnCounts: [2, 1, 1])
      } == "part-0001.npy: 1 column, but part-0000.npy has 2; all shards need the same columns")
  }
}
