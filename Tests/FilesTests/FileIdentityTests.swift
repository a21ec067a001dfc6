import Files
import SystemLibrary
import Testing
import _TestSupport

struct FileIdentityTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test("a file is the same by whatever path, also before it is there")
  func paths() throws {
    let path = folder.path
    _ = try folder.folder("inner")
    let before = FileIdentity(of: path + "/a")
    #expect(before != nil)
    #expect(before == FileIdentity(of: path + "/inner/../a"))
    #expect(before != FileIdentity(of: path + "/b") && before != FileIdentity(of: path))
    #expect(symlink("inner/../a", path + "/early") == 0)
    #expect(before == FileIdentity(of: path + "/early"))
    #expect(FileIdentity(ofExisting: path + "/a") == nil)
    #expect(FileIdentity(of: path + "/missing/a") == nil)

    _ = try folder.file("a", "1")
    _ = try folder.file("b", "1")
    #expect(symlink("a", path + "/link") == 0)
    let after = FileIdentity(of: path + "/a")
    #expect(after == FileIdentity(ofExisting: path + "/./a"))
    #expect(after == FileIdentity(of: path + "/link"))
    #expect(after != FileIdentity(of: path + "/b"))
  }
}
