#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A whole file as memory: pages are read when touched and dropped when memory is short.
///
/// A file must not be shortened by anyone while it is mapped: touching what is gone kills the
/// process (as it does for every program that maps files).
package final class MappedFile: @unchecked Sendable {
  /// The file's path as given, for messages.
  let path: String
  /// The file's contents.
  package let bytes: UnsafeRawBufferPointer

  /// - Throws: `RowSourceError` if there is no such file, it is empty, not a regular file, or
  ///   cannot be read.
  package init(path: String) throws {
    let file = try InputFile(path: path)
    self.path = path
    guard let address = mmap(nil, file.size, PROT_READ, MAP_SHARED, file.descriptor, 0),
      address != MAP_FAILED
    else { throw RowSourceError.reading(path, errno) }
    bytes = UnsafeRawBufferPointer(start: address, count: file.size)
  }

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
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
