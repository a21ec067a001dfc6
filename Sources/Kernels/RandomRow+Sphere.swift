extension RandomRow {
  /// 1 - μ·x of a draw x from a von Mises-Fisher distribution about μ, from the row's numbers from
  /// `index` on: as many as it takes. From 0 to 2; small ones have all their digits.
  ///
  /// Source: Wood, "Simulation of the von Mises Fisher distribution" (Communications in Statistics
  /// - Simulation and Computation 23, 1994), in terms of 1 - w and 1 - x0.
  public func distanceFromPole(
    concentration kappa: Double, columnCount: Int, from index: Int
  ) -> Double {
    // Squares stay finite.
    let (kappa, d) = (min(kappa, 0x1p400), Double(columnCount - 1))
    // (-2 κ + sqrt(4 κ² + d²)) / d, without a difference.
    let b = d / (2 * kappa + (4 * kappa * kappa + d * d).squareRoot())
    let rest = 2 * b / (1 + b)
    let logSquare = Portable.log(rest) + Portable.log(2 - rest)
    for attempt in 0..<1000 {
      // A draw from Beta(d/2, d/2); no gamma takes more numbers than these.
      let start = index + attempt * 0x2000
      let (first, second) = (
        gamma(shape: d / 2, from: start + 1), gamma(shape: d / 2, from: start + 0x1000)
      )
      let z = first / (first + second)
      let away = 2 * b * z / (1 - (1 - b) * z)
      let logRatio = Portable.log(rest + (1 - rest) * away) - logSquare
      if kappa * (rest - away) + d * logRatio >= Portable.log(uniform(start)) { return away }
    }
    // At most one try in three fails: never reached.
    return rest
  }
}
