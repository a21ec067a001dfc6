extension Portable {
  /// e^x.
  ///
  /// Within 1 unit in the last place. Results under e^-708, about 3e-308, are 0; over the range of
  /// float64 infinity; NaN gives NaN.
  public static func exp(_ x: Double) -> Double { exp(Vector8(repeating: x))[0] }

  /// e^x in every lane. About 24 operations per 8 values, no table, no branch.
  @_transparent
  static func exp(_ x: Vector8) -> Vector8 {
    // 2^(n-1) and then twice it: n = 1024 has no exponent field of its own.
    let (power, n) = exponentialParts(x)
    return ((power * unsafeBitCast((n &+ 1022) &<< 52, to: Vector8.self)) * 2)
      .replacing(with: 0, where: x .< smallestExponent)
      .replacing(with: .infinity, where: x .> 0x1.62e42fefa39efp+9)
      .replacing(with: x, where: x .!= x)
  }
}

/// Where e^x is taken for 0: the least x whose e^x is a normal number, rounded up.
public let smallestExponent = -708.0

/// e^x in every lane, for x <= 0 (or -infinity), but 0 for x < `floor`, which is `smallestExponent`
/// or more: else the same bits as `Portable.exp`, 6 operations less.
///
/// 2^n is multiplied by adding n to the exponent: exact, since no result but 0 is below 2^-1022. A
/// NaN stays one: the low bits of `n` are then 0.
@_transparent
func expOfNonPositive(_ x: Vector8, floor: Double) -> Vector8 {
  let (power, n) = exponentialParts(x)
  let bits = unsafeBitCast(power, to: SIMD8<UInt64>.self) &+ (n &<< 52)
  return unsafeBitCast(bits, to: Vector8.self).replacing(with: 0, where: x .< floor)
}

/// e^x = 2^n e^r as e^r and, in its low bits, n.
///
/// x = n log 2 + r with an integer n and |r| <= log(2)/2; log 2 is subtracted in two parts, the first
/// with 21 trailing zero bits, so that its product with n is exact. e^r = 1 + r + r² P(r); P
/// interpolates at Chebyshev nodes, with a relative error of e^r of 1.3e-17.
///
/// Transparent, because @inline(__always) left a call, with the vector split into registers.
@_transparent
func exponentialParts(_ x: Vector8) -> (power: Vector8, n: SIMD8<UInt64>) {
  // Adding 1.5 * 2^52 rounds to an integer and leaves it in the low bits of the sum.
  let rounder = Vector8(repeating: 0x1.8p52)
  let shifted = rounder.addingProduct(x, Vector8(repeating: 0x1.71547652b82fep+0))
  let n = shifted - rounder
  let r = x.addingProduct(n, Vector8(repeating: -0x1.62e42fee00000p-1))
    .addingProduct(n, Vector8(repeating: -0x1.a39ef35793c76p-33))

  // Even and odd coefficients apart: no more operations than Horner's rule and half its latency.
  let square = r * r
  var even = Vector8(repeating: 0x1.289185613a3d6p-22)
  even = Vector8(repeating: 0x1.a019b90d2ae7ap-16).addingProduct(even, square)
  even = Vector8(repeating: 0x1.6c16c1788bd90p-10).addingProduct(even, square)
  even = Vector8(repeating: 0x1.5555555553d63p-5).addingProduct(even, square)
  even = Vector8(repeating: 0x1.0000000000001p-1).addingProduct(even, square)
  var odd = Vector8(repeating: 0x1.af38a9b0ec855p-26)
  odd = Vector8(repeating: 0x1.71de0dae63bb3p-19).addingProduct(odd, square)
  odd = Vector8(repeating: 0x1.a01a01a7c41d5p-13).addingProduct(odd, square)
  odd = Vector8(repeating: 0x1.11111111109b3p-7).addingProduct(odd, square)
  odd = Vector8(repeating: 0x1.5555555555556p-3).addingProduct(odd, square)
  let power = Vector8(repeating: 1) + r.addingProduct(even.addingProduct(odd, r), square)
  return (power, unsafeBitCast(shifted, to: SIMD8<UInt64>.self))
}
