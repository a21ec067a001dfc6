import SystemLibrary

/// Who may read and write a file: what a file that replaces it takes over.
struct FileAccess {
  private let owner: uid_t
  private let group: gid_t
  /// The permissions of owner, group and others.
  private let mode: mode_t

  /// Those of the file at `path`; nil if there is none.
  init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (owner, group, mode) = (status.st_uid, status.st_gid, status.st_mode & 0o777)
  }

  /// Gives them to a file that this process has created and that nobody else may open yet.
  ///
  /// Only root can give a file away, and others only to groups they are in. The file then stays with
  /// this process's user or group, and nobody may more than before: the new group was among the
  /// others, the old one is now.
  func apply(to descriptor: CInt) {
    if fchown(descriptor, owner, group) != 0 { _ = fchown(descriptor, uid_t.max, group) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return }
    var mode = mode
    // The owner is now one who could write the file as a member of the group, or as another.
    if status.st_uid != owner { mode |= 0o600 }
    if status.st_gid != group {
      let common = mode >> 3 & mode & 0o7
      mode = mode & 0o700 | common << 3 | common
    }
    // A file system without permissions refuses; none are lost.
    _ = fchmod(descriptor, mode)
  }
}
