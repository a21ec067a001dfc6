import SystemLibrary

extension WholeFile {
  /// Checks, without leaving a trace, that a file of this path could be created or replaced.
  ///
  /// For a program to fail before hours of work. Not a promise: the disk may fill up meanwhile.
  /// - Throws: `FileError` if the folder is missing or not writable, or `path` is a folder, a
  ///   device, or a file that is protected against writing; of a symbolic link, what it leads to.
  public static func requireWritable(_ path: String) throws {
    let target = OutputPath.target(of: path)
    let (folder, name) = OutputPath.split(target)
    var status = stat()
    if name.isEmpty { throw FileError(.isAFolder, path: path) }
    guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw FileError(.noFolder(folder), path: path)
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      throw FileError(.folderNotWritable(folder, code: errno), path: path)
    }
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { return }
      // Such as links in a circle, and links of other users that the system does not follow.
      throw FileError(.unwritable(code: errno), path: path)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw FileError(.isAFolder, path: path)
    // A rename would replace the device itself.
    case S_IFREG: break
    default: throw FileError(.notReplaceable, path: path)
    }
    guard access(path, W_OK) == 0 else {
      throw FileError(.unwritable(code: errno), path: path)
    }
  }
}
