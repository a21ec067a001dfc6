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

  /// log(1 + t) and 1 / (1 + t) in every lane, for t >= 0, by one division.
  ///
  /// With y = 1 + t rounded, y = 2^e m as above, the division gives q = 1 / (m (m + 1)), and that
  /// 1 / m = (m + 1) q and s = (m - 1) / (m + 1) = (m - 1) m q, each within 3 units in the last place. Then
  /// log m = 2 s + s³ P(s²), the polynomial of `log` in pairs of terms for the sake of latency: 7
  /// operations less than there, and one or two units more that the result may be off.
  ///
  /// From t = 2^1020 on y stays there, and log(1 + t) goes on along its tangent, up to infinity.
  ///
  /// - Returns: log y and 1 / y, finite whatever t is; what rounding 1 + t lost, infinite, or NaN, where t
  ///   is. log(1 + t) = log y + lost / y, by which small t keep their digits.
  @_transparent
  static func logOfOnePlus(
    _ t: Vector8
  ) -> (logarithm: Vector8, lost: Vector8, reciprocal: Vector8) {
    let sum = t + 1
    let limit = Vector8(repeating: 0x1p1020)
    let y = limit.replacing(with: sum, where: sum .< limit)
    let bits = unsafeBitCast(y, to: SIMD8<UInt64>.self)
    // As y is 1 or more, no difference is negative.
    let above = bits &- SIMD8<UInt64>(repeating: 0x3fe6_a09e_667f_3bcd)
    let scale = above & SIMD8<UInt64>(repeating: 0xfff0_0000_0000_0000)
    let e = unsafeBitCast((above &>> 52) | 0x4330_0000_0000_0000, to: Vector8.self) - 0x1p52
    let m = unsafeBitCast(bits &- scale, to: Vector8.self)
    let next = m + 1
    let q = 1 / (m * next)
    let scaled = unsafeBitCast(next * q, to: SIMD8<UInt64>.self)
    let reciprocal = unsafeBitCast(scaled &- scale, to: Vector8.self)

    let s = (m - 1) * m * q
    let z = s * s
    let square = z * z
    let first = Vector8(repeating: 0x1.5555555555558p-1)
      .addingProduct(Vector8(repeating: 0x1.99999999952d7p-2), z)
    let second = Vector8(repeating: 0x1.2492492df281ap-2)
      .addingProduct(Vector8(repeating: 0x1.c71c62e3f11e6p-3), z)
    let third = Vector8(repeating: 0x1.7462b51cb66b1p-3)
      .addingProduct(Vector8(repeating: 0x1.39fe51a7c18f9p-3), z)
      .addingProduct(Vector8(repeating: 0x1.2b5900de53b32p-3), square)
    let p = first.addingProduct(second, square).addingProduct(third, square * square)
    let logarithm = (s * Vector8(repeating: 2).addingProduct(p, z))
      .addingProduct(e, Vector8(repeating: 0x1.62e42fefa39efp-1))
    return (logarithm, t - (y - 1), reciprocal)
  }
}
