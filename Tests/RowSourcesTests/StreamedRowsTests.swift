import Files
import Foundation
import RowSources
import Testing
import _TestSupport

/// Rows that are read whenever they are asked for.
struct StreamedRowsTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// 5000 rows x 3 columns: 1, 2, 3 and so on.
  private let values = (1...15000).map(Double.init)

  private func file(_ name: String = "a.npy", rows: Int = 5000) throws -> BinaryFile {
    let data = bytes(values.prefix(3 * rows).map(\.bitPattern))
    return try BinaryFile(
      npy: folder.file(name, npyFile(descriptor: "<f8", shape: "(\(rows), 3)", data: data)))
  }

  @Test("pieces in any order, again and again, are those of the file")
  func anyOrder() throws {
    let source = try file().source(inMemory: false)
    for start in [0, 1024, 4096, 2048, 0, 4999] {
      let rows = start..<min(start + 1024, 5000)
      #expect(try source.read(rows) == Array(values[3 * rows.lowerBound..<3 * rows.upperBound]))
    }
  }

  @Test("a file that is shortened while it is read is an error, not the end of the process")
  func shortened() throws {
    let source = try file().source(inMemory: false)
    _ = try source.read(0..<1024)
    let whole = try folder.bytes("a.npy").count
    truncate(folder.path + "/a.npy", off_t(whole - 1))
    #expect(try source.read(0..<1024) == Array(values[..<3072]))
    #expect(
      folder.message { _ = try source.read(4096..<5000) }
        == "a.npy: \(whole - 1) bytes, but \(whole) when it was opened; leave data files alone while "
        + "they are read")
  }

  @Test("a file that was replaced by one of another size is an error", arguments: [true, false])
  func replaced(inMemory: Bool) throws {
    let file = try file()
    let whole = try folder.bytes("a.npy").count
    _ = try self.file(rows: 4000)
    #expect(
      folder.message { _ = try file.source(inMemory: inMemory) }
        == "a.npy: \(whole - 24000) bytes, but \(whole) when it was opened; leave data files alone "
        + "while they are read")
  }

  @Test("rows in a scratch file are those of the original in all that messages say")
  func scratch() throws {
    let path = try folder.file("a.csv", "x,y\n1,2\n3,4\n5,6\n7,8\n")
    let original = try DataFiles.file(path).found()
    let scratch = try ScratchFile(byteCount: 1000, in: folder.path)
    #expect(folder.contents == ["a.csv"])
    // Rows 1 and 2, counted from 0, behind those of another file.
    try [3.0, 4, 5, 6].withUnsafeBufferPointer { try scratch.write($0, at: 160) }
    let rows = scratch.rows(1..<3, of: original.table, at: 160)
    #expect(try rows.read(1..<3) == [3, 4, 5, 6])
    #expect(try rows.read(2..<3) == [5, 6])
    #expect(rows.rowCount == 4 && rows.columnCount == 2)
    #expect(
      folder.message { throw rows.notFinite(.nan, row: 1, column: 1) }?
        .hasPrefix("a.csv: row 3, column 2 (y): found nan") == true)
  }

  @Test("a scratch file for which there is no room is an error that says what to do")
  func noRoom() throws {
    let advice =
      "; raise the memory limit, convert the data to .npy files, or set TMPDIR to a folder with "
      + "room"
    #expect(
      folder.message { _ = try ScratchFile(byteCount: 8, in: folder.path + "/none") }
        == "none: no room for 8 bytes of rows that do not fit in memory: No such file or directory"
        + advice)
    let message = folder.message { _ = try ScratchFile(byteCount: 1 << 60, in: folder.path) }
    #expect(message?.contains("no room for \(1 << 60) bytes") == true)
    #expect(folder.contents == [])
  }
}
