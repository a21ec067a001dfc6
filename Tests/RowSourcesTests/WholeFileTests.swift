import RowSources
import Testing

struct WholeFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private var output: String { folder.path + "/out.npy" }

  @Test("a small file is written at once and replaces an older one")
  func atOnce() throws {
    try WholeFile.write(Array("first".utf8), to: output)
    try WholeFile.write("second, longer".utf8, to: output)
    #expect(try folder.bytes("out.npy") == Array("second, longer".utf8))
    try WholeFile.write([UInt8](), to: output)
    #expect(try folder.bytes("out.npy").isEmpty)
    #expect(folder.contents == ["out.npy"])
  }

  @Test("several openings fill one file in any order; it appears when it is committed")
  func together() throws {
    let first = try WholeFile.create(output, size: 10)
    let second = try WholeFile.openTemporary(output)
    try second.write([6, 7, 8], at: 6)
    try first.write([1, 2, 3][...], at: 1)
    try second.close()
    #expect(!folder.contents.contains("out.npy"))
    try first.commit()
    #expect(folder.contents == ["out.npy"])
    #expect(try folder.bytes("out.npy") == [0, 1, 2, 3, 0, 0, 6, 7, 8, 0])
  }

  @Test("an abandoned file leaves nothing, and an older one untouched")
  func abandoned() throws {
    try WholeFile.write([1], to: output)
    let file = try WholeFile.create(output, size: 3)
    try file.write([9, 9], at: 0)
    file.abandon()
    #expect(folder.contents == ["out.npy"])
    #expect(try folder.bytes("out.npy") == [1])
    // A leftover of a crashed job, longer than the new file, is overwritten.
    _ = try folder.file(".out.npy.partial", "a leftover of some length")
    let next = try WholeFile.create(output, size: 2)
    try next.commit()
    #expect(try folder.bytes("out.npy") == [0, 0])
  }

  @Test("a file that the disk has no room for is an error at once and leaves nothing")
  func noRoom() throws {
    // 2^62 bytes are beyond every file system; which error says so differs.
    let message = folder.message { _ = try WholeFile.create(output, size: 1 << 62) }
    #expect(message?.hasPrefix("out.npy: cannot be written: ") == true)
    #expect(folder.contents.isEmpty)
  }

  @Test("a failed write is reported, and the temporary file can still be removed")
  func failedWrite() throws {
    let file = try WholeFile.create(output, size: 1)
    #expect(
      folder.message { try file.write([1], at: -5) }
        == "out.npy: cannot be written: Invalid argument")
    file.abandon()
    #expect(folder.contents.isEmpty)
  }

  @Test("a path that cannot be written is known early, without a trace")
  func requireWritable() throws {
    func message(_ path: String) -> String? {
      folder.message { try WholeFile.requireWritable(path) }
    }
    #expect(message(output) == nil)
    #expect(message("relative-name-\(UInt32.max)") == nil)
    #expect(folder.contents.isEmpty)
    #expect(
      message("missing/out.npy")
        == "missing/out.npy: cannot be written: there is no folder missing")
    let inner = try folder.folder("inner")
    #expect(
      message(inner) == "inner: cannot be written: it is a folder; give the name of a file")
    #expect(
      message("/no-such-folder/")
        == "/no-such-folder/: cannot be written: it is a folder; give the name of a file")
    #expect(
      message("/dev/null")
        == "/dev/null: cannot be written: it is a device or the like, not a file")
    let file = try folder.file("plain", "")
    #expect(
      message(file + "/out.npy")?.hasSuffix("cannot be written: there is no folder plain") == true)
    #expect(
      folder.message { try WholeFile.write([1], to: inner) }
        == "inner: cannot be written: it is a folder; give the name of a file")
    #expect(folder.contents == ["inner", "plain"])
  }
}
