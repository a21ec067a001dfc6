import Files
import Host
import SystemLibrary

/// Keeps other fits from writing into a folder, for as long as it lives and its process does.
///
/// A lock of the system on the file `.checkpoints.lock` in the folder, in which stands who has it. The
/// system lets go of it when the process ends, however it does: the file stays and is in nobody's way. On a
/// network file system (NFS passes `flock` to its server) it holds across hosts; where a file system
/// has no locks, there is none.
public final class FolderLock {
  private let descriptor: CInt

  init(_ folder: String, onWaiting: (String) -> Void) throws {
    let path = "\(folder)/.checkpoints.lock"
    // It is written over: a link at that name is not of this program's making.
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { throw FileError(.unwritable(code: errno), path: path) }
    let began = ContinuousClock.now
    var isWaiting = false
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      guard errno == EWOULDBLOCK else { return }
      let holder = self.holder
      if ContinuousClock.now - began > Self.patience(with: holder) {
        throw CheckpointError(folder, .inUse(holder: holder))
      }
      if !isWaiting && !holder.hasSuffix(Self.hostSuffix) {
        onWaiting("\(folder): in use by \(holder); waiting for its end, at most 100 seconds")
        isWaiting = true
      }
      usleep(100_000)
    }
    // For the message alone: a full disk is no reason to do without the lock.
    let text = Array("process \(getpid())\(Self.hostSuffix)\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  deinit { close(descriptor) }

  private static let hostSuffix = " on \(Host.current.name)"

  /// A job that is killed on this host has let go of its lock as soon as it has ended. Of a host that
  /// fails, NFS's server knows only when its lease has run out: after 90 seconds by default.
  private static func patience(with holder: String) -> Duration {
    .seconds(holder.isEmpty || holder.hasSuffix(hostSuffix) ? 2 : 100)
  }

  /// What the process that has the lock wrote.
  private var holder: String {
    var text = [UInt8](repeating: 0, count: 400)
    let count = text.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    return String(decoding: text.prefix(max(count, 0)), as: UTF8.self)
      .split(separator: "\n").first.map(String.init) ?? ""
  }
}
