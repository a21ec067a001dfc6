extension Portable {
  /// The natural logarithm.
  ///
  /// Within 1 unit in the last place. log 0 is -infinity; a negative number gives NaN.
  public static func log(_ x: Double) -> Double { log(Vector8(repeating: x))[0] }

  /// log x in every lane.
  ///
  /// x = 2^e m with m in [sqrt(1/2), sqrt(2)). With f = m - 1 and s = f / (2 + f), log m =
  /// 2 atanh s = f - (f²/2 - s (f²/2 + R)), R = s² times a polynomial in s² that interpolates at
  /// Chebyshev nodes with a relative error of 5e-18. Written so, what is rounded is small beside f.
  @_transparent
  static func log(_ x: Vector8) -> Vector8 {
    // Subnormal numbers have no exponent of their own.
    let small = x .< Vector8(repeating: 0x1p-1022)
    let normal = x.replacing(with: x * 0x1p54, where: small)
    let bits = unsafeBitCast(normal, to: SIMD8<UInt64>.self)
    // The bits of the square root of 1/2, and below of 2^52: as expressions they are library calls.
    let rootHalf = SIMD8<UInt64>(repeating: 0x3fe6_a09e_667f_3bcd)
    // e + 2048, never negative, moves to the low bits of 2^52, whose value then is 2^52 + e + 2048.
    let biased = ((bits &- rootHalf) &+ (2048 &<< 52)) &>> 52
    let exponent = unsafeBitCast(biased | 0x4330_0000_0000_0000, to: Vector8.self) - (0x1p52 + 2048)
    let e = exponent.replacing(with: exponent - 54, where: small)
    let mantissa = unsafeBitCast(bits &- ((biased &- 2048) &<< 52), to: Vector8.self)

    let f = mantissa - 1
    let s = f / (f + 2)
    let z = s * s
    var p = Vector8(repeating: 0x1.2b5900de53b32p-3)
    p = Vector8(repeating: 0x1.39fe51a7c18f9p-3).addingProduct(p, z)
    p = Vector8(repeating: 0x1.7462b51cb66b1p-3).addingProduct(p, z)
    p = Vector8(repeating: 0x1.c71c62e3f11e6p-3).addingProduct(p, z)
    p = Vector8(repeating: 0x1.2492492df281ap-2).addingProduct(p, z)
    p = Vector8(repeating: 0x1.99999999952d7p-2).addingProduct(p, z)
    p = Vector8(repeating: 0x1.5555555555558p-1).addingProduct(p, z)
    let half = f * f * 0.5
    let tail = (s * (half + p * z)).addingProduct(e, Vector8(repeating: 0x1.a39ef35793c76p-33))
    let value = (f - (half - tail)).addingProduct(e, Vector8(repeating: 0x1.62e42fee00000p-1))
    return
      value
      .replacing(with: x, where: x .== .infinity)
      .replacing(with: -.infinity, where: x .== 0)
      .replacing(with: .nan, where: .!(x .>= 0))
  }
}
