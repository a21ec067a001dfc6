import Files
import Foundation
import Testing
import _TestSupport

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
    let second = try WholeFile.openTemporary(first.temporaryPath, of: output)
    try second.write([6, 7, 8], at: 6)
    try first.write([1, 2, 3][...], at: 1)
    try second.close()
    // Only its creator removes it.
    second.abandon()
    #expect(folder.path + "/" + folder.contents[0] == first.temporaryPath)
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
  }

  @Test("files written for one path at the same time do not mix: each is whole, the last one stays")
  func atTheSameTime() throws {
    let first = try WholeFile.create(output, size: 6)
    try first.write([1, 1, 1], at: 0)
    let second = try WholeFile.create(output, size: 4)
    try second.write([2, 2], at: 0)
    let abandoned = try WholeFile.create(output, size: 1)
    try first.write([1, 1, 1], at: 3)
    try first.commit()
    abandoned.abandon()
    #expect(try folder.bytes("out.npy") == [1, 1, 1, 1, 1, 1])
    try second.write([2, 2], at: 2)
    try second.commit()
    #expect(try folder.bytes("out.npy") == [2, 2, 2, 2])
    #expect(folder.contents == ["out.npy"])
  }

  @Test("whatever is at a temporary's name is left alone, a symbolic link above all")
  func plantedLink() throws {
    let victim = try folder.file("victim", "precious")
    _ = try folder.file(".out.npy.a.partial", "another run's")
    #expect(symlink("victim", folder.path + "/.out.npy.b.partial") == 0)
    // The names end in the numbers to base 36: a, b, c.
    var numbers: [UInt64] = [10, 11, 12]
    let file = try WholeFile.create(output, size: 1) { numbers.removeFirst() }
    #expect(file.temporaryPath == folder.path + "/.out.npy.c.partial")
    try file.commit()
    #expect(try folder.bytes("out.npy") == [0])
    #expect(try folder.bytes("victim") == Array("precious".utf8))
    #expect(try folder.bytes(".out.npy.a.partial") == Array("another run's".utf8))

    // Nor does a link take the place of a file that another process was told of.
    let next = try WholeFile.create(output, size: 1)
    #expect(unlink(next.temporaryPath) == 0 && symlink(victim, next.temporaryPath) == 0)
    #expect(throws: FileError.self) {
      try WholeFile.openTemporary(next.temporaryPath, of: output)
    }
  }

  @Test("a name as long as the system allows can be written")
  func longName() throws {
    // 255 bytes: a byte, then characters of two bytes, which must not be cut in half.
    let name = "x" + String(repeating: "é", count: 127)
    let file = try WholeFile.create(folder.path + "/" + name, size: 1)
    #expect(folder.contents[0].hasPrefix(".xé"))
    try file.commit()
    #expect(folder.contents == [name])
  }

  @Test("a symbolic link stays, and what it leads to is written", arguments: [false, true])
  func link(exists: Bool) throws {
    let inner = try folder.folder("inner")
    if exists { _ = try folder.file("inner/target", "older") }
    #expect(symlink("inner/second", output) == 0)
    #expect(symlink(inner + "/target", inner + "/second") == 0)
    let file = try WholeFile.create(output, size: 1)
    // Beside the target: a rename does not leave its file system.
    #expect(file.temporaryPath.hasPrefix(inner + "/.target."))
    try file.commit()
    #expect(try folder.bytes("inner/target") == [0])
    #expect(folder.contents == ["inner", "out.npy"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: inner).count == 2)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: output) == "inner/second")
  }

  @Test("the permissions are those of any new file")
  func permissions() throws {
    _ = try folder.file("plain", "")
    try WholeFile.write([1], to: output)
    let mode = try ["out.npy", "plain"].map {
      try FileManager.default.attributesOfItem(atPath: folder.path + "/" + $0)[.posixPermissions]
        as? Int
    }
    #expect(mode[0] == mode[1])
  }

  @Test(
    "a file that is replaced keeps its permissions, whatever the mask is",
    arguments: [0o600, 0o664])
  func keptPermissions(mode: Int) throws {
    let path = try folder.file("out.npy", "older")
    #expect(chmod(path, mode_t(mode)) == 0)
    let file = try WholeFile.create(path, size: 1)
    func permissions(_ path: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
    // Nor are they wider while it is written.
    #expect(try permissions(file.temporaryPath) == mode)
    try file.commit()
    #expect(try permissions(path) == mode)
    // Where a link leads counts, not the link.
    #expect(symlink("out.npy", folder.path + "/link") == 0)
    try WholeFile.write([1], to: folder.path + "/link")
    #expect(try permissions(path) == mode)
  }

  @Test(
    "a file that is replaced keeps its owner and group", .enabled(if: geteuid() == 0, "not root"))
  func keptOwner() throws {
    let path = try folder.file("out.npy", "older")
    #expect(chown(path, 12345, 23456) == 0 && chmod(path, 0o640) == 0)
    try WholeFile.write([1], to: path)
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_uid == 12345 && status.st_gid == 23456 && status.st_mode & 0o777 == 0o640)
  }

  @Test("a name that is perhaps not on disk is told as such, not as a file that is not written")
  func unsynced() {
    let error = FileError(.unsynced(folder: "f", code: EIO), path: "f/out.npy")
    #expect(
      "\(error)" == "f/out.npy: written, but folder f is perhaps not on disk: Input/output error; "
        + "after a crash of the machine, an older file may be there")
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
    #expect(message("") == "\"\": cannot be written: it is a folder; give the name of a file")
    #expect(
      message(output + String(repeating: "y", count: 255))
        == "out.npy" + String(repeating: "y", count: 255)
        + ": cannot be written: File name too long")
    #expect(
      message("/dev/null")
        == "/dev/null: cannot be written: it is a device or the like, not a file")
    #expect(symlink("missing/out.npy", folder.path + "/lost") == 0)
    #expect(
      message(folder.path + "/lost")
        == "lost: cannot be written: there is no folder missing")
    #expect(symlink("circle", folder.path + "/circle") == 0)
    #expect(
      message(folder.path + "/circle")
        == "circle: cannot be written: Too many levels of symbolic links")
    let file = try folder.file("plain", "")
    #expect(
      message(file + "/out.npy")?.hasSuffix("cannot be written: there is no folder plain") == true)
    #expect(
      folder.message { try WholeFile.write([1], to: inner) }
        == "inner: cannot be written: it is a folder; give the name of a file")
    #expect(folder.contents == ["circle", "inner", "lost", "plain"])
  }
}
