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
    self.path = path
    // Without O_NONBLOCK, opening a named pipe waits for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw RowSourceError.reading(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw RowSourceError.reading(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw RowSourceError(.notARegularFile, path: path)
    }
    let size = Int(status.st_size)
    guard size > 0 else { throw RowSourceError(.emptyFile, path: path) }
    guard let address = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0),
      address != MAP_FAILED
    else { throw RowSourceError.reading(path, errno) }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
  }

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }

  /// Tells the system that the file is read from front to back: it reads further ahead.
  func expectSequentialReading() {
    // Only advice: a failure changes nothing but the speed.
    _ = madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_SEQUENTIAL)
  }
}

extension RowSourceError {
  static func reading(_ path: String, _ code: CInt) -> RowSourceError {
    let isMissing = code == ENOENT || code == ENOTDIR
    return RowSourceError(isMissing ? .noSuchFile : .unreadable(code: code), path: path)
  }
}
