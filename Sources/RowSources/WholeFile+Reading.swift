extension WholeFile {
  /// The bytes of the file at `path`, the first `limit` of them if there are more. Read, not mapped:
  /// a disk that fails is an error then, not a signal.
  ///
  /// - Throws: `RowSourceError` if there is no such file, it is empty, not a regular file, or cannot
  ///   be read.
  package static func read(_ path: String, atMost limit: Int = .max) throws -> [UInt8] {
    try InputFile(path: path).start(atMost: limit)
  }
}
