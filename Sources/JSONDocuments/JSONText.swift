import Words

/// JSON to be written: text that is put together from its parts, members of objects in their order.
package struct JSONText: CustomStringConvertible, Sendable {
  package let description: String

  private init(_ description: String) { self.description = description }

  package static let null = JSONText("null")
  package static func bool(_ value: Bool) -> JSONText { JSONText("\(value)") }
  package static func integer(_ value: some BinaryInteger) -> JSONText { JSONText("\(value)") }
  package static func string(_ value: String) -> JSONText { JSONText(quoted(value)) }

  /// In the shortest form that reads back to the same bits; `null` for what JSON has no numbers for,
  /// infinities and what is no number.
  package static func number(_ value: Double) -> JSONText {
    value.isFinite ? JSONText(value.description) : null
  }

  /// On one line.
  package static func list(_ entries: [JSONText]) -> JSONText {
    JSONText("[" + entries.map(\.description).joined(separator: ", ") + "]")
  }

  /// On one line; without the members that are nil.
  package static func object(_ members: [(key: String, value: JSONText?)]) -> JSONText {
    let members = members.compactMap { key, value in value.map { "\(quoted(key)): \($0)" } }
    return JSONText("{" + members.joined(separator: ", ") + "}")
  }

  /// One member a line; without those that are nil.
  ///
  /// - Parameter indent: the blanks before the line in which the object begins.
  package static func lines(
    _ members: [(key: String, value: JSONText?)], indent: String = ""
  ) -> JSONText {
    let members = members.compactMap { key, value in
      value.map { "\n\(indent)  \(quoted(key)): \($0)" }
    }
    return JSONText("{" + members.joined(separator: ",") + "\n\(indent)}")
  }

  /// Nested lists of `shape`, the innermost each on a line of its own.
  ///
  /// - Parameters:
  ///   - values: as many as `shape` says, the last index fastest.
  ///   - lengths: of lists below the last extent, whose index chooses one; nil: numbers are there.
  ///   - indent: the blanks before the line in which the list begins.
  package static func nested(
    _ values: ArraySlice<Double>, shape: ArraySlice<Int>, lengths: [Int]? = nil, indent: String
  ) -> JSONText {
    guard shape.count > 1 else {
      guard let lengths else { return list(values.map(number)) }
      var rest = values
      let lists = lengths.map { length in
        defer { rest = rest.dropFirst(length) }
        return "\n\(indent)  \(list(rest.prefix(length).map(number)))"
      }
      return JSONText("[" + lists.joined(separator: ",") + "\n\(indent)]")
    }
    let size = values.count / shape.first!
    let inner = indent + "  "
    let parts = stride(from: values.startIndex, to: values.endIndex, by: size).map {
      let part = nested(
        values[$0..<$0 + size], shape: shape.dropFirst(), lengths: lengths, indent: inner)
      return "\n\(inner)\(part)"
    }
    return JSONText("[" + parts.joined(separator: ",") + "\n\(indent)]")
  }
}
