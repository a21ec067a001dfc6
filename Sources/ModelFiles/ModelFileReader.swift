import JSONDocuments

/// A place in a parsed model file: the value there, and the words to complain about it with.
struct ModelFileReader {
  let file: String
  let path: String
  let value: JSON

  func error(_ problem: ModelFileError.Problem, at indices: [Int] = []) -> ModelFileError {
    let suffix = indices.map { "[\($0)]" }.joined()
    return ModelFileError(file: file, path: path + suffix, problem: problem)
  }

  func unexpected(expected: String) -> ModelFileError {
    error(.unexpected(found: value.described, expected: expected))
  }

  /// The member `key` of this object; nil if there is none.
  func optional(_ key: String) throws(ModelFileError) -> ModelFileReader? {
    guard case .object(let members) = value else { throw unexpected(expected: "an object") }
    return members[key].map {
      ModelFileReader(file: file, path: path.isEmpty ? key : "\(path).\(key)", value: $0)
    }
  }

  /// The member `key` of this object.
  func member(_ key: String) throws(ModelFileError) -> ModelFileReader {
    if let member = try optional(key) { return member }
    throw ModelFileError(
      file: file, path: path.isEmpty ? key : "\(path).\(key)", problem: .missing)
  }

  func string() throws(ModelFileError) -> String {
    guard case .string(let string) = value else { throw unexpected(expected: "a string") }
    return string
  }

  func bool() throws(ModelFileError) -> Bool {
    guard case .bool(let bool) = value else { throw unexpected(expected: "true or false") }
    return bool
  }

  func integer<Integer: FixedWidthInteger>(
    _ type: Integer.Type, atLeast least: Integer
  ) throws(ModelFileError) -> Integer {
    guard case .integer(let digits) = value, let integer = Integer(exactly: digits),
      integer >= least
    else { throw unexpected(expected: "an integer from \(least)") }
    return integer
  }

  func number() throws(ModelFileError) -> Double { try numbers([]).first! }

  /// Numbers in nested lists of the given extents, row-major; each extent has the key that sets it.
  ///
  /// - Parameter lengths: of lists of "categories" below the last extent; nil: numbers are there.
  func numbers(
    _ shape: [(extent: Int, key: String)], lengths: [Int]? = nil
  ) throws(ModelFileError) -> [Double] {
    var result: [Double] = []
    var indices: [Int] = []
    try collect(value, shape[...], lengths, &indices, into: &result)
    return result
  }

  private func collect(
    _ value: JSON, _ shape: ArraySlice<(extent: Int, key: String)>, _ lengths: [Int]?,
    _ indices: inout [Int], into result: inout [Double]
  ) throws(ModelFileError) {
    if shape.isEmpty, let lengths, let place = indices.last {
      let shape = [(extent: lengths[place], key: "categories")]
      return try collect(value, shape[...], nil, &indices, into: &result)
    }
    guard let (extent, key) = shape.first else {
      switch value {
      case .integer(let digits): result.append(Double(digits))
      case .number(let number) where number.isFinite: result.append(number)
      case .number(let number): throw error(.notFinite(number), at: indices)
      default: throw error(.unexpected(found: value.described, expected: "a number"), at: indices)
      }
      return
    }
    guard case .list(let entries) = value else {
      let expected = "a list of \(extent) (\"\(key)\")"
      throw error(.unexpected(found: value.described, expected: expected), at: indices)
    }
    guard entries.count == extent else {
      throw error(.count(entries.count, expected: extent, extent: key), at: indices)
    }
    for (i, entry) in entries.enumerated() {
      indices.append(i)
      try collect(entry, shape.dropFirst(), lengths, &indices, into: &result)
      indices.removeLast()
    }
  }
}
