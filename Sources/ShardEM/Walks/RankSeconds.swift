import Kernels

/// What a pass over the rows took on the ranks, in seconds.
///
/// Mean and maximum come out of the sum over ranks that ends the pass, by as many numbers however
/// many ranks there are.
public struct RankSeconds: Sendable, Equatable {
  /// Those of this rank.
  public let own: Double
  /// The mean of all ranks.
  public let mean: Double
  /// Those of the slowest rank, to within 1.1 %; at least the mean, and exact on one rank.
  public let slowest: Double

  package init(own: Double, mean: Double, slowest: Double) {
    (self.own, self.mean, self.slowest) = (own, mean, slowest)
  }

  static func + (a: RankSeconds, b: RankSeconds) -> RankSeconds {
    RankSeconds(own: a.own + b.own, mean: a.mean + b.mean, slowest: a.slowest + b.slowest)
  }

  /// An even part.
  static func / (seconds: RankSeconds, count: Int) -> RankSeconds {
    RankSeconds(
      own: seconds.own / Double(count), mean: seconds.mean / Double(count),
      slowest: seconds.slowest / Double(count))
  }
}

/// A maximum over ranks by a sum: each rank adds 2^(20 i), where i is the level of its number on a
/// logarithmic scale. Up to 2^20 - 1 ranks on one level do not reach the next, so that the exponent of
/// the sum tells the highest level.
///
/// 32 levels for each factor of two. A float64 holds 96 levels of 20 bits, a factor of 8: 14 of them
/// hold 2^-22 to 2^20, for seconds a quarter of a microsecond to twelve days.
private enum MaximumBySum {
  static let count = 14
  private static let levels = 96
  private static let levelsPerOctave = 32.0
  private static let smallestExponent = -22.0
  /// The exponent of a number's lowest level; its highest is as far from the other end of float64.
  private static let lowest = -950

  static func numbers(_ value: Double) -> [Double] {
    let octave = value > 0 ? Portable.log(value) / Portable.log(2.0) - smallestExponent : 0
    let level = Int(max(0, min(octave * levelsPerOctave, Double(levels * count - 1))))
    var numbers = [Double](repeating: 0, count: count)
    numbers[level / levels] = Double(
      sign: .plus, exponent: lowest + 20 * (level % levels), significand: 1)
    return numbers
  }

  /// The middle of the highest level of the numbers that were added, as a ratio.
  static func maximum(_ sums: ArraySlice<Double>) -> Double {
    guard let slot = sums.lastIndex(where: { $0 > 0 }) else { return 0 }
    let level = levels * (slot - sums.startIndex) + (Int(sums[slot].exponent) - lowest) / 20
    let octave = (Double(level) + 0.5) / levelsPerOctave + smallestExponent
    return Portable.exp(Portable.log(2.0) * octave)
  }
}

/// The times of a pass as numbers that ranks add.
package enum PassTimes {
  /// How many numbers.
  package static let count = 2 + MaximumBySum.count

  /// What a rank adds.
  ///
  /// - Parameters:
  ///   - compute: the seconds that it took.
  ///   - processor: the processor seconds of all its threads.
  package static func numbers(compute: Double, processor: Double) -> [Double] {
    [compute, processor] + MaximumBySum.numbers(compute)
  }

  /// What the sums of all ranks tell.
  ///
  /// - Parameter own: what this rank added as `compute`.
  package static func times(
    _ sums: ArraySlice<Double>, own: Double, ranks: Int
  ) -> (compute: RankSeconds, processor: Double) {
    let sums = Array(sums)
    let slowest = MaximumBySum.maximum(sums[2...])
    let mean = sums[0] / Double(ranks)
    return (
      RankSeconds(own: own, mean: mean, slowest: min(max(slowest, mean), sums[0])), sums[1]
    )
  }
}
