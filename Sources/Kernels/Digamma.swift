extension Portable {
  /// ψ(x) = d log Γ(x) / dx, for x > 0.
  ///
  /// Within 10 × 2^-53 of itself, 5 units in the last place, its zero at 1.46 included. -infinity at 0,
  /// infinity at infinity; NaN for negative numbers, where no family asks for it.
  ///
  /// With u = 2^-53:
  ///
  /// - x from 1 to 2: (x - x0) r(x) / x with the zero x0 in two parts; x less the first is exact, less
  ///   the second within 2 u. r is within 1.7 u; two more roundings: 6 u.
  /// - x below 1: ψ(x + 1) - 1 / x. Rounding x + 1 changes its ψ by 1.65 u at most. Near 1 the terms are
  ///   0.73 and 1.73 times the result: 6 × 0.73 + 0.65 / 0.58 + 1.73 + 1 < 9 u.
  /// - x from 2 to 8: ψ(x - m) + 1 / (x - 1) + ... + 1 / (x - m), with x - m from 1 to 2. At 2 the terms
  ///   are -1.37 and 2.37 times the result, the reciprocal 1 is exact: 6 × 1.37 + 1 < 10 u. Later the
  ///   reciprocals, within m u of their sum, are at most 0.8 times the result: 8 u.
  /// - x from 8: log x - 1 / 2 x - 1 / 12 x² + 1 / 120 x⁴ - ..., of which 9 terms leave out less than
  ///   3e-17 (DLMF 5.11.2 and 5.11 (ii)): the tenth. 2 u of the logarithm, two subtractions: 5 u.
  public static func digamma(_ x: Double) -> Double {
    guard x > 0 else { return x == 0 ? -.infinity : .nan }
    if x < 1 { return digammaFromOne(x + 1) - 1 / x }
    if x >= 8 { return digammaFromEight(x) }
    var (rest, sum) = (x, 0.0)
    while rest >= 2 {
      rest -= 1
      sum += 1 / rest
    }
    return digammaFromOne(rest) + sum
  }

  /// ψ(x) for x from 1 to 2.
  private static func digammaFromOne(_ x: Double) -> Double {
    let difference = (x - 0x1.762d86356be3fp+0) - 0x1.b86a722197829p-54
    return difference * polynomial(ratioCoefficients, at: x - 1.5) / x
  }

  private static func digammaFromEight(_ x: Double) -> Double {
    let inverse = 1 / x
    let square = inverse * inverse
    return log(x) - (0.5 * inverse + square * polynomial(asymptoticCoefficients, at: square))
  }
}

/// x ψ(x) / (x - x0) about 1.5: interpolates at Chebyshev nodes of [1, 2] with a relative error of
/// 4e-18, with rounded coefficients 4e-17. The terms fall by 0.23 × 0.5 and less from one to the next,
/// so Horner's rule ends within 1.3 u.
private let ratioCoefficients: [Double] = [
  -0x1.65c5838fc84b5p-24, 0x1.c000ae495e21bp-23, -0x1.d25cf33cf4758p-22, 0x1.249b41e4166f2p-20,
  -0x1.74f75be924f02p-19, 0x1.d5d1bbfe33e82p-18, -0x1.28be0b89ce5b1p-16, 0x1.78dba253a2662p-15,
  -0x1.e206eafdeb5afp-14, 0x1.379290ea96ec0p-12, -0x1.996841b61bfa0p-11, 0x1.13f9ae1d3e0f1p-9,
  -0x1.8417ed8f9c4efp-8, 0x1.25d9429f5af59p-6, -0x1.0148eed6c6c16p-4, 0x1.433082f058649p-2,
  0x1.6d3498ca56891p+0,
]

/// B_2k / 2k, of Bernoulli's numbers, k from 9 down to 1: 43867 / 14364, -3617 / 8160, ..., -1 / 120,
/// 1 / 12.
private let asymptoticCoefficients: [Double] = [
  0x1.86e7f9b9fe6e8p+1, -0x1.c5e5e5e5e5e5ep-2, 0x1.5555555555555p-4, -0x1.5995995995996p-6,
  0x1.f07c1f07c1f08p-8, -0x1.1111111111111p-8, 0x1.0410410410410p-8, -0x1.1111111111111p-7,
  0x1.5555555555555p-4,
]
