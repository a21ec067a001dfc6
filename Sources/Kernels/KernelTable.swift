/// Which kernel takes which shape: thresholds, each with the measurement it comes from, on one core of
/// the processor that is named. Times are those of the kernel alone; less is better.
public enum KernelTable {
  // Orders of additions. They are part of the results: the same on every processor.

  /// Whether a component whose rows are in lanes, where none can be left out, gets lanes along columns
  /// after all: fewer than half of its rows have a share of it, and a vector of columns is full. Not
  /// measured.
  @inline(__always)
  public static func leavesOutRows(
    columnCount: Int, count: Int, zeros: @autoclosure () -> Int
  ) -> Bool { columnCount >= 8 && 2 * zeros() > count }

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

  /// How many rows at a time all components add to their diagonal moments; nil: one component after
  /// the other, all rows of a tile.
  ///
  /// Emerald Rapids, 40 columns, 128 components: 0.75 times the time, the 64 rows in the first-level
  /// cache. The 256 rows of a tile of 16 columns are there already, 64 of more than 48 are not all.
  /// Zen 3: 1.0 times the time with 16 to 40 columns, 1.1 times with 64 to 128. Zen 4: not measured.
  public static func diagonalRows(columnCount: Int, shape: TileShape = .native) -> Int? {
    shape == .wide && columnCount > 16 && columnCount <= 48 ? 64 : nil
  }

  /// Whether loops over rows in lanes are unrolled by groups of 32.
  ///
  /// Emerald Rapids: 53 instead of 51 % of the peak with 16 columns, 59 instead of 55 with 32, 59
  /// instead of 56 with 40. Zen 3: 1.04 to 1.5 times the time. Zen 4: not measured.
  static func unrollsGroups(_ shape: TileShape) -> Bool { shape == .wide }
}
