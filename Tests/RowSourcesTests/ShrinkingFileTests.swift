import Foundation
import RowSources
import Testing
import _TestSupport

/// Files that someone shortens while they are read, or mapped: an error that says so, at once.
struct ShrinkingFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func shorten(_ path: String, to size: Int) throws {
    try #require(truncate(path, off_t(size)) == 0)
  }

  private func message(_ size: Int, of expected: Int, _ name: String) -> String {
    "\(name): \(size) bytes, but \(expected) when it was opened; leave data files alone while they "
      + "are read"
  }

  // To nothing; within a page, whose rest then reads as zeros; by the last byte.
  @Test(
    "a text is shortened before its rows are searched for, or parsed", arguments: [0, 5000, -1])
  func text(change: Int) throws {
    let text = String(repeating: "1.5,2.5\n", count: 20_000)
    let size = change < 0 ? text.utf8.count + change : change
    let expected = message(size, of: text.utf8.count, "a.csv")

    let unsearched = try CSVFile(path: try folder.file("a.csv", text), partBytes: 1 << 14)
    try shorten(folder.path + "/a.csv", to: size)
    #expect(folder.message { _ = try unsearched.parseAll(threads: 2) } == expected)

    let searched = try CSVFile(path: try folder.file("a.csv", text), partBytes: 1 << 14).found()
    try shorten(folder.path + "/a.csv", to: size)
    #expect(
      folder.message { _ = try searched.parse(rows: 0..<20_000, threads: 2) }
        == expected)
  }

  @Test("what is appended to a text while it is read is not read")
  func growing() throws {
    let path = try folder.file("a.csv", "1,2\n3,4\n")
    let file = try CSVFile(path: path)
    _ = try folder.file("a.csv", "1,2\n3,4\n5,6\n7,")
    #expect(try file.parseAll().values == [1, 2, 3, 4])
  }

  @Test(
    "a binary file is shortened while its rows are in memory, in place or to be converted",
    arguments: ["<f8", ">f8"], [false, true])
  func binary(descriptor: String, isFortran: Bool) throws {
    let data = [UInt8](repeating: 0, count: 8 * 30_000)
    for size in [0, 5000, 128 + 8 * 29_999] {
      // A header of 128 bytes, so that the numbers lie as they can be used in place.
      let header =
        "{'descr': '\(descriptor)', 'fortran_order': \(isFortran ? "True" : "False"), "
        + "'shape': (10000, 3)}"
      let padded = header.padding(toLength: 117, withPad: " ", startingAt: 0)
      let path = try folder.file("a.npy", npyFile(dictionary: padded, data: data))
      let expected = message(size, of: try folder.bytes("a.npy").count, "a.npy")
      let file = try BinaryFile(npy: path)
      let mapped = try file.source(inMemory: true)
      let streamed = try file.source(inMemory: false)
      try shorten(path, to: size)
      for source in [mapped, streamed] {
        #expect(folder.message { _ = try source.read(9000..<10_000) } == expected)
      }
      // What is wrong with rows that are lost is not what is to be said.
      let scratch = UnsafeMutablePointer<Double>.allocate(capacity: 3000)
      defer { scratch.deallocate() }
      #expect(
        folder.message {
          try mapped.withRows(9000..<10_000, scratch: scratch) { rows in
            throw RowSourceError(.notFinite(rows[0]), path: path)
          }
        } == expected)
    }
  }

  @Test("a file of that name which is another one by now does not matter")
  func replaced() throws {
    let path = try folder.file(
      "a.npy", npyFile(descriptor: "<f8", shape: "(2,)", data: bytes([Int64(0), 0])))
    let source = try BinaryFile(npy: path).source(inMemory: true)
    try FileManager.default.removeItem(atPath: path)
    #expect(try source.read() == [0, 0])
    _ = try folder.file("a.npy", "short")
    #expect(try source.read() == [0, 0])
  }
}
