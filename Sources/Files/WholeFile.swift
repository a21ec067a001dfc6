import SystemLibrary

/// An output file that appears whole or not at all: it is written under a temporary name in the
/// same folder and then renamed. It keeps the permissions, owner and group of a file that it replaces.
///
/// Several processes can fill one file: one calls `create`, the others `openTemporary` with the
/// name it got; all `write` their parts and `close`; then, when every part is known to be written,
/// the first calls `commit`, or `abandon` if any failed. Files created for the same path are
/// independent of each other: each is committed whole, and the last one stays.
public final class WholeFile {
  /// The file's final path, as the user named it.
  public let path: String
  /// Where the file is until `commit`: `.NAME.RANDOM.partial` in its folder.
  public let temporaryPath: String
  /// What the path led to when the file was created.
  private let target: String
  /// Whether the temporary file is there and this process created it.
  private var isOwner: Bool
  private var descriptor: CInt

  private init(path: String, temporaryPath: String, isOwner: Bool) throws {
    (self.path, self.temporaryPath, self.isOwner) = (path, temporaryPath, isOwner)
    target = OutputPath.target(of: path)
    let flags = isOwner ? O_CREAT | O_EXCL : 0
    let replaced = isOwner ? FileAccess(of: target) : nil
    // A link at that name is not of this program's making. Nobody opens what is to be private before
    // it is.
    descriptor = open(
      temporaryPath, flags | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, replaced == nil ? 0o666 : 0o600)
    guard descriptor >= 0 else { throw FileError(.unwritable(code: errno), path: path) }
    replaced?.apply(to: descriptor)
  }

  deinit { closeSilently() }

  /// Writes a small file at once.
  ///
  /// - Throws: `FileError` if it cannot be written, to the last byte; nothing is left then,
  ///   and an older file of that name is untouched. If only its name may not be on disk yet
  ///   (`.unsynced`), the file is in its place.
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
    try create(path, size: size) { .random(in: 0 ... .max) }
  }

  /// - Parameter random: numbers for the temporary's name, drawn until one gives a new name.
  package static func create(
    _ path: String, size: Int, random: () -> UInt64
  ) throws -> WholeFile {
    try requireWritable(path)
    let file = try createNew(path, random: random)
    do {
      try file.reserve(size)
    } catch {
      file.abandon()
      throw error
    }
    return file
  }

  private static func createNew(_ path: String, random: () -> UInt64) throws -> WholeFile {
    while true {
      let temporaryPath = OutputPath.temporary(for: path, random: random())
      do {
        let file = try TemporaryFiles.update { paths -> WholeFile? in
          let file = try WholeFile(path: path, temporaryPath: temporaryPath, isOwner: true)
          guard OutputLeftover.locksNew(temporaryPath, file.descriptor) else { return nil }
          paths.files.insert(temporaryPath)
          return file
        }
        if let file { return file }
      } catch let error as FileError where error.problem == .unwritable(code: EEXIST) {}
    }
  }

  /// Opens the temporary file that another process has created for `path`.
  public static func openTemporary(_ temporaryPath: String, of path: String) throws -> WholeFile {
    try WholeFile(path: path, temporaryPath: temporaryPath, isOwner: false)
  }

  /// Writes `bytes` from byte `offset` of the file on. Different threads may write different parts.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    let code = writeAll(bytes, at: offset, to: descriptor)
    guard code == 0 else { throw unwritable(code) }
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
  /// - Throws: `FileError`; the temporary file is still there then, for `abandon` to remove,
  ///   unless it has its name already (`.unsynced`).
  public func commit() throws { try WholeFile.commit([self]) }

  /// Gives all files their names, once all are on disk, and makes sure that the names are, once for
  /// each folder.
  ///
  /// - Throws: as `commit()`. A name that cannot be given does not take back those before it.
  public static func commit(_ files: [WholeFile]) throws {
    var folders: [String: WholeFile] = [:]
    for file in files { try file.close() }
    for file in files {
      try file.rename()
      folders[OutputPath.split(file.target).folder] = file
    }
    for (folder, file) in folders { try file.sync(folder: folder) }
  }

  /// Removes the temporary file if this process created it.
  public func abandon() {
    closeSilently()
    guard isOwner else { return }
    TemporaryFiles.update {
      unlink(temporaryPath)
      $0.files.remove(temporaryPath)
    }
    isOwner = false
  }

  private func rename() throws {
    precondition(isOwner, "\(path) was not created here, or has its name already")
    try TemporaryFiles.update {
      guard systemRename(temporaryPath, target) == 0 else { throw unwritable(errno) }
      $0.files.remove(temporaryPath)
    }
    isOwner = false
  }

  private func reserve(_ size: Int) throws {
    let code = reserveSpace(size, descriptor)
    guard code == 0 else { throw unwritable(code) }
  }

  /// Makes sure that the names in a folder are on disk, where the system can do so.
  private func sync(folder: String) throws {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // A folder that may be written to but not read.
    guard descriptor >= 0 else { return }
    defer { _ = systemClose(descriptor) }
    let refusals = [EINVAL, EBADF, ENOTSUP]
    if fsync(descriptor) != 0 && !refusals.contains(errno) {
      throw FileError(.unsynced(folder: folder, code: errno), path: path)
    }
  }

  private func unwritable(_ code: CInt) -> FileError {
    FileError(.unwritable(code: code), path: path)
  }

  private func closeSilently() {
    if descriptor >= 0 { _ = systemClose(descriptor) }
    descriptor = -1
  }
}

// The system's functions that methods of the same names hide.
private func systemClose(_ descriptor: CInt) -> CInt { close(descriptor) }
private func systemRename(_ old: String, _ new: String) -> CInt { rename(old, new) }
