extension Portable {
  /// log Γ(x), for x > 0: log (x - 1)! for whole x.
  ///
  /// Within 10 × 2^-53 of itself, 5 units in the last place, zeros at 1 and 2 included. Infinity at 0,
  /// at infinity and beyond 2.55e305; NaN for negative numbers, where no family asks for it.
  ///
  /// With h(y) = log Γ(y) / ((y - 1) (y - 2)) (`quotient`, within 1.7 u for u = 2^-53) and `log`
  /// within 2 u:
  ///
  /// - x from 1.25 to 2.25: (x - 1) (x - 2) h(x), whose differences are exact: 4 u.
  /// - x from 0.25 to 1.25: log Γ(x + 1) - log x = x (x - 1) h(x + 1) - log x. The first term, within
  ///   3.7 u, is as large as the result at most 1.27 times, the second 2.27: 3.7 × 1.27 + 2 × 2.27 + 1
  ///   < 10 u, at 1.25; where x is near 1, 7 u.
  /// - x below 0.25: log Γ(x + 2) - log(x (x + 1)). Both terms are positive, and the error of the
  ///   product, 2 u, is less than twice log 4 of the result: 6 u.
  /// - x from 2.25 to 8: log((x - 1) ... (x - m)) + log Γ(x - m), with x - m from 1.25 to 2.25. The
  ///   factors are exact, their product is within (m - 1) u. With m = 1, at 2.25, the terms are 1.79 and
  ///   -0.79 times the result: 2 × 1.79 + 4 × 0.79 + 1 < 8 u. Later the error of the product, up to 5 u
  ///   of a sum over 8.5, and the second term do not count: 4 u.
  /// - x from 8: Stirling's series, (x - 1/2) (log x - 1) + (log 2π - 1) / 2 + 1 / 12 x - 1 / 360 x³ +
  ///   ..., of which 8 terms leave out less than 8e-17 (DLMF 5.11.1 and 5.11 (ii)): the ninth. log x is
  ///   at most 1.93 times log x - 1: 2 × 1.93 + 4 < 8 u.
  public static func logGamma(_ x: Double) -> Double {
    guard x > 0 else { return x == 0 ? .infinity : .nan }
    if x < 0.25 { return (x + 1) * x * quotient(x + 0.25) - log(x * (x + 1)) }
    if x < 1.25 { return x * (x - 1) * quotient(x - 0.75) - log(x) }
    if x >= 8 { return stirling(x) }
    var (rest, product) = (x, 1.0)
    while rest >= 2.25 {
      rest -= 1
      product *= rest
    }
    let value = (rest - 1) * (rest - 2) * quotient(rest - 1.75)
    return product == 1 ? value : log(product) + value
  }

  /// log Γ(y) / ((y - 1) (y - 2)) at y = 1.75 + `t`, for |t| <= 1/2.
  ///
  /// Interpolates at Chebyshev nodes with a relative error of 2e-18, with rounded coefficients 4e-17.
  /// The terms fall by 0.27 × 0.5 and less from one to the next, so Horner's rule ends within 1.3 u.
  private static func quotient(_ t: Double) -> Double { polynomial(quotientCoefficients, at: t) }

  private static func stirling(_ x: Double) -> Double {
    let inverse = 1 / x
    let series = polynomial(stirlingCoefficients, at: inverse * inverse) * inverse
    // (log 2π - 1) / 2.
    return (x - 0.5) * (log(x) - 1) + (0x1.acfe390c97d69p-2 + series)
  }
}

private let quotientCoefficients: [Double] = [
  -0x1.b8f78befbcbe5p-21, 0x1.94034f8a43225p-20, -0x1.d26129a22fb4fp-20, 0x1.ae8925068698dp-19,
  -0x1.b3459a3816e80p-18, 0x1.93f9abcbb9812p-17, -0x1.75abd0fcf9663p-16, 0x1.5db6c6b9236b1p-15,
  -0x1.4918b9a5e946ap-14, 0x1.37774ed23acb1p-13, -0x1.28f262c831f4bp-12, 0x1.1daed1ca794a5p-11,
  -0x1.1605627aeb076p-10, 0x1.12aa730148fcap-9, -0x1.14f7c58ea0c46p-8, 0x1.1f9587fa118c2p-7,
  -0x1.382e176f60b6dp-6, 0x1.6cb6251711960p-5, -0x1.e96586307946ep-4, 0x1.ccf151e09cde8p-2,
]

/// B_2k / (2k (2k - 1)), of Bernoulli's numbers, k from 8 down to 1: -3617 / 122400, 1 / 156, ...,
/// -1 / 360, 1 / 12.
private let stirlingCoefficients: [Double] = [
  -0x1.e4286cb0f5398p-6, 0x1.a41a41a41a41ap-8, -0x1.f6ab0d9993c7dp-10, 0x1.b951e2b18ff23p-11,
  -0x1.3813813813814p-11, 0x1.a01a01a01a01ap-11, -0x1.6c16c16c16c17p-9, 0x1.5555555555555p-4,
]

extension Portable {
  /// log x! of a whole number from 0 up. Those below 1024, which most counts are, are known.
  public static func logFactorial(_ x: Double) -> Double {
    x >= 0 && x < 1024 ? logFactorials[Int(x)] : logGamma(x + 1)
  }

  /// Writes of each row the sum of log x! of its values, but those that are NaN.
  public static func writeLogFactorials(
    _ rows: UnsafePointer<Double>, count: Int, columnCount: Int,
    into sums: UnsafeMutablePointer<Double>
  ) {
    logFactorials.withUnsafeBufferPointer { known in
      for n in 0..<count {
        var sum = 0.0
        for j in 0..<columnCount {
          let x = rows[n * columnCount + j]
          if x >= 0 && x < 1024 {
            sum += known[Int(x)]
          } else if !x.isNaN {
            sum += logGamma(x + 1)
          }
        }
        sums[n] = sum
      }
    }
  }

  private static let logFactorials = (0..<1024).map { logGamma(Double($0) + 1) }
}
