#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An output file that appears whole or not at all: it is written under a temporary name in the
/// same folder and then renamed.
///
/// Several processes can fill one file: one calls `create`, the others `openTemporary` after it;
/// all `write` their parts and `close`; then, when every part is known to be written, the first
/// calls `commit`, or `abandon` if any failed.
public final class WholeFile {
  /// The file's final path.
  public let path: String
  private let temporaryPath: String
  private var descriptor: CInt

  private init(path: String, flags: CInt) throws {
    try WholeFile.requireWritable(path)
    self.path = path
    let (folder, name) = WholeFile.split(path)
    temporaryPath = "\(folder)/.\(name).partial"
    descriptor = open(temporaryPath, flags | O_WRONLY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw RowSourceError(.unwritable(code: errno), path: path) }
  }

  deinit { closeSilently() }

  /// Writes a small file at once.
  ///
  /// - Throws: `RowSourceError` if it cannot be written, to the last byte; nothing is left then,
  ///   and an older file of that name is untouched.
  public static func write(_ bytes: some Collection<UInt8>, to path: String) throws {
    let file = try create(path, size: 0)
    do {
      try file.write(bytes, at: 0)
      try file.commit()
    } catch {
      file.abandon()
      throw error
    }
  }

  /// Creates the temporary file with room for `size` bytes, all 0.
  public static func create(_ path: String, size: Int) throws -> WholeFile {
    let file = try WholeFile(path: path, flags: O_CREAT | O_TRUNC)
    do {
      try file.reserve(size)
    } catch {
      file.abandon()
      throw error
    }
    return file
  }

  /// Opens the temporary file that another process has created.
  public static func openTemporary(_ path: String) throws -> WholeFile {
    try WholeFile(path: path, flags: 0)
  }

  /// Writes `bytes` from byte `offset` of the file on. Different threads may write different parts.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var written = 0
    while written < bytes.count {
      let count = pwrite(
        descriptor, bytes.baseAddress! + written, bytes.count - written, off_t(offset + written))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw unwritable(count < 0 ? errno : ENOSPC) }
      written += count
    }
  }

  /// Writes `bytes` from byte `offset` of the file on.
  public func write(_ bytes: some Collection<UInt8>, at offset: Int) throws {
    let done: Void? = try bytes.withContiguousStorageIfAvailable {
      try write(UnsafeRawBufferPointer($0), at: offset)
    }
    if done == nil { try Array(bytes).withUnsafeBytes { try write($0, at: offset) } }
  }

  /// Makes sure that all this process wrote is on disk: a full disk may show only now.
  public func close() throws {
    guard descriptor >= 0 else { return }
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      let code = errno
      closeSilently()
      throw unwritable(code)
    }
    let result = systemClose(descriptor)
    descriptor = -1
    guard result == 0 else { throw unwritable(errno) }
  }

  /// Gives the file its name; an older file of that name is replaced.
  ///
  /// - Throws: `RowSourceError`; the temporary file is still there then, for `abandon` to remove.
  public func commit() throws {
    try close()
    guard rename(temporaryPath, path) == 0 else { throw unwritable(errno) }
  }

  /// Removes the temporary file.
  public func abandon() {
    closeSilently()
    unlink(temporaryPath)
  }

  /// Checks, without leaving a trace, that a file of this path could be created or replaced.
  ///
  /// For a program to fail before hours of work. Not a promise: the disk may fill up meanwhile.
  /// - Throws: `RowSourceError` if the folder is missing or not writable, or `path` is a folder, a
  ///   device, or a file that is protected against writing.
  public static func requireWritable(_ path: String) throws {
    let folder = split(path).folder
    var status = stat()
    if path.hasSuffix("/") { throw RowSourceError(.isAFolder, path: path) }
    guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw RowSourceError(.noFolder(folder), path: path)
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      throw RowSourceError(.folderNotWritable(folder, code: errno), path: path)
    }
    guard stat(path, &status) == 0 else { return }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw RowSourceError(.isAFolder, path: path)
    // A rename would replace the device itself.
    case S_IFREG: break
    default: throw RowSourceError(.notReplaceable, path: path)
    }
    guard access(path, W_OK) == 0 else {
      throw RowSourceError(.unwritable(code: errno), path: path)
    }
  }

  /// Sets the size; on Linux takes the space at once, so that a full disk shows early.
  private func reserve(_ size: Int) throws {
    guard size > 0 else { return }
    #if os(Linux)
      let code = posix_fallocate(descriptor, 0, off_t(size))
      if code == 0 { return }
      guard code == EOPNOTSUPP else { throw unwritable(code) }
    #endif
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw unwritable(errno) }
  }

  private func unwritable(_ code: CInt) -> RowSourceError {
    RowSourceError(.unwritable(code: code), path: path)
  }

  private func closeSilently() {
    if descriptor >= 0 { _ = systemClose(descriptor) }
    descriptor = -1
  }

  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = String(path[..<slash])
    return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
  }
}

/// The system's `close`, which the method of that name hides.
private func systemClose(_ descriptor: CInt) -> CInt { close(descriptor) }
