extension RandomRow {
  /// A number of the Poisson distribution, from the row's numbers `index`, `index + step`, and so on: as many
  /// as it takes.
  ///
  /// Below a rate of 10 by inversion; else by rejection with a transformed density.
  /// Source: Hörmann, "The transformed rejection method for generating Poisson random variables" (Insurance:
  /// Mathematics and Economics 12, 1993), algorithm PTRS.
  public func poisson(rate: Double, from index: Int, step: Int) -> Double {
    if rate < 10 { return smallPoisson(rate: rate, uniform(index)) }
    let logRate = Portable.log(rate)
    let b = 0.931 + 2.53 * rate.squareRoot()
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let squeeze = 0.9277 - 3.6224 / (b - 2)
    for attempt in 0..<1000 {
      let u = uniform(index + 2 * attempt * step) - 0.5
      let v = uniform(index + (2 * attempt + 1) * step)
      let rest = 0.5 - abs(u)
      let k = ((2 * a / rest + b) * u + rate + 0.43).rounded(.down)
      if rest >= 0.07 && v <= squeeze { return k }
      if k < 0 || (rest < 0.013 && v > rest) { continue }
      let left = Portable.log(v) + Portable.log(inverseAlpha) - Portable.log(a / (rest * rest) + b)
      if left <= k * logRate - rate - Portable.logFactorial(k) { return k }
    }
    // At most one try in three fails: never reached.
    return rate.rounded()
  }

  private func smallPoisson(rate: Double, _ uniform: Double) -> Double {
    var (k, term, left) = (0.0, Portable.exp(-rate), uniform)
    // What is left of the probability beyond 200 is nothing.
    while left > term && k < 200 {
      left -= term
      k += 1
      term *= rate / k
    }
    return k
  }
}
