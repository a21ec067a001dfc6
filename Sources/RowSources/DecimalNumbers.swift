/// Decimal text to float64, correctly rounded, in no locale.
///
/// A number is an integer significand m times a power of ten, 10^e. Three ways, fastest first:
/// - m <= 2^53 and |e| <= 22: both are exact float64s, so that one multiplication or division
///   rounds once.
/// - m < 2^64 and |e| <= 27: 5^|e| fits in 64 bits. The product or the quotient is formed in
///   128-bit integers, cut to at least 63 bits, and its last bit set if anything was cut off:
///   rounding that to 53 bits rounds the exact value. The factor 2^e is exact.
/// - otherwise the standard library's conversion, about ten times slower.
///
/// Source: Clinger, "How to read floating point numbers accurately" (PLDI 1990); the eight digits
/// at once are Lemire's, "Number parsing at a gigabyte per second" (2021).
///
/// Unchecked: the tables never change.
struct DecimalNumbers: @unchecked Sendable {
  typealias Bytes = UnsafePointer<UInt8>

  /// Between the integer and the fraction: a point, or a comma.
  private let point: UInt8
  private let powersOfTen: UnsafePointer<Double>
  private let powersOfFive: UnsafePointer<UInt64>

  /// The tables are made once and kept.
  static let shared = DecimalNumbers(point: UInt8(ascii: "."))
  private static let withComma = DecimalNumbers(point: UInt8(ascii: ","))

  static func shared(decimalComma: Bool) -> DecimalNumbers { decimalComma ? withComma : shared }

  private init(point: UInt8) {
    self.point = point
    let tens = UnsafeMutablePointer<Double>.allocate(capacity: 23)
    let fives = UnsafeMutablePointer<UInt64>.allocate(capacity: 28)
    for i in 0..<23 { tens[i] = i == 0 ? 1 : tens[i - 1] * 10 }
    for i in 0..<28 { fives[i] = i == 0 ? 1 : fives[i - 1] * 5 }
    powersOfTen = UnsafePointer(tens)
    powersOfFive = UnsafePointer(fives)
  }

  /// Reads the longest number at `position`: sign, digits with or without a point, exponent, which
  /// Fortran writes with a D for double precision.
  ///
  /// - Returns: nil if no number begins here, or one of more than `TextLimits.fieldBytes`; infinity for
  ///   one beyond the range of float64.
  @inline(__always)
  func read(_ position: inout Bytes, _ end: Bytes) -> Double? {
    let start = position
    var next = start
    guard next < end else { return nil }
    let isNegative = next.pointee == UInt8(ascii: "-")
    if isNegative || next.pointee == UInt8(ascii: "+") { next += 1 }

    var significand: UInt64 = 0
    let integer = next
    readDigits(&next, end, &significand)
    var digits = next - integer
    var exponent = 0
    if next < end, next.pointee == point {
      next += 1
      let fraction = next
      while end - next >= 8, let value = eightDigits(next) {
        significand = significand &* 100_000_000 &+ value
        next += 8
      }
      readDigits(&next, end, &significand)
      exponent = fraction - next
      digits -= exponent
    }
    guard digits > 0 else { return nil }
    // The lower-case letter is d or e.
    if next < end, (next.pointee | 0x20) &- 0x64 < 2 {
      exponent &+= readExponent(&next, end)
      guard next - start <= TextLimits.fieldBytes else { return nil }
    }
    // Up to 19 digits, the significand has not overflowed; zeros before them do not count.
    if digits > 19 {
      guard next - start <= TextLimits.fieldBytes else { return nil }
      if digits - leadingZeros(integer, next) > 19 {
        position = next
        return standardLibrary(start, next)
      }
    }
    position = next
    let magnitude = convert(significand, exponent) ?? standardLibrary(start, next).magnitude
    return isNegative ? -magnitude : magnitude
  }

  @inline(__always)
  private func readDigits(_ next: inout Bytes, _ end: Bytes, _ value: inout UInt64) {
    while next < end {
      let digit = next.pointee &- 0x30
      guard digit < 10 else { return }
      value = value &* 10 &+ UInt64(digit)
      next += 1
    }
  }

  /// The zeros among the digits and at most one point that begin at `next`.
  @inline(never)
  private func leadingZeros(_ next: Bytes, _ end: Bytes) -> Int {
    let text = UnsafeBufferPointer(start: next, count: end - next)
    return text.prefix { $0 == UInt8(ascii: "0") || $0 == point }
      .count { $0 == UInt8(ascii: "0") }
  }

  /// The number that the eight bytes at `next` spell, or nil if one of them is no digit.
  @inline(__always)
  private func eightDigits(_ next: Bytes) -> UInt64? {
    let raw = UnsafeRawPointer(next).loadUnaligned(as: UInt64.self)
    let text = UInt64(littleEndian: raw)
    // Digits are 0x30 to 0x39: the upper half is 3, and still is after adding 6.
    let upper = text & 0xf0f0_f0f0_f0f0_f0f0
    let upperOfSum = (text &+ 0x0606_0606_0606_0606) & 0xf0f0_f0f0_f0f0_f0f0
    guard upper == 0x3030_3030_3030_3030, upperOfSum == upper else { return nil }
    // Neighbours are joined: 8 digits to 4 pairs, to 2 fours, to the whole.
    var value = text & 0x0f0f_0f0f_0f0f_0f0f
    value = (value &* 10 &+ value >> 8) & 0x00ff_00ff_00ff_00ff
    value = (value &* 100 &+ value >> 16) & 0x0000_ffff_0000_ffff
    return (value &* 10_000 &+ value >> 32) & 0xffff_ffff
  }

  /// The value of an exponent at `next`; 0, and `next` unchanged, if there is none after the letter.
  private func readExponent(_ next: inout Bytes, _ end: Bytes) -> Int {
    var digit = next + 1
    var isNegative = false
    if digit < end, digit.pointee == UInt8(ascii: "-") || digit.pointee == UInt8(ascii: "+") {
      isNegative = digit.pointee == UInt8(ascii: "-")
      digit += 1
    }
    guard digit < end, digit.pointee.isDigit else { return 0 }
    var value = 0
    while digit < end, digit.pointee.isDigit {
      // A larger one is not needed to tell that it is beyond both fast ways.
      value = min(value * 10 + Int(digit.pointee & 15), 1 << 40)
      digit += 1
    }
    next = digit
    return isNegative ? -value : value
  }

  /// `significand` x 10^`exponent`, or nil if that takes the slow way.
  @inline(__always)
  private func convert(_ significand: UInt64, _ exponent: Int) -> Double? {
    if significand <= 1 << 53 && exponent >= -22 && exponent <= 22 {
      // Signed integers convert in one instruction.
      let value = Double(Int64(truncatingIfNeeded: significand))
      return exponent < 0 ? value / powersOfTen[-exponent] : value * powersOfTen[exponent]
    }
    if significand == 0 { return 0 }
    return exponent >= -27 && exponent <= 27 ? convertWide(significand, exponent) : nil
  }

  /// The second way. `significand` > 0.
  private func convertWide(_ significand: UInt64, _ exponent: Int) -> Double {
    let five = powersOfFive[abs(exponent)]
    var leading: UInt64
    var power = exponent
    if exponent < 0 {
      // Both scaled to have their top bit set: the quotient x 2^63 lies between 2^62 and 2^64.
      let shift = significand.leadingZeroBitCount
      let fiveShift = five.leadingZeroBitCount
      let scaled = significand << UInt64(shift)
      let (quotient, remainder) =
        (five << UInt64(fiveShift)).dividingFullWidth((scaled >> 1, scaled << 63))
      leading = remainder == 0 ? quotient : quotient | 1
      power += fiveShift - shift - 63
    } else {
      let (high, low) = significand.multipliedFullWidth(by: five)
      if high == 0 {
        leading = low
      } else {
        let shift = UInt64(high.leadingZeroBitCount)
        leading = high << shift | low >> (64 - shift)
        if low << shift != 0 { leading |= 1 }
        power += 64 - Int(shift)
      }
    }
    return Double(leading) * Double(bitPattern: UInt64(1023 + power) << 52)
  }

  @inline(never)
  private func standardLibrary(_ start: Bytes, _ end: Bytes) -> Double {
    let text = UnsafeBufferPointer(start: start, count: end - start).map { byte in
      byte == point ? UInt8(ascii: ".") : byte | 0x20 == 0x64 ? UInt8(ascii: "e") : byte
    }
    return Double(String(decoding: text, as: UTF8.self)) ?? .nan
  }
}

extension DecimalNumbers {
  /// The number that a whole text is; nil if it is none, or none in float64.
  func finite(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    guard var position = text.baseAddress, !text.isEmpty else { return nil }
    let end = position + text.count
    guard let value = read(&position, end), position == end, value.isFinite else { return nil }
    return value
  }
}
