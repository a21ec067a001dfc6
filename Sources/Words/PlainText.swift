/// `text` without the characters that a terminal would obey: those that move its cursor, change its
/// colors or end a line, and those that turn the direction of writing, as escapes such as `\\u{1B}`.
///
/// Names of files and columns may hold any of them. All that the program prints goes through here.
/// - Parameter keepsNewlines: whether they stay: of tables, not of messages, which are one line.
package func plain(_ text: String, keepsNewlines: Bool = false) -> String {
  let isObeyed = { (scalar: Unicode.Scalar) in
    isControl(scalar) && !(keepsNewlines && scalar == "\n")
  }
  guard text.unicodeScalars.contains(where: isObeyed) else { return text }
  return text.unicodeScalars.reduce(into: "") { plain, scalar in
    plain += isObeyed(scalar) ? scalar.escaped : String(scalar)
  }
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator: true
  // Not the joiners, which some scripts and emoji need.
  case .format: scalar.properties.isBidiControl
  default: false
  }
}

extension Unicode.Scalar {
  fileprivate var escaped: String {
    switch self {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: "\\u{" + String(value, radix: 16, uppercase: true) + "}"
    }
  }
}
