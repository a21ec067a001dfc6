import SystemLibrary

/// A regular file that is open for reading.
///
/// Unchecked: nothing changes after `init`; different threads may read at a time.
package final class InputFile: @unchecked Sendable {
  /// The file's path as given, for messages.
  package let path: String
  /// The file's size in bytes, at least 1.
  package let size: Int
  package let descriptor: CInt

  /// - Throws: `FileError` if there is no such file, it is empty, not a regular file, or
  ///   cannot be read.
  package init(path: String) throws {
    self.path = path
    if InputFile.isStandardInput(path) { throw FileError(.standardInput, path: path) }
    // Without O_NONBLOCK, opening a named pipe waits for its writer.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError.reading(path, errno) }
    var status = stat()
    // Deinitialization, which closes the file, needs all properties.
    guard fstat(descriptor, &status) == 0 else {
      size = 0
      throw FileError.reading(path, errno)
    }
    size = Int(status.st_size)
    let type = status.st_mode & S_IFMT
    guard type == S_IFREG else {
      switch type {
      case S_IFIFO: throw FileError(.standardInput, path: path)
      case S_IFDIR: throw FileError(.folder, path: path)
      default: throw FileError(.notARegularFile, path: path)
      }
    }
    guard size > 0 else { throw FileError(.emptyFile, path: path) }
  }

  /// Whether a name means what this process was given, which no other rank has: also if that is a
  /// file. Shells write `<(...)` as one of the numbers.
  package static func isStandardInput(_ path: String) -> Bool {
    path == "-" || path == "/dev/stdin"
      || ["/dev/fd/", "/proc/self/fd/"].contains(where: path.hasPrefix)
  }

  /// A file of the program's own, which it has open.
  package init(path: String, descriptor: CInt, size: Int) {
    (self.path, self.descriptor, self.size) = (path, descriptor, size)
  }

  deinit { close(descriptor) }

  /// Fills `buffer` with the bytes from `offset` on.
  ///
  /// - Returns: how many there were: fewer than asked for only at the end of the file.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = pread(
        descriptor, buffer.baseAddress! + filled, buffer.count - filled, off_t(offset + filled))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError.reading(path, errno) }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// Fills all of `buffer` with the bytes from `offset` on, which were there once.
  ///
  /// - Throws: `FileError` if the file has been shortened, or cannot be read.
  package func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    let count = try read(into: buffer, at: offset)
    guard count == buffer.count else {
      var status = stat()
      let found = fstat(descriptor, &status) == 0 ? Int(status.st_size) : offset + count
      throw FileError(.changedSize(bytes: found, expected: size), path: path)
    }
  }

  /// Tells the system that the file is read from front to back: it reads further ahead.
  package func expectSequentialReading() {
    #if os(Linux)
      // Only advice: a failure changes nothing but the speed.
      _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    #endif
  }

  /// The first bytes, `limit` of them if there are as many.
  package func start(atMost limit: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: min(limit, size))
    try bytes.withUnsafeMutableBytes { try fill($0, at: 0) }
    return bytes
  }
}

/// The bytes of the file at `path`, the first `limit` of them if there are more. Read, not mapped: a disk
/// that fails is an error then, not a signal.
///
/// - Throws: `FileError` if it cannot be read.
package func fileContents(_ path: String, atMost limit: Int = .max) throws -> [UInt8] {
  try InputFile(path: path).start(atMost: limit)
}
