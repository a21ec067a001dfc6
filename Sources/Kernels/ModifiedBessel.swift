/// The modified Bessel functions of the first kind, I_ν(x), for orders ν and arguments x from 0 up:
/// what distributions on spheres are normalized by.
///
/// Debye's expansion holds for all x, the better the larger the order: from order 32 on, what 12
/// terms leave out is below 2e-17 of it. Lower orders follow from there by the recurrence, which
/// damps errors on the way down. Where x is so small that this would take the difference of large
/// logarithms, the power series is short, and all its terms are positive.
///
/// Source: DLMF 10.25.2, 10.29.1, 10.41.3, 10.41.5 and 10.41.10.
extension Portable {
  /// log(I_ν(x) / x^ν) - x: finite for every x, that of 0 included.
  ///
  /// Within 4e-15 of itself, or of 1 where it is less.
  public static func logScaledBessel(order: Double, _ x: Double) -> Double {
    if x * x <= max(400, 16 * (order + 1)) {
      return log(besselSeries(order, x * x / 4)) - x - order * 0x1.62e42fefa39efp-1
        - logGamma(order + 1)
    }
    return descended(to: order, x).logarithm - 0.5 * (logTwoPi + log(x)) - order * log(x)
  }

  /// I_(ν+1)(x) / I_ν(x), and what it lacks to 1: which has all its digits too, where that is
  /// small.
  ///
  /// Within 2e-15 and, of order 0, 4e-14 of themselves; of larger orders the latter is better
  /// known.
  public static func besselRatio(order: Double, _ x: Double) -> (ratio: Double, rest: Double) {
    // Where I_ν is its first term.
    if x < 1e-10 { return (x / (2 * order + 2), 1 - x / (2 * order + 2)) }
    let result = descended(to: order, x)
    return (result.ratio, result.rest)
  }

  /// Σ_k y^k / (k! (ν+1) ... (ν+k)).
  private static func besselSeries(_ order: Double, _ y: Double) -> Double {
    var (sum, term, k) = (1.0, 1.0, 1.0)
    // 32 terms at most, where it is used.
    while term > 0x1p-54 * sum {
      term *= y / (k * (order + k))
      sum += term
      k += 1
    }
    return sum
  }

  /// The ratio of orders ν + 1 and ν at `x`, what it lacks to 1, and log(I_ν(x) sqrt(2 π x)) - x.
  private typealias BesselValues = (ratio: Double, rest: Double, logarithm: Double)

  /// By I_ν = 2 (ν+1) / x I_(ν+1) + I_(ν+2) from order 32 on.
  ///
  /// What the ratio lacks to 1 is (ν + 1/2) / x to the first order, and `excess` more: from order
  /// to order only that is subtracted from anything.
  private static func descended(to order: Double, _ x: Double) -> BesselValues {
    let steps = max(0, (32 - order).rounded(.up))
    var values = debye(order + steps, x)
    var excess = values.rest - (order + steps + 0.5) / x
    for step in stride(from: steps - 1, through: 0, by: -1) {
      let q = (order + step + 0.5) / x - excess
      values.ratio = 1 / (2 * (order + step + 1) / x + values.ratio)
      values.rest = q / (1 + q)
      excess = -excess - q * values.rest
      values.logarithm -= values.rest < 0.5 ? logOfOnePlus(-values.rest) : log(values.ratio)
    }
    return values
  }

  /// By Debye's expansion, in z = x / ν and p = 1 / sqrt(1 + z²). That of the derivative has, for
  /// U_k(p), the polynomials V_k = U_k - (1 - p²) (p/2 U_(k-1) + p² U'_(k-1)): so I_(ν+1), I' less
  /// ν/x I, needs no difference of what is nearly the same.
  private static func debye(_ order: Double, _ x: Double) -> BesselValues {
    let z = x / order
    let root = z < 0x1p60 ? (1 + z * z).squareRoot() : z
    let p = 1 / root
    var (sum, slope, power) = (0.0, 0.0, 1.0)
    for (k, coefficients) in debyePolynomials.enumerated() {
      var (value, derivative) = (0.0, 0.0)
      for (i, coefficient) in coefficients.enumerated().reversed() {
        value = value * (p * p) + coefficient
        derivative = derivative * (p * p) + (Double(k + 2 * i) + 0.5) * coefficient
      }
      sum += power * value
      slope += power * derivative * (p / order)
      power *= p / order
    }
    let bend = z / root * (slope / sum)
    let beyond = 1 / (root + z)
    return (
      ratio: z / (1 + root) - bend, rest: (1 + beyond) / (1 + root) + bend,
      logarithm: order * (beyond - logOfOnePlus((1 + beyond) / z)) + 0.5 * log(z / root) + log(sum)
    )
  }

  /// Of U_k(p) = p^k (c_0 + c_1 p² + ...), k from 0 to 11, the coefficients: U_(k+1) is
  /// p² (1 - p²) U_k' / 2 and the integral of (1 - 5 t²) U_k(t) / 8 from 0 to p.
  private static let debyePolynomials: [[Double]] = (0..<11).reduce(into: [[1]]) { all, k in
    var next = [Double](repeating: 0, count: k + 2)
    for (i, c) in all[k].enumerated() {
      let j = Double(k + 2 * i)
      next[i] += c * (j / 2 + 1 / (8 * (j + 1)))
      next[i + 1] -= c * (j / 2 + 5 / (8 * (j + 3)))
    }
    all.append(next)
  }
}
