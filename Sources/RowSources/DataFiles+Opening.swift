import Files

/// The open files of a data set.
public struct OpenedFiles: Sendable {
  /// Those that have rows, in order.
  public let files: [DataFile]
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
  /// Opens the files that `arguments` name: files, patterns, folders. Those without rows are left
  /// out.
  ///
  /// - Throws: `FileError` or `RowSourceError` about the first file that cannot be read, or is there twice.
  public static func open(
    _ arguments: [String], _ options: ReadOptions = ReadOptions()
  ) throws -> OpenedFiles {
    var found = try find(arguments, options)
    var files: [DataFile] = []
    var empty: [(path: String, error: any Error)] = []
    for path in found.paths {
      do {
        files.append(try DataFile.open(path, options))
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
  private static func requireDifferent(_ files: [DataFile]) throws {
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
