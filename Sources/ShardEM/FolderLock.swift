import Files
import Host
import SystemLibrary

/// Keeps other fits from writing into a folder, for as long as it lives and its process does; that of a
/// selection from writing into the folders in it, too.
///
/// A lock of the system on the file `.checkpoints.lock` in the folder, in which stands who has it. The
/// system lets go of it when the process ends, however it does: the file stays and is in nobody's way. On a
/// network file system (NFS passes `flock` to its server) it holds across hosts; where a file system
/// has no locks, there is none.
public final class FolderLock {
  private let descriptor: CInt

  /// - Parameter withFolders: whether it is also on the folders in this one.
  init(_ folder: String, withFolders: Bool, onWaiting: (String) -> Void) throws {
    let path = Self.path(in: folder)
    // It is written over: a link at that name is not of this program's making.
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { throw FileError(.unwritable(code: errno), path: path) }
    guard try Self.lock(descriptor, LOCK_EX, of: folder, onWaiting) else { return }
    // For other processes alone: a full disk is no reason to do without the lock.
    let text = Array("\(Self.ownName)\n\(withFolders ? Self.folders : "")".utf8)
    _ = ftruncate(descriptor, 0)
    _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    // Only now: of two that begin at the same time one sees the lock of the other.
    try Self.requireNone(
      in: "\(folder)/..", keepingFrom: folder, where: { $0.isWithFolders }, onWaiting)
  }

  deinit { close(descriptor) }

  /// Waits for the end of a fit that has locked a folder, as one that begins does, but locks nothing.
  static func requireNone(in folder: String, onWaiting: (String) -> Void) throws {
    try requireNone(in: folder, keepingFrom: folder, where: { _ in true }, onWaiting)
  }

  /// - Parameters:
  ///   - own: the folder that the lock of `folder` keeps from.
  ///   - counts: whether that of a holder does.
  private static func requireNone(
    in folder: String, keepingFrom own: String, where counts: (Holder) -> Bool,
    _ onWaiting: (String) -> Void
  ) throws {
    let descriptor = open(path(in: folder), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    // Nobody has ever locked it.
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    _ = try lock(descriptor, LOCK_SH, of: own, where: counts, onWaiting)
  }

  /// Locks a file, unless others who have it do not count.
  ///
  /// - Parameter folder: the one that is to be written into.
  /// - Returns: whether it is locked: not where there are no locks.
  /// - Throws: `CheckpointError` if it is not to be had in time.
  private static func lock(
    _ descriptor: CInt, _ kind: CInt, of folder: String,
    where counts: (Holder) -> Bool = { _ in true }, _ onWaiting: (String) -> Void
  ) throws -> Bool {
    let began = ContinuousClock.now
    var isWaiting = false
    while flock(descriptor, kind | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      guard errno == EWOULDBLOCK else { return false }
      let holder = Holder(descriptor)
      guard counts(holder) else { return false }
      if ContinuousClock.now - began > holder.patience {
        throw CheckpointError(folder, .inUse(holder: holder.name))
      }
      if !isWaiting && !holder.isOnThisHost {
        onWaiting("\(folder): in use by \(holder.name); waiting for its end, at most 100 seconds")
        isWaiting = true
      }
      usleep(100_000)
    }
    return true
  }

  private static func path(in folder: String) -> String { "\(folder)/.checkpoints.lock" }

  /// What the file says of whoever has the lock.
  private static var ownName: String { "process \(getpid())\(hostSuffix)" }
  private static let hostSuffix = " on \(Host.current.name)"
  private static let folders = "and the folders in this one\n"

  /// The process that has a lock.
  private struct Holder {
    /// Empty if it has not said.
    let name: String
    let isWithFolders: Bool

    init(_ descriptor: CInt) {
      var bytes = [UInt8](repeating: 0, count: 400)
      let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
      let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
      name = text.split(separator: "\n").first.map(String.init) ?? ""
      isWithFolders = text.hasSuffix(FolderLock.folders)
    }

    var isOnThisHost: Bool { name.hasSuffix(FolderLock.hostSuffix) }

    /// A job that is killed on this host has let go of its lock as soon as it has ended. Of a host that
    /// fails, NFS's server knows only when its lease has run out: after 90 seconds by default.
    var patience: Duration { .seconds(name.isEmpty || isOnThisHost ? 2 : 100) }
  }
}
