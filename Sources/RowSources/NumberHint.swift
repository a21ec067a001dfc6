import Words

/// What to do about text that was to be a number, where it shows.
enum NumberHint {
  /// Words to follow the error: empty, or with a semicolon before them.
  static func words(for text: String) -> String {
    if text == "NA" { return missingAdvice }
    if unknown.contains(text) {
      return "; if that is a missing cell, give \(Term.missing) and \(Term.missingWords) '\(text)'"
    }
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

  /// What some write in a cell of which they know nothing.
  private static let unknown: Set = [
    "na", "n/a", "N/A", "#N/A", "<NA>", "null", "NULL", "None", "none", "?", ".", "-", "--", "*",
  ]

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
