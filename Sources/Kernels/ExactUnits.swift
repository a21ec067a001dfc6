/// The units in which `ExactSums` adds, the same for all threads and ranks of a sum.
public struct ExactUnits: Sendable {
  /// 1.5 M per slot (see `ExactSums`).
  let anchors: [Double]
  /// M' / M, the same for all slots.
  let ratio: Double
  /// What part of its anchor a value may be: M / 2n, so that the magnitudes of n values add up to
  /// M / 2 at most, whatever they are.
  let part: Double
  private let additions: Double

  /// - Parameters:
  ///   - bounds: for every slot, a bound on the magnitude of any value that a thread or rank will
  ///     add. Finite and non-negative.
  ///   - additions: n, a bound on the number of values per slot over all threads and ranks.
  public init(bounds: [Double], additions: Int) {
    let count = Double(max(additions, 1))
    anchors = bounds.map { 1.5 * ExactUnits.scale(bound: count * $0) }
    self.additions = count
    ratio = powerOfTwo(atLeast: 2 * count) * 0x1p-53
    part = 1 / (3 * count)
  }

  /// The number of slots.
  public var count: Int { anchors.count }

  /// The largest magnitude of a value that slot `i` takes: at least its bound.
  public func bound(_ i: Int) -> Double { anchors[i] * part }

  /// A bound on the error of the sum of slot `i`, before its rounding to one number: n u' / 2, what
  /// is dropped of n values.
  public func dropped(_ i: Int) -> Double { additions * (anchors[i] / 1.5 * ratio) * 0x1p-53 }

  /// The power of two M for a bound on all values together: at least twice it, with room for the
  /// roundings of the values themselves; large enough that M' is a normal number, and its unit, 2^-1064
  /// or more, one that float64 has: variances down to the smallest normal number keep their digits.
  private static func scale(bound: Double) -> Double {
    powerOfTwo(atLeast: max(2.25 * bound, 0x1p-960))
  }
}

/// The smallest power of two that is at least `value`, for positive normal `value`.
private func powerOfTwo(atLeast value: Double) -> Double {
  let power = value.binade
  return power == value ? power : 2 * power
}
