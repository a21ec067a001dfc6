import Files
import Host
import RowSources

/// Checks before any work that the output files can be written and replace neither an input nor
/// each other.
///
/// - Parameters:
///   - outputs: the options and their values.
///   - inputs: the files that the command reads, if they are there.
/// - Throws: `UnusableName`, `FileError` or `SameFile`.
func check(_ outputs: [(option: String, path: String?)], inputs: [String]) throws {
  var names: [FileIdentity: String] = [:]
  for path in inputs {
    guard let file = FileIdentity(ofExisting: DataFiles.path(of: path)) else { continue }
    names[file] = "the input \(path)"
  }
  for case (let option, let path?) in outputs {
    try UnusableName.check(path, of: option)
    try WholeFile.requireWritable(path)
    guard let file = FileIdentity(of: path) else { continue }
    let name = "\(option) \(path)"
    if let other = names.updateValue(name, forKey: file) {
      throw SameFile(output: name, other: other)
    }
  }
}

/// An output that is no file's name: nothing, or what other programs take for standard output.
struct UnusableName: InputError, CustomStringConvertible {
  let option: String
  let path: String

  static func check(_ path: String, of option: String) throws(UnusableName) {
    if ["", "-", "/dev/stdout"].contains(path) { throw UnusableName(option: option, path: path) }
  }

  var description: String {
    path.isEmpty
      ? "\(option) \"\"; expected a name"
      : "\(option) \(path); expected a name: results are not written to standard output"
  }
}

/// An output that would replace an input or another output.
struct SameFile: InputError, CustomStringConvertible {
  /// The option and its value.
  let output: String
  /// The same of another output, or an input.
  let other: String

  var description: String { "\(output) and \(other) are the same file; choose another name" }
}
