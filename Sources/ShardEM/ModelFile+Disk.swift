import Files
import MixtureModels
import ModelFiles

extension ModelFile {
  /// Reads the model file at `path`.
  ///
  /// - Parameter families: those that it may be of.
  /// - Throws: `FileError` if it cannot be read, `ModelFileError` if it is no model file.
  public static func read(_ path: String, families: Families = .standard) throws -> ModelFile {
    try ModelFile(json: fileContents(path), name: path, families: families)
  }

  /// A number in hexadecimal digits that hardly any other model has.
  public func digest() throws -> String {
    String(Digest(bytes: try encoded()).value, radix: 16)
  }

  /// Writes the model file at `path`: whole or not at all.
  ///
  /// - Throws: `FileError` if it cannot be written, `ModelFileError` if a number is not finite.
  public func write(to path: String) throws {
    try WholeFile.write(encoded(), to: path)
  }
}
