/// `value` to three significant digits, integers in full: for sentences, not for files.
package func shortened(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
  let parts = value.description.split(separator: "e")
  if parts.count == 2, let digits = Double(parts[0]) {
    return "\(shortened(digits))e\(parts[1])"
  }
  var scale = 1.0
  while abs(value) * scale < 100 { scale *= 10 }
  return unpointed((value * scale).rounded() / scale)
}

/// All digits of `value`, but `3` for 3.0: for sentences, not for files.
package func unpointed(_ value: Double) -> String {
  let text = value.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// `1 row`, `2 rows`.
package func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
