import Files
import Host
import SystemLibrary

/// A folder of shards: part-0000.npy, part-0001.npy, ...
///
/// One folder, one data set: parts of an older one are never left among the new.
struct ShardFolder {
  let path: String
  /// The number of parts of the new data set.
  let partCount: Int
  /// The parts of an older data set that the new one does not replace.
  private var olderParts: [String] = []

  init(path: String, partCount: Int) {
    self.path = path
    self.partCount = partCount
  }

  /// With numbers of one width, so that the files sort in their order.
  func path(ofPart number: Int) -> String {
    let digits = "\(number)"
    let width = max(4, "\(partCount - 1)".count)
    return prefix + "part-" + String(repeating: "0", count: width - digits.count) + digits + ".npy"
  }

  /// Makes the folder; of one that is there, checks that nothing in it is replaced unasked.
  ///
  /// - Parameters:
  ///   - force: whether an older data set may be replaced.
  ///   - inputs: files that must not.
  mutating func prepare(force: Bool, inputs: [String]) throws {
    // A new folder stays temporary until the files are there.
    let code = TemporaryFiles.update {
      guard mkdir(path, 0o777) == 0 else { return errno }
      $0.folders.insert(path)
      return 0
    }
    if code == 0 { return }
    guard code == EEXIST else { throw cannotMake(code: code) }
    let found = try parts()
    if !force, let part = found.first { throw FileExists(path: part) }
    let new = Set((0..<partCount).map(path(ofPart:)))
    olderParts = found.filter { !new.contains($0) }
    try check(found.map { ("--output", $0) }, inputs: inputs)
  }

  /// Removes the folder if `prepare` has made it.
  func abandon() {
    TemporaryFiles.update { if $0.folders.remove(path) != nil { rmdir(path) } }
  }

  /// The new parts are in place now: keeps the folder, and removes what they have not replaced.
  func keep() throws {
    TemporaryFiles.update { _ = $0.folders.remove(path) }
    for part in olderParts where unlink(part) != 0 {
      throw FileError(.unwritable(code: errno), path: part)
    }
  }

  /// The parts of a data set that are in the folder.
  private func parts() throws -> [String] {
    try FolderListing.names(path).filter { name in
      let number = name.dropFirst("part-".count).dropLast(".npy".count)
      return name.hasPrefix("part-") && name.hasSuffix(".npy") && number.count >= 4
        && number.allSatisfy { ("0"..."9").contains($0) }
    }.sorted().map { prefix + $0 }
  }

  /// Of the paths of all parts.
  private var prefix: String { path.hasSuffix("/") ? path : path + "/" }

  private func cannotMake(code: CInt) -> FileError {
    guard code == ENOENT else { return FileError(.unwritable(code: code), path: path) }
    let parent = path.split(separator: "/").dropLast().joined(separator: "/")
    return FileError(.noFolder(path.hasPrefix("/") ? "/" + parent : parent), path: path)
  }
}

/// An output file that is there already.
struct FileExists: InputError, CustomStringConvertible {
  let path: String

  var description: String {
    "\(path): exists already; choose another --output, or --force to replace it"
  }
}
