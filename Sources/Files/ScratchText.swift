import Synchronization
import SystemLibrary

/// A file without a name that threads of one process append text to, piece by piece and in any order.
package final class ScratchText: Sendable {
  private let file: InputFile
  private let size = Mutex(0)

  /// In the environment's `TMPDIR`, else in /var/tmp.
  package init() throws {
    let folder = ScratchFile.folder
    let descriptor = ScratchFile.open(in: folder)
    guard descriptor >= 0 else { throw FileError(.noTextScratch(code: errno), path: folder) }
    file = InputFile(path: folder, descriptor: descriptor, size: 0)
  }

  /// - Returns: where the bytes are, for `read`.
  package func append(_ bytes: [UInt8]) throws -> Int {
    let offset = size.withLock { size in
      defer { size += bytes.count }
      return size
    }
    let code = bytes.withUnsafeBytes { writeAll($0, at: offset, to: file.descriptor) }
    guard code == 0 else { throw FileError(.noTextScratch(code: code), path: file.path) }
    return offset
  }

  /// The `count` bytes that were appended at `offset`.
  package func read(_ count: Int, at offset: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      try file.fill(UnsafeMutableRawBufferPointer(buffer), at: offset)
      filled = count
    }
  }
}
