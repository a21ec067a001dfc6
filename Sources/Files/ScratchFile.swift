import SystemLibrary

/// A file without a name that holds rows as float64, for one process, as long as it runs: for rows
/// that do not fit in memory, and that are costly to get from their own files again and again.
///
/// Unchecked: threads write different parts, and read after all is written.
package final class ScratchFile: @unchecked Sendable {
  package let file: InputFile

  /// Takes the room for `byteCount` bytes at once.
  ///
  /// - Parameter folder: nil: the environment's `TMPDIR`, else /var/tmp, which is on a disk where
  ///   /tmp may be memory.
  package init(byteCount: Int, in folder: String? = nil) throws {
    let folder = folder ?? ScratchFile.folder
    let descriptor = ScratchFile.open(in: folder)
    guard descriptor >= 0 else { throw ScratchFile.unwritable(folder, byteCount, errno) }
    file = InputFile(path: folder, descriptor: descriptor, size: byteCount)
    let code = reserveSpace(byteCount, descriptor)
    guard code == 0 else { throw ScratchFile.unwritable(folder, byteCount, code) }
  }

  /// Where scratch files are unless told otherwise.
  static var folder: String {
    let given = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    return given.isEmpty ? "/var/tmp" : given
  }

  /// A new file without a name, for this process only.
  ///
  /// - Returns: its descriptor; below 0 if there is an error, in `errno`.
  static func open(in folder: String) -> CInt {
    var name = Array("\(folder)/shardem-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    if descriptor >= 0 { unlink(name) }
    return descriptor
  }

  package func write(_ numbers: UnsafeBufferPointer<Double>, at offset: Int) throws {
    let code = writeAll(UnsafeRawBufferPointer(numbers), at: offset, to: file.descriptor)
    guard code == 0 else { throw ScratchFile.unwritable(file.path, file.size, code) }
  }

  private static func unwritable(_ folder: String, _ byteCount: Int, _ code: CInt) -> FileError {
    FileError(.noScratch(bytes: byteCount, code: code), path: folder)
  }
}
