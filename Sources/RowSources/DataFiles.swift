import Files
import SystemLibrary

/// From the arguments of a command line to the list of data files.
public enum DataFiles {
  /// The files that `arguments` name, in the order given.
  ///
  /// A pattern (`*`, `?`, `[...]`) stands for the files it matches, a folder for the .npy, .csv,
  /// .tsv (gzip'ed or not), .h5 and .hdf5 files in it (others only by name: folders hold README.txt
  /// too); both in `NaturalOrder`. An existing file is never taken for a pattern.
  /// - Throws: `FileError` or `RowSourceError` for a file that does not exist, a pattern that
  ///   matches nothing, a folder without data files, or any folder if the files are raw: those have
  ///   no suffix of their own to be found by.
  public static func expand(
    _ arguments: [String], _ options: ReadOptions = ReadOptions()
  ) throws -> [String] {
    try find(arguments, options).paths
  }

  /// The same, and what a user should hear of it.
  static func find(
    _ arguments: [String], _ options: ReadOptions
  ) throws -> (paths: [String], notices: [DataNotice]) {
    var found: (paths: [String], notices: [DataNotice]) = ([], [])
    var isListed = true
    for argument in arguments {
      let dataset = HDF5Name(argument)?.dataset.map { ":" + $0 } ?? ""
      let matches = try matches(path(of: argument))
      isListed = isListed && matches == [path(of: argument)]
      found.notices += orderNotice(matches)
      for path in matches {
        if isFolder(path) {
          if options.raw != nil { throw RowSourceError(.rawFolder, path: path) }
          isListed = false
          let (names, notices) = try dataFiles(inFolder: path)
          found.paths += names
          found.notices += notices
        } else {
          found.paths.append(path + dataset)
        }
      }
    }
    if isListed { found.notices += shellOrderNotice(found.paths) }
    return found
  }

  private static func orderNotice(_ sorted: [String]) -> [DataNotice] {
    NaturalOrder.firstDifferenceFromBytes(sorted).map {
      [.orderOfNumbers(first: $0.0, second: $0.1)]
    } ?? []
  }

  /// For files that are listed as a shell lists those of a pattern, if that is another order than
  /// that of their numbers.
  private static func shellOrderNotice(_ paths: [String]) -> [DataNotice] {
    let neighbours = Array(zip(paths, paths.dropFirst()))
    guard neighbours.allSatisfy({ $0.utf8.lexicographicallyPrecedes($1.utf8) }),
      let pair = neighbours.first(where: { NaturalOrder.precedes($1, $0) })
    else { return [] }
    return [.orderOfBytes(first: pair.0, second: pair.1)]
  }

  private static func matches(_ argument: String) throws -> [String] {
    if InputFile.isStandardInput(argument) {
      throw FileError(.standardInput, path: argument)
    }
    if access(argument, F_OK) == 0 { return [argument] }
    guard argument.contains(where: { "*?[".contains($0) }) else {
      throw FileError.reading(argument, errno)
    }
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(argument, GLOB_NOSORT, nil, &result) == 0 else {
      throw RowSourceError(.noMatchingFile, path: argument)
    }
    return NaturalOrder.sorted(
      (0..<Int(result.gl_pathc)).map { String(cString: result.gl_pathv[$0]!) })
  }

  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func dataFiles(
    inFolder folder: String
  ) throws -> (files: [String], notices: [DataNotice]) {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    let visible = NaturalOrder.sorted(try FolderListing.names(folder).filter { !$0.hasPrefix(".") })
    let names = visible.filter { isFolderMember($0) && !isFolder(prefix + $0) }
    guard !names.isEmpty else { throw RowSourceError(.noDataFiles, path: folder) }
    let files = names.map { prefix + $0 }
    let others = Set(visible).subtracting(names)
    let leftOut = visible.filter(others.contains)
    return (
      files,
      orderNotice(files) + (leftOut.isEmpty ? [] : [.leftOut(folder: folder, names: leftOut)])
    )
  }

  /// Whether a folder stands for a file of this name in it.
  package static func isFolderMember(_ name: String) -> Bool {
    ["npy", "csv", "tsv", "csv.gz", "tsv.gz", "h5", "hdf5"].contains(suffix(of: name))
      && !name.hasPrefix(".")
  }

  /// What follows the last dot of a file's name, or the last but one if it ends in .gz, in lower
  /// case; empty without one.
  package static func suffix(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    let parts = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    return parts.dropFirst().suffix(parts.last == "gz" ? 2 : 1).joined(separator: ".")
  }
}
