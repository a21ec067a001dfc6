import SystemLibrary

/// Where output files go.
package enum OutputPath {
  /// The folder and the name in it.
  package static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = String(path[..<slash])
    return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
  }

  /// What `path` stands for: the file that it leads to if it is a symbolic link, whether or not
  /// that is there yet. A rename to `path` would replace the link itself.
  static func target(of path: String) -> String {
    var path = path
    // As many links as Linux follows.
    for _ in 0..<40 {
      guard let next = content(ofLink: path) else { break }
      path = next.hasPrefix("/") ? next : split(path).folder + "/" + next
    }
    return path
  }

  /// The path of a temporary file beside the target of `path`: `.NAME.RANDOM.partial`, without the
  /// end of a long name.
  static func temporary(for path: String, random: UInt64) -> String {
    split(target(of: path)).folder + "/" + temporaryStart(for: path)
      + "\(String(random, radix: 36)).partial"
  }

  /// Whether a name is that of a temporary file beside the target of `path`.
  static func isTemporary(_ name: String, for path: String) -> Bool {
    let start = temporaryStart(for: path)
    return name.hasPrefix(start) && name.hasSuffix(".partial")
      && UInt64(name.dropFirst(start.count).dropLast(8), radix: 36) != nil
  }

  private static func temporaryStart(for path: String) -> String {
    // With what stands around it below the 143 bytes that some file systems allow; most allow 255.
    var kept = split(target(of: path)).name.prefix(100)
    while kept.utf8.count > 100 { kept.removeLast() }
    return ".\(kept)."
  }

  /// Where a symbolic link points to; nil if `path` is none.
  private static func content(ofLink path: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      let count = readlink(path, buffer.baseAddress!, buffer.count)
      guard count >= 0 else { return nil }
      return String(validating: UnsafeRawBufferPointer(buffer).prefix(count), as: UTF8.self)
    }
  }
}
