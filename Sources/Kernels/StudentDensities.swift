/// Turns squares into log densities of Student's t, in place, and gives the weights of the rows.
///
/// With δ the squared distance of a row from the mean, ν the degrees of freedom and D columns:
///
///     log density = logScale - (ν + D) / 2 log(1 + δ / ν),    u = (ν + D) / (ν + δ).
///
/// log(1 + t) is taken with what rounding 1 + t loses, so that many degrees of freedom cost no digits.
///
/// - Parameters:
///   - densities: -δ / 2 of `count` rows, readable and writable up to the next multiple of 8.
///   - weights: scratch for u of as many rows.
///   - logWeights: scratch for log u.
public func writeStudentDensities(
  _ densities: UnsafeMutablePointer<Double>, count: Int, columnCount: Int, logScale: Double,
  degreesOfFreedom: Double, weights: UnsafeMutablePointer<Double>,
  logWeights: UnsafeMutablePointer<Double>
) {
  let nu = Vector8(repeating: degreesOfFreedom)
  let sum = Vector8(repeating: degreesOfFreedom + Double(columnCount))
  let logRatio = Portable.log(sum / nu)
  let (scale, exponent) = (Vector8(repeating: logScale), sum * -0.5)
  for n in stride(from: 0, to: count, by: 8) {
    let square = Vector8(loading: densities + n) * -2
    let ratio = square / nu
    let rounded = ratio + 1
    let lost = (ratio - (rounded - 1)) / rounded
    let logarithm =
      Portable.log(rounded) + lost.replacing(with: 0, where: rounded .== .infinity)
    (scale + exponent * logarithm).store(to: densities + n)
    (sum / (nu + square)).store(to: weights + n)
    (logRatio - logarithm).store(to: logWeights + n)
  }
}

/// Multiplies responsibilities by the weights of the rows.
///
/// - Parameters:
///   - responsibilities: w r of `count` rows, readable and writable up to the next multiple of 8, where
///     they are 0.
///   - weights: u of the rows.
///   - logWeights: log u of the rows.
/// - Returns: the sums of w r u and of w r (log u - u), in a fixed order.
public func weigh(
  _ responsibilities: UnsafeMutablePointer<Double>, count: Int, by weights: UnsafePointer<Double>,
  logWeights: UnsafePointer<Double>
) -> (weight: Double, logarithm: Double) {
  var (sum, logarithms) = (Vector8.zero, Vector8.zero)
  for n in stride(from: 0, to: count, by: 8) {
    let own = Vector8(loading: responsibilities + n)
    let u = Vector8(loading: weights + n)
    // Beyond the rows the weights are undefined.
    let isEmpty = own .== 0
    let weighed = (own * u).replacing(with: 0, where: isEmpty)
    let term = own * (Vector8(loading: logWeights + n) - u)
    sum += weighed
    logarithms += term.replacing(with: 0, where: isEmpty)
    weighed.store(to: responsibilities + n)
  }
  return (sum.laneSum, logarithms.laneSum)
}

extension Portable {
  /// The degrees of freedom ν of Student's t that maximize the expected log density of each component,
  ///
  ///     log(ν/2) - ψ(ν/2) + 1 + mean(log u - u + ψ((ν' + D)/2) - log((ν' + D)/2)) = 0,
  ///
  /// or of all together, within 1e-3 to 1e6: no data tell more of them from a Gaussian.
  ///
  /// - Parameters:
  ///   - logWeights: K sums of w r (log u - u) over the rows; masses: of w r, or more numbers.
  ///   - previous: K degrees of freedom ν', with which u was computed; stay where there is no mass.
  public static func degreesOfFreedom(
    logWeights: [Double], masses: [Double], previous: [Double], columnCount: Int, areCommon: Bool
  ) -> [Double] {
    let sums = previous.indices.map { k in
      let half = (previous[k] + Double(columnCount)) / 2
      return logWeights[k] + masses[k] * (digamma(half) - log(half))
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
