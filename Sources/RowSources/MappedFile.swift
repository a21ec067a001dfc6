internal import CMappings
import Files
import SystemLibrary

/// A whole file as memory: pages are read when touched and dropped when memory is short.
///
/// Of a file that someone shortens while it is mapped, what is gone reads as zeros, as does what a
/// disk fails to deliver. So whoever has read from `bytes` asks `requireWhole` before using it.
package final class MappedFile: @unchecked Sendable {
  /// The file's path as given, for messages.
  let path: String
  /// The file's contents.
  package let bytes: UnsafeRawBufferPointer

  /// Which file is mapped, whatever has its name by now.
  private let identity: FileIdentity?
  private let watch: OpaquePointer

  /// - Throws: `FileError` if there is no such file, it is empty, not a regular file, or
  ///   cannot be read.
  package init(path: String) throws {
    let file = try InputFile(path: path)
    self.path = path
    guard let address = mmap(nil, file.size, PROT_READ, MAP_SHARED, file.descriptor, 0),
      address != MAP_FAILED
    else { throw FileError.reading(path, errno) }
    guard let watch = shardem_watch_mapping(address, file.size) else {
      munmap(address, file.size)
      throw FileError.reading(path, ENOMEM)
    }
    bytes = UnsafeRawBufferPointer(start: address, count: file.size)
    identity = FileIdentity(ofExisting: path)
    self.watch = watch
  }

  deinit {
    shardem_forget_mapping(watch)
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }

  /// - Parameter includingEnd: whether the last page was read: what a file has lost of a page of
  ///   which it still has some is zeros without any fault.
  /// - Throws: `FileError` if some of what was read so far may not be the file's.
  func requireWhole(includingEnd: Bool = true) throws {
    let isLost = shardem_mapping_is_lost(watch)
    guard isLost || includingEnd else { return }
    var status = stat()
    // No descriptor is kept, of which a process has few.
    if stat(path, &status) == 0, FileIdentity(status) == identity, status.st_size < bytes.count {
      throw FileError(
        .changedSize(bytes: Int(status.st_size), expected: bytes.count), path: path)
    }
    if isLost { throw FileError.reading(path, EIO) }
  }

  /// Tells the system that the file is read from front to back: it reads further ahead.
  func expectSequentialReading() {
    // Only advice: a failure changes nothing but the speed.
    _ = madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_SEQUENTIAL)
  }

  /// Lets go of the pages that lie in `range`: they no longer count as this process's memory. The
  /// system's cache keeps them while it can, and touching them brings them back.
  func release(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard start < end else { return }
    _ = madvise(
      UnsafeMutableRawPointer(mutating: bytes.baseAddress! + start), end - start, MADV_DONTNEED)
  }
}
