/// Which kernel takes which shape: thresholds, each with the measurement it comes from, on one core of
/// the processor that is named. Times are those of the kernel alone; less is better.
public enum KernelTable {
  // Ways to the same bits: each processor may have its own.

  /// Whether moments with lanes along columns are packed ahead (`AheadMoments`).
  ///
  /// Emerald Rapids: 67 instead of 56 % of the peak with 48 columns, 74 instead of 61 with 64, 80
  /// instead of 68 with 128. Zen 3 (blocks of 4 × 8): 0.94, 1.13, 1.02 and 1.02 times the time with
  /// 48, 64, 100 and 128 columns. Zen 4: not measured.
  static func packsAhead(_ shape: TileShape, columnCount: Int) -> Bool {
    shape == .wide && columnCount >= 48
  }

  /// Whether the first moments of two components share what is loaded, for so many vectors of
  /// columns at a time.
  ///
  /// Emerald Rapids, beside one component after the other: 0.56 times the time with 32 columns. Zen 3,
  /// where loads bound it: 0.50 with one vector, 0.9 to 1.2 with two. Zen 4, by count only: 0.5, as two
  /// sums wait for each other.
  static func pairsComponents(_ shape: TileShape, vectors: Int) -> Bool {
    shape != .small || vectors == 1
  }
}
