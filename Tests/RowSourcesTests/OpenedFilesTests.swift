import Foundation
import RowSources
import Testing
import _TestSupport

/// Which files of those that were named are read.
struct OpenedFilesTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func open(_ names: String..., raw: RawFormat? = nil) throws -> OpenedFiles {
    try DataFiles.open(names.map { folder.path + "/" + $0 }, ReadOptions(raw: raw))
  }

  private func notices(_ names: String...) throws -> [String] {
    try DataFiles.open(names.map { folder.path + "/" + $0 }).notices.map {
      $0.description.replacingOccurrences(of: folder.path + "/", with: "")
    }
  }

  private func names(_ opened: OpenedFiles) -> [String] {
    opened.files.map { String($0.name.dropFirst(folder.path.count + 1)) }
  }

  @Test("files without rows are left out, with one notice")
  func empty() throws {
    _ = try folder.file("full.csv", "x,y\n1,2\n")
    _ = try folder.file("full.npy", npyHeader(shape: [1, 2], descriptor: "|u1") + [1, 2])
    let blankLines = "x,y\n" + String(repeating: "\n", count: 1 << 20)
    let empty: [(String, [UInt8])] = [
      ("none.csv", []), ("header.csv", Array("x,y\n".utf8)), ("blank.csv", Array("\n \n".utf8)),
      ("comment.csv", Array("# x,y\n".utf8)),
      ("none.csv.gz", gzip("")), ("header.csv.gz", gzip("x,y\n")), ("inside.csv", gzip("")),
      ("lines.csv", Array(blankLines.utf8)), ("lines.csv.gz", gzip(blankLines)),
      ("rows.npy", npyHeader(shape: [0, 2], descriptor: "<f8")),
      ("other.npy", npyHeader(shape: [0], descriptor: "<f8")), ("none.npy", []),
    ]
    for (name, bytes) in empty {
      _ = try folder.file(name, bytes)
      let opened = try open("full.csv", name, "full.npy")
      #expect(names(opened) == ["full.csv", "full.npy"], "\(name)")
      #expect(opened.notices == [.empty([folder.path + "/" + name])])
      let alone = try open(name)
      #expect(alone.files.isEmpty && alone.notices.isEmpty)
      #expect(folder.message(alone.requireRows)?.hasPrefix(name + ": ") == true)
    }
    #expect(
      try notices("none.csv", "header.csv", "full.csv", "none.npy", "rows.npy")
        == [
          "skipped, as there are no rows in it: none.csv, header.csv, none.npy and 1 more"
        ])
    _ = try folder.file("full.npy.raw", [0, 0, 0x80, 0x3f])
    let raw = try open("none.csv", "full.npy.raw", raw: RawFormat(type: .float32, columnCount: 1))
    #expect(names(raw) == ["full.npy.raw"])
  }

  @Test("a file that is there twice is refused, by whatever name")
  func twice() throws {
    for name in ["a.csv", "b.csv"] { _ = try folder.file(name, "1,2\n3,4\n") }
    let manager = FileManager.default
    let (path, links) = (folder.path, try folder.folder("in"))
    try manager.createSymbolicLink(atPath: path + "/link.csv", withDestinationPath: path + "/a.csv")
    try manager.linkItem(atPath: path + "/a.csv", toPath: links + "/hard.csv")
    func message(_ names: String...) -> String? {
      folder.message { _ = try DataFiles.open(names.map { path + "/" + $0 }) }
    }
    let end = "; its rows would count twice"
    #expect(message("a.csv", "b.csv") == nil)
    #expect(message("a.csv", "b.csv", "a.csv") == "a.csv: given twice" + end)
    #expect(message("a.csv", "./a.csv") == "./a.csv: the same file as a.csv" + end)
    #expect(message("a.csv", "link.csv") == "link.csv: the same file as a.csv" + end)
    #expect(message("a.csv", "in") == "in/hard.csv: the same file as a.csv" + end)
    #expect(message("[ab].csv", "b.csv") == "b.csv: given twice" + end)
  }

  @Test("numbers in names order patterns and folders, and a notice says where bytes do not")
  func order() throws {
    _ = try folder.folder("in")
    for name in ["0", "1", "2", "10", "11"] { _ = try folder.file("in/\(name).csv", "\(name)\n") }
    let sorted = ["0", "1", "2", "10", "11"].map { "in/\($0).csv" }
    let words =
      "files are read in the order of the numbers in their names: in/2.csv before in/10.csv"
    for argument in ["in", "in/*.csv"] {
      #expect(names(try open(argument)) == sorted)
      #expect(try notices(argument) == [words])
    }
    #expect(try notices("in/[0-9].csv") == [])
  }

  @Test("files that are listed keep their order, and a notice says if it is a shell's")
  func listed() throws {
    for name in ["1", "2", "10"] { _ = try folder.file("\(name).csv", "\(name)\n") }
    #expect(names(try open("1.csv", "10.csv", "2.csv")) == ["1.csv", "10.csv", "2.csv"])
    #expect(
      try notices("1.csv", "10.csv", "2.csv") == [
        "files are read in the order given, 10.csv before 2.csv; quote the pattern, or name the "
          + "folder, to read them in the order of their numbers"
      ])
    #expect(try notices("1.csv", "2.csv", "10.csv") == [])
    #expect(try notices("2.csv", "1.csv", "10.csv") == [])
  }

  @Test("what a folder does not stand for is said")
  func leftOut() throws {
    _ = try folder.folder("in")
    _ = try folder.folder("in/deeper")
    for name in ["a.csv", "b.dat", ".hidden.csv"] { _ = try folder.file("in/\(name)", "1\n") }
    #expect(
      try notices("in") == [
        "in: not read: b.dat, deeper; a folder stands for the .npy, .csv, .tsv, .csv.gz, .tsv.gz, "
          + ".h5 and .hdf5 files in it"
      ])
  }
}
