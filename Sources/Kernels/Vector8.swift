/// Eight float64 lanes: the width every kernel is written for, whatever the processor's own.
///
/// Its operations give the same bits whether they compile to AVX-512, to pairs of AVX2 or to
/// NEON instructions: IEEE 754 fixes `+ - * /`, the square root and the fused multiply-add.
typealias Vector8 = SIMD8<Double>

extension SIMD8<Double> {
  /// The sum of the lanes, always added in the same tree.
  @inline(__always)
  var laneSum: Double {
    let four = lowHalf + highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// Eight numbers from any 8-byte aligned address.
  @inline(__always)
  init(loading pointer: UnsafePointer<Double>) {
    self = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Double>.self)
  }

  /// Writes the eight lanes to any 8-byte aligned address.
  @inline(__always)
  func store(to pointer: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: SIMD8<Double>.self)
  }

  /// The larger of each pair of lanes; of `other` where either is NaN.
  @inline(__always)
  func larger(_ other: SIMD8<Double>) -> SIMD8<Double> {
    other.replacing(with: self, where: self .> other)
  }
}

/// `count` rounded up to whole vectors of 8.
@inline(__always)
public func paddedCount(_ count: Int) -> Int { (count + 7) & ~7 }
