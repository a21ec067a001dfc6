import Files

extension InputFile {
  /// Opens a file again, which may be another one by now.
  ///
  /// - Throws: `FileError` if it cannot be opened, or has fewer than `byteCount` bytes, as it had.
  convenience init(path: String, ofBytesOrMore byteCount: Int) throws {
    func changed(to found: Int) -> FileError {
      FileError(.changedSize(bytes: found, expected: byteCount), path: path)
    }
    do {
      try self.init(path: path)
    } catch let error as FileError where error.problem == .emptyFile {
      throw changed(to: 0)
    }
    guard size >= byteCount else { throw changed(to: size) }
  }
}
