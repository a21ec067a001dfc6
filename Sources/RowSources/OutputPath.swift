/// Where output files go.
enum OutputPath {
  /// The folder and the name in it.
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = String(path[..<slash])
    return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
  }

  /// The path of a temporary file beside `path`: `.NAME.RANDOM.partial`, without the end of a long
  /// name.
  static func temporary(for path: String, random: UInt64) -> String {
    let (folder, name) = split(path)
    // With what stands around it below the 143 bytes that some file systems allow; most allow 255.
    var kept = name.prefix(100)
    while kept.utf8.count > 100 { kept.removeLast() }
    return "\(folder)/.\(kept).\(String(random, radix: 36)).partial"
  }
}
