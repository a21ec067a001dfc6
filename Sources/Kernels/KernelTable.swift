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
}
