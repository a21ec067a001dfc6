/// Random numbers that are the same in every run: SplitMix64.
///
/// Source: Steele, Lea & Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// Uniform over 0 to 1, 1 excluded.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Approximately standard normal: the sum of 12 uniform numbers, less 6.
  public mutating func normal() -> Double {
    (0..<12).reduce(-6) { sum, _ in sum + uniform() }
  }

  /// `count` positive numbers with sum 1.
  public mutating func weights(_ count: Int) -> [Double] {
    let parts = (0..<count).map { _ in 0.1 + uniform() }
    let total = parts.reduce(0, +)
    return parts.map { $0 / total }
  }

  /// A symmetric positive definite matrix of `size` rows, row-major: A A' + I, A normal.
  public mutating func covariance(_ size: Int) -> [Double] {
    let factor = (0..<size * size).map { _ in normal() }
    return (0..<size * size).map { entry in
      let (i, j) = entry.quotientAndRemainder(dividingBy: size)
      return (0..<size).reduce(i == j ? 1 : 0) {
        $0 + factor[i * size + $1] * factor[j * size + $1]
      }
    }
  }
}
