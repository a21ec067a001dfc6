import JSONDocuments
import MixtureModels

extension PriorNumbers {
  /// A JSON object whose members are numbers, lists of numbers, or lists of such lists of equal length.
  ///
  /// - Parameter name: the file's, for messages.
  /// - Throws: `ModelFileError`, naming the file and the place in it.
  public init(json: [UInt8], name: String) throws(ModelFileError) {
    let root = ModelFileReader(file: name, path: "", value: try JSON(parsing: json, file: name))
    var entries: [Entry] = []
    for key in try root.keys() { entries.append(try root.member(key).entry(key)) }
    self.init(entries)
  }
}

extension ModelFileReader {
  /// Those of this object, in order of the alphabet.
  fileprivate func keys() throws(ModelFileError) -> [String] {
    guard case .object(let members) = value else { throw unexpected(expected: "an object") }
    return members.keys.sorted()
  }

  fileprivate func entry(_ name: String) throws(ModelFileError) -> PriorNumbers.Entry {
    var shape: [(extent: Int, key: String)] = []
    var inner = value
    while case .list(let entries) = inner, shape.count < 2,
      let first = entries.first(where: { _ in true })
    {
      shape.append((entries.count, name))
      inner = first
    }
    return PriorNumbers.Entry(name, shape: shape.map(\.extent), try numbers(shape))
  }
}
