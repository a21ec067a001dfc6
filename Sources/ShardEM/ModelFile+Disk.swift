import MixtureModels
import RowSources

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension ModelFile {
  /// Reads the model file at `path`.
  ///
  /// - Throws: `RowSourceError` if it cannot be read, `ModelFileError` if it is no model file.
  public static func read(_ path: String) throws -> ModelFile {
    try ModelFile(json: contents(of: path), name: path)
  }

  /// Writes the model file at `path`: whole or not at all.
  ///
  /// - Throws: `RowSourceError` if it cannot be written, `ModelFileError` if a number is not finite.
  public func write(to path: String) throws {
    try WholeFile.write(encoded(), to: path)
  }
}

/// All bytes of a file.
private func contents(of path: String) throws -> [UInt8] {
  func failure() -> RowSourceError {
    RowSourceError(errno == ENOENT ? .noSuchFile : .unreadable(code: errno), path: path)
  }
  guard let file = fopen(path, "r") else { throw failure() }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
  guard ferror(file) == 0 else { throw failure() }
  return bytes
}
