/// log 2 pi.
public let logTwoPi = 0x1.d67f1c864beb5p+0

extension Portable {
  /// log Γ(x + D/2) - log Γ(x) - D/2 log x, for x > 0.
  ///
  /// From 50 on without the logarithms of Γ, which would cancel: of a half step by the series
  /// -1/8x + 1/192x³ - 1/640x⁵ (DLMF 5.11.8), whose next term is below 2e-15, and whole steps as
  /// Γ(x + 1) = x Γ(x).
  public static func logGammaRatio(_ x: Double, halfSteps d: Int) -> Double {
    guard x >= 50 else {
      return logGamma(x + Double(d) / 2) - logGamma(x)
        - Double(d) / 2 * log(x)
    }
    let rest = Double(d % 2) / 2
    let halfStep = (-1 / 8 + (1 / 192 - 1 / (640 * x * x)) / (x * x)) / x
    return (0..<d / 2).reduce(rest > 0 ? halfStep : 0) {
      $0 + logOfOnePlus((rest + Double($1)) / x)
    }
  }

  /// log(1 + t) with all digits of a small t.
  static func logOfOnePlus(_ t: Double) -> Double {
    let rounded = 1 + t
    return log(rounded) + (t - (rounded - 1)) / rounded
  }
}
