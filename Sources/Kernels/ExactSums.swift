/// Sums of vectors that do not depend on the order of addition, so that neither the number of
/// threads nor the number of ranks changes a bit of the result.
///
/// Every value v of slot i is split without error into `high + low + rest`: `high` a multiple of a
/// unit fixed in advance for the slot, `low` a multiple of a much smaller unit, and the rest,
/// which is dropped, below half of that. All partial sums of highs and of lows are then multiples
/// of their unit that fit in 53 bits, hence exact, hence the same in any order.
///
/// **Proof.** Let M be a power of two, and every one of the n values of a slot at most M / 2n in
/// magnitude: `add` checks each, so that nobody needs to be believed. Then B = M / 2 bounds the sum of
/// |v|. Put s = 1.5 M. Since |v| <= B <= M/2, fl(v + s) lies in [M, 2M], where floating-point
/// numbers are multiples of u = 2^-52 M; so high = fl(v + s) - s is a multiple of u (the
/// subtraction is exact by Sterbenz) and |v - high| <= u/2; v - high is exact too, being the
/// rounding error of an addition. Any sum of highs is a multiple of u and at most
/// B + n u/2 <= M/2 + n M 2^-53 < 2^53 u in magnitude, for n < 2^52: exact. The remainders e = v - high
/// have a sum of |e| <= n u/2 = n M 2^-53; with M' a power of two >= 2 n M 2^-53 the same argument
/// holds for `low` with unit u' = 2^-52 M'. What is dropped is at most n u'/2 in all, some n² 2^-105 of
/// the bound: `ExactUnits.dropped` says how much, for callers whose bounds may be far too large.
///
/// Source: Rump, Ogita & Oishi, "Accurate Floating-Point Summation Part I" (SIAM J. Sci. Comput.
/// 31, 2008), section 3; Demmel & Nguyen, "Fast Reproducible Floating-Point Summation" (ARITH 2013).
public final class ExactSums {
  /// The units of the slots.
  public private(set) var units: ExactUnits
  /// The parts, to be added over all ranks: the highs, then the lows. Any sum of two `parts` made
  /// with the same units is exact.
  public private(set) var parts: UnsafeMutableBufferPointer<Double>
  /// The first slot that got a value beyond its bound (or no number at all); nil if none did.
  public private(set) var slotBeyondBound: Int?

  public init(_ units: ExactUnits) {
    self.units = units
    parts = .allocate(capacity: 2 * units.count)
    parts.initialize(repeating: 0)
  }

  deinit { parts.deallocate() }

  /// The number of slots.
  public var count: Int { units.count }

  /// Begins again from zero with other units, in the same memory where it suffices.
  public func restart(_ units: ExactUnits) {
    if units.count != count {
      parts.deallocate()
      parts = .allocate(capacity: 2 * units.count)
    }
    parts.initialize(repeating: 0)
    self.units = units
    slotBeyondBound = nil
  }

  /// Adds one value to every slot.
  ///
  /// A value beyond its bound, with which the sums would depend on their order, is not added
  /// silently: `slotBeyondBound` names its slot.
  public func add(_ values: UnsafePointer<Double>) {
    let (high, low) = (parts.baseAddress!, parts.baseAddress! + count)
    let (ratio, part) = (units.ratio, units.part)
    let allWithin = units.anchors.withUnsafeBufferPointer { anchors in
      var allWithin = true
      for i in 0..<anchors.count {
        let anchor = anchors[i]
        let value = values[i]
        // |v| <= M / 2n = anchor / 3n; false for NaN.
        allWithin = allWithin && abs(value) <= anchor * part
        let upper = (value + anchor) - anchor
        let lowAnchor = anchor * ratio
        high[i] += upper
        low[i] += ((value - upper) + lowAnchor) - lowAnchor
      }
      return allWithin
    }
    if !allWithin { recordSlotBeyondBound(values) }
  }

  /// Adds the parts of `other`, made with the same units, exactly.
  public func merge(_ other: ExactSums) {
    for i in 0..<min(parts.count, other.parts.count) { parts[i] += other.parts[i] }
    slotBeyondBound = slotBeyondBound ?? other.slotBeyondBound
  }

  /// The sum of every slot, correctly rounded from its two parts.
  public var totals: [Double] { (0..<count).map { parts[$0] + parts[count + $0] } }

  private func recordSlotBeyondBound(_ values: UnsafePointer<Double>) {
    guard slotBeyondBound == nil else { return }
    slotBeyondBound = (0..<count).first { !(abs(values[$0]) <= units.bound($0)) }
  }
}
