/// The sum over n of w_n min(a_n, b_n): eight lanes, one fused multiply-add each, whose sums are added
/// in the same tree.
///
/// - Parameters:
///   - a: `count` numbers, as `b` and `weights`.
///   - count: a multiple of 8.
public func sumOfNearer(
  _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, weights: UnsafePointer<Double>,
  count: Int
) -> Double {
  var sum = Vector8.zero
  for n in stride(from: 0, to: count, by: 8) {
    sum.addProduct(
      Vector8(loading: weights + n), Vector8(loading: a + n).smaller(Vector8(loading: b + n)))
  }
  return sum.laneSum
}

/// Replaces each of `count` numbers, a multiple of 8, by that of `others` where this is smaller.
public func keepNearer(
  _ numbers: UnsafeMutablePointer<Double>, _ others: UnsafePointer<Double>, count: Int
) {
  for n in stride(from: 0, to: count, by: 8) {
    Vector8(loading: numbers + n).smaller(Vector8(loading: others + n)).store(to: numbers + n)
  }
}

extension SIMD8<Double> {
  /// The smaller of each pair of lanes; that of `self` where either is NaN.
  @inline(__always)
  fileprivate func smaller(_ other: SIMD8<Double>) -> SIMD8<Double> {
    replacing(with: other, where: other .< self)
  }
}
