/// Sums of vectors that do not depend on the order of addition, so that neither the number of
/// threads nor the number of ranks changes a bit of the result.
///
/// Every value v of slot i is split without error into `high + low + rest`: `high` a multiple of a
/// unit fixed in advance for the slot, `low` a multiple of a much smaller unit, and the rest,
/// which is dropped, below half of that. All partial sums of highs and of lows are then multiples
/// of their unit that fit in 53 bits, hence exact, hence the same in any order.
///
/// **Proof.** Let B bound the sum of |v| over all n values of a slot, and M be a power of two with
/// M >= 2B. Put s = 1.5 M. Since |v| <= B <= M/2, fl(v + s) lies in [M, 2M], where floating-point
/// numbers are multiples of u = 2^-52 M; so high = fl(v + s) - s is a multiple of u (the
/// subtraction is exact by Sterbenz) and |v - high| <= u/2; v - high is exact too, being the
/// rounding error of an addition. Any sum of highs is a multiple of u and at most
/// B + n u/2 <= M/2 + n M 2^-53 < 2^53 u in magnitude, for n < 2^52: exact. The remainders e = v - high
/// have a sum of |e| <= n u/2 = n M 2^-53; with M' a power of two >= 2 n M 2^-53 the same argument
/// holds for `low` with unit u' = 2^-52 M'. What is dropped is at most n u'/2 <= 2 n^2 2^-106 M in
/// all: with a million blocks and a bound a million times too large still 2^-45 of the sum.
///
/// Source: Rump, Ogita & Oishi, "Accurate Floating-Point Summation Part I" (SIAM J. Sci. Comput.
/// 31, 2008), section 3; Demmel & Nguyen, "Fast Reproducible Floating-Point Summation" (ARITH 2013).
public final class ExactSums: @unchecked Sendable {
  /// The number of slots.
  public let count: Int
  /// The parts, to be added over all ranks: `count` highs, then `count` lows. Any sum of two
  /// `parts` made with the same bounds and number of additions is exact.
  public let parts: UnsafeMutableBufferPointer<Double>
  /// The first slot that got a value beyond its bound (or no number at all); nil if none did.
  public private(set) var slotBeyondBound: Int?

  /// 1.5 M per slot.
  private let anchors: [Double]
  /// M' / M, the same for all slots.
  private let ratio: Double

  /// - Parameters:
  ///   - bounds: for every slot, a bound on the sum of magnitudes of all values that all threads
  ///     and ranks will add. Finite and non-negative.
  ///   - additions: a bound on the number of values per slot over all threads and ranks.
  public init(bounds: [Double], additions: Int) {
    count = bounds.count
    parts = .allocate(capacity: 2 * bounds.count)
    parts.initialize(repeating: 0)
    anchors = bounds.map { 1.5 * ExactSums.unitScale(bound: $0) }
    ratio = powerOfTwo(atLeast: Double(2 * max(additions, 1))) * 0x1p-53
  }

  deinit { parts.deallocate() }

  /// The power of two M for a bound: at least twice it, with room for the roundings of the values
  /// themselves; large enough that the units of both parts are normal numbers.
  private static func unitScale(bound: Double) -> Double {
    powerOfTwo(atLeast: max(2.25 * bound, 0x1p-900))
  }

  /// Adds one value to every slot.
  ///
  /// A value beyond its bound is not added silently: `slotBeyondBound` names its slot.
  public func add(_ values: UnsafePointer<Double>) {
    var allWithin = true
    let high = parts.baseAddress!
    let low = high + count
    for i in 0..<count {
      let anchor = anchors[i]
      let value = values[i]
      // |v| <= M/2 = anchor / 3; false for NaN.
      allWithin = allWithin && abs(value) <= anchor * (1.0 / 3.0)
      let upper = (value + anchor) - anchor
      let lowAnchor = anchor * ratio
      high[i] += upper
      low[i] += ((value - upper) + lowAnchor) - lowAnchor
    }
    if !allWithin { recordSlotBeyondBound(values) }
  }

  /// Adds the parts of `other`, made with the same bounds, exactly.
  public func merge(_ other: ExactSums) {
    precondition(other.count == count, "\(other.count) slots added to \(count)")
    for i in 0..<2 * count { parts[i] += other.parts[i] }
    slotBeyondBound = slotBeyondBound ?? other.slotBeyondBound
  }

  /// The sum of every slot, correctly rounded from its two parts.
  public var totals: [Double] { (0..<count).map { parts[$0] + parts[count + $0] } }

  private func recordSlotBeyondBound(_ values: UnsafePointer<Double>) {
    guard slotBeyondBound == nil else { return }
    slotBeyondBound = (0..<count).first { !(abs(values[$0]) <= anchors[$0] * (1.0 / 3.0)) }
  }
}

/// The smallest power of two that is at least `value`, for positive normal `value`.
func powerOfTwo(atLeast value: Double) -> Double {
  let power = value.binade
  return power == value ? power : 2 * power
}
