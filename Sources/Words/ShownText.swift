/// A path or name as messages show it: an empty one is to be seen.
package func shown(_ name: String) -> String { name.isEmpty ? "\"\"" : name }

/// At most `limit` characters of text from a file, without control characters.
package func oneLine(_ text: String, limit: Int = 40) -> String {
  let shown = text.prefix(limit).map { character in
    character.unicodeScalars.contains { $0.properties.generalCategory == .control }
      ? " " : String(character)
  }
  return shown.joined() + (text.count > limit ? "..." : "")
}
