#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// From the arguments of a command line to the list of data files.
public enum DataFiles {
  /// The files that `arguments` name, in the order given.
  ///
  /// A pattern (`*`, `?`, `[...]`) stands for the files it matches, a folder for the .npy, .csv,
  /// .tsv (gzip'ed or not), .h5 and .hdf5 files in it (.txt only by name: folders hold README.txt
  /// too); both sorted by the bytes of the names. An existing file is never taken for a pattern.
  /// - Throws: `RowSourceError` for a file that does not exist, a pattern that matches nothing, a
  ///   folder without data files, or any folder if the files are raw: those have no suffix of their
  ///   own to be found by.
  public static func expand(
    _ arguments: [String], _ options: ReadOptions = ReadOptions()
  ) throws -> [String] {
    try arguments.flatMap { argument in
      let dataset = HDF5Name(argument)?.dataset.map { ":" + $0 } ?? ""
      return try matches(path(of: argument)).flatMap { path in
        guard isFolder(path) else { return [path + dataset] }
        if options.raw != nil { throw RowSourceError(.rawFolder, path: path) }
        return try dataFiles(inFolder: path)
      }
    }
  }

  private static func matches(_ argument: String) throws -> [String] {
    if access(argument, F_OK) == 0 { return [argument] }
    guard argument.contains(where: { "*?[".contains($0) }) else {
      throw RowSourceError.reading(argument, errno)
    }
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(argument, GLOB_NOSORT, nil, &result) == 0 else {
      throw RowSourceError(.noMatchingFile, path: argument)
    }
    return sorted((0..<Int(result.gl_pathc)).map { String(cString: result.gl_pathv[$0]!) })
  }

  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func dataFiles(inFolder folder: String) throws -> [String] {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    let kinds = ["npy", "csv", "tsv", "csv.gz", "tsv.gz", "h5", "hdf5"]
    let files = try FolderListing.names(folder).filter { name in
      kinds.contains(suffix(of: name)) && !name.hasPrefix(".") && !isFolder(prefix + name)
    }.map { prefix + $0 }
    guard !files.isEmpty else { throw RowSourceError(.noDataFiles, path: folder) }
    return sorted(files)
  }

  /// By bytes, so that no locale has a say in the order of the shards.
  private static func sorted(_ paths: [String]) -> [String] {
    paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// What follows the last dot of a file's name, or the last but one if it ends in .gz, in lower
  /// case; empty without one.
  package static func suffix(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    let parts = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    return parts.dropFirst().suffix(parts.last == "gz" ? 2 : 1).joined(separator: ".")
  }
}
