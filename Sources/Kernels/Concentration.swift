extension Portable {
  /// The concentration κ of a von Mises-Fisher distribution in `columnCount` columns whose mean has
  /// the length R: I_(D/2)(κ) / I_(D/2-1)(κ) = R.
  ///
  /// Solved for R / (1 - R), which grows with κ from κ / D to 2 κ / (D - 1), nearly as a straight
  /// line: so the secant's rule ends at rounding within some eight steps.
  ///
  /// - Parameters:
  ///   - length: R, 0 or more; rest: 1 - R, more than 0. Each with all its digits.
  /// - Source: the start is that of Banerjee, Dhillon, Ghosh and Sra, "Clustering on the unit
  ///   hypersphere using von Mises-Fisher distributions" (Journal of Machine Learning Research 6,
  ///   2005).
  public static func concentration(length: Double, rest: Double, columnCount: Int) -> Double {
    guard length > 0 else { return 0 }
    let (d, target) = (Double(columnCount), length / rest)
    func odds(_ kappa: Double) -> Double {
      let (ratio, rest) = besselRatio(order: d / 2 - 1, kappa)
      return ratio / rest
    }
    var (previous, value) = (0.0, 0.0)
    var kappa = length * (d - length * length) / (rest * (1 + length))
    for _ in 0..<40 {
      let next = odds(kappa)
      // Neighbors that rounding does not tell apart.
      guard next != value else { break }
      let step = (target - next) * (kappa - previous) / (next - value)
      (previous, value) = (kappa, next)
      kappa += max(step, -kappa / 2)
      if abs(step) <= 0x1p-50 * kappa { break }
    }
    return kappa
  }
}
