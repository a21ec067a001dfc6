extension RandomRow {
  /// A number of the Gamma distribution of scale 1, from the row's numbers from `index` on: as many as it
  /// takes.
  ///
  /// Source: Marsaglia and Tsang, "A simple method for generating gamma variables" (ACM Transactions on
  /// Mathematical Software 26, 2000).
  public func gamma(shape: Double, from index: Int) -> Double {
    guard shape >= 1 else {
      let power = Portable.log(uniform(index)) / shape
      return gamma(shape: shape + 1, from: index + 1) * Portable.exp(power)
    }
    let d = shape - 1 / 3.0
    let c = 1 / (9 * d).squareRoot()
    for n in stride(from: index, to: index + 2000, by: 2) {
      let x = normal(n)
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      let limit = x * x / 2 + d - d * v + d * Portable.log(v)
      if Portable.log(uniform(n + 1)) < limit { return d * v }
    }
    // At most one try in twenty fails: never reached.
    return d
  }
}
