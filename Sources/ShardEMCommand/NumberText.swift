import SystemLibrary

// Numbers for people. By the C library, as Foundation would add its start-up time.

/// With a fixed number of decimals.
func fixed(_ value: Double, _ decimals: Int) -> String {
  let text = formatted("%.*f", CInt(decimals), value)
  // A negative number that is rounded to 0 is no -0.
  return text.contains { "123456789infa".contains($0) } ? text : text.filter { $0 != "-" }
}

/// With at most as many significant digits; those before the point that are beyond them are zeros.
func significant(_ value: Double, _ digits: Int) -> String {
  let text = formatted("%.*g", CInt(digits), value)
  guard abs(value) < 1e9, text.contains("e+"), let rounded = Double(text) else { return text }
  return fixed(rounded, 0)
}

private func formatted(_ format: String, _ precision: CInt, _ value: Double) -> String {
  // The longest float64 without exponent has 309 digits before the point.
  String(unsafeUninitializedCapacity: 400) { buffer in
    buffer.withMemoryRebound(to: CChar.self) { text in
      withVaList([precision, value]) { Int(vsnprintf(text.baseAddress!, 400, format, $0)) }
    }
  }
}
