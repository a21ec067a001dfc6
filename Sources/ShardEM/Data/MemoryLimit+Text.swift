extension MemoryLimit {
  private static let units: [(suffix: String, bytes: Double)] = [
    ("kib", 0x1p10), ("mib", 0x1p20), ("gib", 0x1p30), ("tib", 0x1p40),
    ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12), ("b", 1), ("", 1),
  ]

  /// From text such as `512MiB`, `2GB`, `1000000` (bytes) or `25%`; nil of any other.
  public init?(_ text: String) {
    let text = text.lowercased()
    if text.hasSuffix("%") {
      guard let percent = Self.number(text.dropLast()), percent > 0, percent <= 100 else {
        return nil
      }
      self = .share(percent / 100)
      return
    }
    let unit = Self.units.first { text.hasSuffix($0.suffix) }!
    guard let number = Self.number(text.dropLast(unit.suffix.count)),
      let bytes = Int(exactly: (number * unit.bytes).rounded(.down)), bytes > 0
    else { return nil }
    self = .bytes(bytes)
  }

  /// Digits, and perhaps a point and more of them: no sign, no exponent, no `inf`.
  private static func number(_ text: Substring) -> Double? {
    var text = text
    if text.last == " " { text.removeLast() }
    guard text.first?.isNumber == true, text.allSatisfy({ "0123456789.".contains($0) }) else {
      return nil
    }
    return Double(text)
  }
}
