import SystemLibrary
import Words

extension FileError: CustomStringConvertible {
  /// One line: the file, what was found, what was expected or what to do.
  public var description: String { shown(path) + ": " + problem.sentence }
}

extension FileError.Problem {
  fileprivate var sentence: String {
    switch self {
    case .noSuchFile: "no such file"
    case .folder: "a folder; expected a file"
    case .notARegularFile: "not a regular file; data are read from files on disk"
    case .standardInput:
      "standard input and pipes are not read, since ranks and passes read data again; save them to "
        + "a file and name that"
    case .notAFolder: "a file, expected a folder"
    case .unreadable(let code): "cannot be read: \(systemMessage(code))"
    case .emptyFile: "the file is empty"
    case .changedSize(let bytes, let expected):
      "\(bytes) bytes, but \(expected) when it was opened; leave data files alone while they are read"
    case .noFolder(let folder): "cannot be written: there is no folder \(folder)"
    case .folderNotWritable(let folder, let code):
      "cannot be written: folder \(folder): \(systemMessage(code))"
    case .isAFolder: "cannot be written: it is a folder; give the name of a file"
    case .notReplaceable: "cannot be written: it is a device or the like, not a file"
    case .unwritable(let code): "cannot be written: \(systemMessage(code))"
    case .unsynced(let folder, let code):
      "written, but folder \(folder) is perhaps not on disk: \(systemMessage(code)); after a crash of "
        + "the machine, an older file may be there"
    case .noTextScratch(let code):
      "no room for the text of an output before it is put together: \(systemMessage(code)); set TMPDIR "
        + "to a folder with room, or write .npy"
    case .noScratch(let bytes, let code):
      "no room for \(bytes) bytes of rows that do not fit in memory: \(systemMessage(code)); raise "
        + "\(Term.memory), \(Term.conversion), or set TMPDIR to a folder with room"
    }
  }
}

private func systemMessage(_ code: CInt) -> String { String(cString: strerror(code)) }
