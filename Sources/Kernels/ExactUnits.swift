/// The units in which `ExactSums` adds, the same for all threads and ranks of a sum.
public struct ExactUnits: Sendable {
  /// 1.5 M per slot (see `ExactSums`).
  let anchors: [Double]
  /// M' / M, the same for all slots.
  let ratio: Double
  private let additions: Double

  /// - Parameters:
  ///   - bounds: for every slot, a bound on the sum of magnitudes of all values that all threads
  ///     and ranks will add. Finite and non-negative.
  ///   - additions: a bound on the number of values per slot over all threads and ranks.
  public init(bounds: [Double], additions: Int) {
    anchors = bounds.map { 1.5 * ExactUnits.scale(bound: $0) }
    self.additions = Double(max(additions, 1))
    ratio = powerOfTwo(atLeast: 2 * self.additions) * 0x1p-53
  }

  /// The number of slots.
  public var count: Int { anchors.count }

  /// The largest magnitude that slot `i` takes: at least its bound.
  public func bound(_ i: Int) -> Double { anchors[i] / 3 }

  /// A bound on the error of the sum of slot `i`, before its rounding to one number: n u' / 2, what
  /// is dropped of n values.
  public func dropped(_ i: Int) -> Double { additions * (anchors[i] / 1.5 * ratio) * 0x1p-53 }

  /// The power of two M for a bound: at least twice it, with room for the roundings of the values
  /// themselves; large enough that the units of both parts are normal numbers.
  private static func scale(bound: Double) -> Double {
    powerOfTwo(atLeast: max(2.25 * bound, 0x1p-900))
  }
}

/// The smallest power of two that is at least `value`, for positive normal `value`.
private func powerOfTwo(atLeast value: Double) -> Double {
  let power = value.binade
  return power == value ? power : 2 * power
}
