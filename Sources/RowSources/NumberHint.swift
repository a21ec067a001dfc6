import Words

/// What to do about text that was to be a number, where it shows.
enum NumberHint {
  /// Words to follow the error: empty, or with a semicolon before them.
  static func words(for text: String) -> String {
    if text.hasPrefix("#") { return "; comments are read before the first row only" }
    if text.count(where: { $0 == "," }) == 1, isNumber(text[...]) {
      return "; if that is a decimal comma, give \(Term.decimalComma)"
    }
    for (separator, name) in separators {
      let parts = text.split(separator: separator, omittingEmptySubsequences: false)
      if parts.count > 1 && parts.allSatisfy(isNumber) {
        return "; if these are several fields, give \(Term.delimiter) \(name)"
      }
    }
    return ""
  }

  /// Those that stand in no date and no time of day.
  private static let separators: [(Character, String)] = [
    ("|", "'|'"), (";", "semicolon"), ("\t", "tab"), (" ", "space"), ("~", "'~'"), ("^", "'^'"),
    ("&", "'&'"), (",", "comma"),
  ]

  /// With a point or a comma.
  private static func isNumber(_ text: Substring) -> Bool {
    guard let value = Double(text.replacing(",", with: ".")) else { return false }
    return value.isFinite && !text.lowercased().contains("x")
  }
}
