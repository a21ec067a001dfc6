import SystemLibrary

/// What is in a folder.
package enum FolderListing {
  /// The names of all entries, hidden ones too, in no order.
  ///
  /// - Throws: `FileError` if there is no such folder, it is a file, or it cannot be read.
  package static func names(_ folder: String) throws -> [String] {
    guard let stream = opendir(folder) else {
      let code = errno
      let isFile = code == ENOTDIR && access(folder, F_OK) == 0
      throw isFile ? FileError(.notAFolder, path: folder) : .reading(folder, code)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }
}
