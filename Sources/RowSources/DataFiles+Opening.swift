import Files

/// The open files of a data set.
public struct OpenedFiles: Sendable {
  /// Those that have rows, in order.
  public let files: [any DataFile]
  /// What a user should hear of them.
  public let notices: [DataNotice]
  /// What is wrong with the first file without rows, which has none to read; nil if all have some.
  public let firstEmpty: (any Error)?

  /// - Throws: `firstEmpty` if there are no rows in any file.
  public func requireRows() throws {
    if files.isEmpty, let firstEmpty { throw firstEmpty }
  }
}

extension DataFiles {
  /// Opens a .npy file, a dataset in an HDF5 file, a text file, gzip'ed or not, or a raw file if
  /// the options say so, and reads its header.
  ///
  /// The first bytes decide which it is. The name only says what they leave open: whether a file is
  /// text (.csv, .tsv, .txt), or what it was before it was damaged.
  /// - Throws: `FileError` or `RowSourceError` if the file cannot be opened, is of no supported
  ///   kind, or has no rows; faulty values in it are found later.
  public static func file(
    _ path: String, _ options: ReadOptions = ReadOptions()
  ) throws -> any DataFile {
    if let format = options.raw {
      return try BinaryFile(raw: path, format, options: options)
    }
    let name = HDF5Name(path)
    let kind = try FileKind(of: name?.path ?? path)
    switch kind {
    case .wideText(let encoding): throw RowSourceError(.notUTF8(encoding), path: path)
    case .foreign(let format): throw RowSourceError(.foreign(format), path: path)
    case _ where name?.dataset != nil || kind == .hdf5:
      return try hdf5(name ?? HDF5Name(file: path), options)
    case .npy: return try BinaryFile(npy: path, options: options)
    case .gzip: return try CSVFile(path: path, options: options)
    case .text where name == nil && DataFiles.suffix(of: path) != "npy":
      return try CSVFile(path: path, options: options)
    default: return try openByName(path, options)
    }
  }

  /// Opens a file whose first bytes do not say what it is.
  private static func openByName(_ path: String, _ options: ReadOptions) throws -> any DataFile {
    if let name = HDF5Name(path) { return try hdf5(name, options) }
    switch DataFiles.suffix(of: path) {
    case "npy": return try BinaryFile(npy: path, options: options)
    case "csv", "tsv", "txt", "csv.gz", "tsv.gz", "txt.gz":
      return try CSVFile(path: path, options: options)
    default: throw RowSourceError(.unsupportedSuffix, path: path)
    }
  }

  private static func hdf5(_ name: HDF5Name, _ options: ReadOptions) throws -> any DataFile {
    #if HDF5
      return try HDF5File(name, options: options)
    #else
      throw RowSourceError(.hdf5(.withoutLibrary), path: name.path)
    #endif
  }

  /// Opens the files that `arguments` name: files, patterns, folders. Those without rows are left
  /// out.
  ///
  /// - Throws: `FileError` or `RowSourceError` about the first file that cannot be read, or is there twice.
  public static func open(
    _ arguments: [String], _ options: ReadOptions = ReadOptions()
  ) throws -> OpenedFiles {
    var found = try find(arguments, options)
    var files: [any DataFile] = []
    var empty: [(path: String, error: any Error)] = []
    for path in found.paths {
      do {
        files.append(try file(path, options))
      } catch {
        guard let path = emptyFile(error) else { throw error }
        empty.append((path, error))
      }
    }
    try requireDifferent(files)
    if !empty.isEmpty && !files.isEmpty { found.notices.append(.empty(empty.map(\.path))) }
    return OpenedFiles(files: files, notices: found.notices, firstEmpty: empty.first?.error)
  }

  /// Whatever it is called the second time: by another path, by a link. Different datasets of an HDF5
  /// file are different files.
  private static func requireDifferent(_ files: [any DataFile]) throws {
    var known: [FileIdentity: String] = [:]
    for file in files {
      guard let identity = file.identity else { continue }
      if let other = known.updateValue(file.name, forKey: identity) {
        throw RowSourceError(
          other == file.name ? .givenTwice : .sameFile(as: other), path: file.name)
      }
    }
  }
}

/// The file that is in order but for having no rows, if that is what an error says.
public func emptyFile(_ error: any Error) -> String? {
  switch error {
  case let error as FileError where error.problem == .emptyFile: error.path
  case let error as RowSourceError where error.problem == .noRows: error.path
  default: nil
  }
}
