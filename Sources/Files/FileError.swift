import SystemLibrary

/// Why a file or folder cannot be opened, read or written.
///
/// Holds facts; `description` writes the sentence.
public struct FileError: Error, Equatable, Sendable {
  /// The file or folder, as the user named it.
  public let path: String
  public let problem: Problem

  public init(_ problem: Problem, path: String) {
    (self.path, self.problem) = (path, problem)
  }

  public enum Problem: Equatable, Sendable {
    // Opening and reading.
    case noSuchFile
    case folder
    case notARegularFile
    /// A pipe, or a name of standard input.
    case standardInput
    case notAFolder
    case unreadable(code: CInt)
    case emptyFile
    /// The file has another size than when it was opened.
    case changedSize(bytes: Int, expected: Int)

    // Writing.
    case noFolder(String)
    case folderNotWritable(String, code: CInt)
    case isAFolder
    case notReplaceable
    case unwritable(code: CInt)
    /// The file is in its place, but the system cannot say that the folder with its name is on disk.
    case unsynced(folder: String, code: CInt)
    /// The file is the folder of a scratch file for the text of an output.
    case noTextScratch(code: CInt)
    /// The file is the folder of a scratch file of so many bytes.
    case noScratch(bytes: Int, code: CInt)
  }

  /// What the system's error at opening or reading `path` means.
  package static func reading(_ path: String, _ code: CInt) -> FileError {
    let isMissing = code == ENOENT || code == ENOTDIR
    return FileError(isMissing ? .noSuchFile : .unreadable(code: code), path: path)
  }
}
