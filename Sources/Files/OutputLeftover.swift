import SystemLibrary

/// A temporary file of an output whose process ended without removing it: killed, or with its host.
///
/// Every process has a lock of the system on the temporary files that it has created, which ends
/// with the process. This takes the lock, for as long as it lives; where a file system has no locks,
/// there are no leftovers.
package final class OutputLeftover {
  package let path: String
  private let descriptor: CInt

  private init?(_ path: String) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0, takesLock(descriptor) else { return nil }
  }

  deinit { close(descriptor) }

  package func remove() { unlink(path) }

  /// What earlier processes have left of the file at `path`; of a folder that may not be looked into,
  /// nothing is known.
  package static func all(of path: String) -> [OutputLeftover] {
    let (folder, _) = OutputPath.split(OutputPath.target(of: path))
    return ((try? FolderListing.names(folder)) ?? []).compactMap { name in
      OutputPath.isTemporary(name, for: path) ? OutputLeftover("\(folder)/\(name)") : nil
    }
  }

  /// Locks the file that has just been created as `path`.
  ///
  /// - Returns: false if another process, which looked for leftovers just then, has taken it for one
  ///   and removed it or is about to.
  static func locksNew(_ path: String, _ descriptor: CInt) -> Bool {
    var (opened, named) = (stat(), stat())
    let hasLock = takesLock(descriptor) || errno != EWOULDBLOCK
    return hasLock && fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0
      && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }
}

/// Whether this process has the lock on a file now; if not, `errno` says why.
private func takesLock(_ descriptor: CInt) -> Bool {
  while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
    if errno != EINTR { return false }
  }
  return true
}
