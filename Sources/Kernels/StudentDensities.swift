/// Log densities of Student's t of rows, made of their squared distances from a component's mean, and the
/// weights of the rows.
///
/// With δ the squared distance of a row, ν the degrees of freedom and D columns:
///
///     log density = logScale - (ν + D) / 2 log(1 + δ / ν),    u = (ν + D) / (ν + δ).
///
/// log(1 + t) is taken with what rounding 1 + t loses, so that many degrees of freedom cost no digits. u
/// comes from the same division (`Portable.logOfOnePlus`), within 6 units in the last place.
///
/// Counts for eight rows: 28 additions and multiplications, a minimum, a division, 6 operations on integers.
public struct StudentDensities: Sendable {
  private let logScale: Double
  /// -(ν + D) / 2.
  private let exponent: Double
  /// -2 / ν.
  private let factor: Double
  /// (ν + D) / ν, the weight at the mean.
  private let ratio: Double
  private let logRatio: Double

  /// - Parameter logScale: log weight - log of the normalizer.
  public init(logScale: Double, degreesOfFreedom: Double, columnCount: Int) {
    let sum = degreesOfFreedom + Double(columnCount)
    self.logScale = logScale
    exponent = sum * -0.5
    factor = -2 / degreesOfFreedom
    ratio = sum / degreesOfFreedom
    logRatio = Portable.log(ratio)
  }

  /// Turns squares into log densities, in place.
  ///
  /// - Parameters:
  ///   - densities: -δ / 2 of `count` rows, readable and writable up to the next multiple of 8.
  ///   - weights: u of as many rows, finite whatever δ is, and 0 beyond the last.
  ///   - logTerms: log u - u likewise; nil if they are not wanted.
  public func write(
    _ densities: UnsafeMutablePointer<Double>, count: Int, weights: UnsafeMutablePointer<Double>,
    logTerms: UnsafeMutablePointer<Double>?
  ) {
    for n in stride(from: 0, to: count, by: 8) {
      let (logarithm, lost, reciprocal) = Portable.logOfOnePlus(
        Vector8(loading: densities + n) * factor)
      logarithm.addingProduct(lost, reciprocal).scaled(by: exponent, plus: logScale)
        .store(to: densities + n)
      let u = reciprocal * ratio
      u.store(to: weights + n)
      if let logTerms { (logRatio - logarithm - u).store(to: logTerms + n) }
    }
    for n in count..<paddedCount(count) {
      weights[n] = 0
      logTerms?[n] = 0
    }
  }
}

/// Multiplies responsibilities by the weights of the rows.
///
/// - Parameters:
///   - responsibilities: w r of `count` rows, readable and writable up to the next multiple of 8, where
///     they are 0.
///   - weights: u of as many, all finite.
///   - logTerms: log u - u likewise; nil if their sum is not wanted.
/// - Returns: the sums of w r u and of w r (log u - u), or 0 for the latter, in a fixed order.
public func weigh(
  _ responsibilities: UnsafeMutablePointer<Double>, count: Int, by weights: UnsafePointer<Double>,
  logTerms: UnsafePointer<Double>?
) -> (weight: Double, logTerm: Double) {
  var (sum, terms) = (Vector8.zero, Vector8.zero)
  for n in stride(from: 0, to: count, by: 8) {
    let own = Vector8(loading: responsibilities + n)
    let weighed = own * Vector8(loading: weights + n)
    sum += weighed
    if let logTerms { terms.addProduct(own, Vector8(loading: logTerms + n)) }
    weighed.store(to: responsibilities + n)
  }
  return (sum.laneSum, terms.laneSum)
}

extension Portable {
  /// The degrees of freedom ν of Student's t that maximize the expected log density of each component,
  ///
  ///     log(ν/2) - ψ(ν/2) + 1 + mean(log u - u + ψ((ν' + D)/2) - log((ν' + D)/2)) = 0,
  ///
  /// or of all together, within 1e-3 to 1e6: no data tell more of them from a Gaussian.
  ///
  /// - Parameters:
  ///   - logTerms: K sums of w r (log u - u) over the rows; masses: of w r, or more numbers.
  ///   - previous: K degrees of freedom ν', with which u was computed; stay where there is no mass.
  public static func degreesOfFreedom(
    logTerms: [Double], masses: [Double], previous: [Double], columnCount: Int, areCommon: Bool
  ) -> [Double] {
    let sums = previous.indices.map { k in
      let half = (previous[k] + Double(columnCount)) / 2
      return logTerms[k] + masses[k] * (digamma(half) - log(half))
    }
    if areCommon {
      let mass = masses[..<previous.count].reduce(0, +)
      let common = degreesOfFreedom(mean: sums.reduce(0, +) / mass)
      return previous.map { _ in common }
    }
    return previous.indices.map {
      masses[$0] > 0 ? degreesOfFreedom(mean: sums[$0] / masses[$0]) : previous[$0]
    }
  }

  private static func degreesOfFreedom(mean: Double) -> Double {
    // log x - ψ(x) falls from infinity to 0; 100 bisections of a ratio of 1e9 end at neighbors.
    var (low, high) = (1e-3, 1e6)
    for _ in 0..<100 {
      let middle = (low * high).squareRoot()
      let isBelow = log(middle / 2) - digamma(middle / 2) + 1 + mean > 0
      if isBelow { low = middle } else { high = middle }
    }
    return (low * high).squareRoot()
  }
}
