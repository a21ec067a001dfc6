import JSONDocuments

/// What labels are, as checkpoints record it: words, or numbers.
enum LabelWords {
  /// - Parameter names: of the classes; nil: they are numbers.
  static func text(_ names: [String]?) -> String {
    names.map { JSONText.list($0.map(JSONText.string)).description } ?? "numbers"
  }

  /// The names of the classes, if labels are words.
  static func names(_ text: String) -> [String]? {
    guard case .list(let words)? = try? JSONParser.parse(Array(text.utf8)) else { return nil }
    return words.compactMap { if case .string(let word) = $0 { word } else { nil } }
  }
}
