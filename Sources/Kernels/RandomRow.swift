/// The random numbers of one row: the same for any thread, rank and order of rows.
public struct RandomRow: Sendable {
  private let generator: Philox
  private let purpose: UInt32
  private let row: Int

  /// - Parameters:
  ///   - purpose: keeps the streams of different uses of one seed apart.
  ///   - row: the row's number over all shards.
  public init(_ generator: Philox, purpose: UInt32, row: Int) {
    self.generator = generator
    self.purpose = purpose
    self.row = row
  }

  /// Other numbers of the same row, for part `number` of it, from 0.
  public func part(_ number: Int) -> RandomRow {
    RandomRow(
      generator, purpose: purpose ^ UInt32(truncatingIfNeeded: number + 1) << 20, row: row)
  }

  /// The row's `index`-th number, uniform on the open interval (0, 1).
  public func uniform(_ index: Int) -> Double {
    generator.uniform(purpose: purpose, row: row, index: index)
  }

  /// The row's `index`-th number as a standard normal: the quantile of `uniform(index)`.
  public func normal(_ index: Int) -> Double { normalQuantile(uniform(index)) }

  /// A number 0 to `weights.count - 1`, drawn with probability proportional to its weight, from
  /// the row's `index`-th number. At least one weight must be positive.
  public func choice(_ weights: [Double], _ index: Int) -> Int {
    weights.place(of: uniform(index))!
  }
}

extension [Double] {
  /// Which of these weights a number in (0, 1) falls on, where each has its part of that; nil if none is
  /// positive.
  package func place(of number: Double) -> Int? {
    var left = number * reduce(0, +)
    for (place, weight) in enumerated() where weight > 0 {
      if left < weight { return place }
      left -= weight
    }
    // Rounding may leave a crumb beyond the last weight.
    return lastIndex { $0 > 0 }
  }
}
