/// Which kernel takes which shape: thresholds, each with the measurement it comes from, on one core of
/// the processor that is named. Times are those of the kernel alone; less is better.
public enum KernelTable {
  // Orders of additions. They are part of the results: the same on every processor.

  /// From how many columns on pairs of columns (full and tied covariances) have lanes along columns;
  /// with fewer, lanes along rows.
  ///
  /// Zen 3, time of columns in lanes beside rows in lanes: 1.5 with 8 columns, 1.07 with 16, 1.13 with
  /// 24, 0.89 with 32, 1.02 with 40, 0.99 with 47, 0.79 with 48 and 64. With AVX-512: 1.7 with 16, 1.1
  /// with 40, 1.0 with 64.
  @inline(__always)
  public static var columnLanesOfPairs: Int { 48 }

  /// The same of variances only (diagonal and spherical covariances).
  ///
  /// Zen 3, likewise: 0.85 to 1.27 with 8 columns, 0.9 with 13, 0.8 with 16. With AVX-512: 1.3 with 8
  /// and 13, 0.8 with 16.
  @inline(__always)
  public static var columnLanesOfSquares: Int { 16 }

  /// Up to how many columns a kernel has all sums of pairs in registers, in one pass over the rows. Not
  /// measured: of blocks of 4 × 4 the rest would be padding.
  @inline(__always)
  public static var columnsInOnePass: Int { 2 }

  /// Whether a component whose rows are in lanes, where none can be left out, gets lanes along columns
  /// after all: fewer than half of its rows have a share of it, and a vector of columns is full. Not
  /// measured.
  @inline(__always)
  public static func leavesOutRows(
    columnCount: Int, count: Int, zeros: @autoclosure () -> Int
  ) -> Bool { columnCount >= 8 && 2 * zeros() > count }

  // Ways to the same bits: each processor may have its own.

  /// From how many columns on the leading ones are looked at first, to leave out the rest of a
  /// density (`ScreenedLogDensities`). Not measured by itself: with fewer there is little to leave out.
  @inline(__always)
  public static var screenedColumns: Int { 32 }

  /// Whether so many rows of a tile, of at most 32, are screened as if they were 32, in four vectors.
  ///
  /// Not measured by itself: up to 16 rows fill two vectors, and AVX2 has no registers for four.
  @inline(__always)
  static func screensAll(count: Int, _ shape: TileShape) -> Bool { count > 16 && shape != .small }

  /// How many rows a tile of k-means has. Larger ones would leave the first-level cache before they are
  /// used: of 256 rows, with 16 columns and centers, 1.4 times the time.
  @inline(__always)
  public static var rowsOfClusterTiles: Int { 32 }

  /// From how many rows on a Cholesky factor takes four columns at a time.
  ///
  /// Zen 3, time beside one number after the other: 1.5 with 16 rows, 1.3 with 32, 1.1 with 48, 0.9
  /// with 64, 0.6 with 100, 0.2 with 500.
  @inline(__always)
  public static var choleskyByFours: Int { 64 }

  /// Whether moments with lanes along columns are packed ahead (`AheadMoments`).
  ///
  /// Emerald Rapids: 67 instead of 56 % of the peak with 48 columns, 74 instead of 61 with 64, 80
  /// instead of 68 with 128. Zen 4, an iteration: 0.96, 0.99 and 1.00 times the time with 48, 64 and 128,
  /// 0.97 tied with 64. Zen 3 (blocks of 4 × 8): 0.94, 1.13, 1.02 and 1.02 times the time with 48, 64, 100
  /// and 128 columns.
  static func packsAhead(_ shape: TileShape, columnCount: Int) -> Bool {
    shape == .large && columnCount >= 48
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
  /// Zen 4, an iteration: 0.98 times the time with 24 and 40 columns. Zen 3: 1.0 times the time with 16 to
  /// 40 columns, 1.1 times with 64 to 128.
  public static func diagonalRows(columnCount: Int, shape: TileShape = .native) -> Int? {
    shape == .large && columnCount > 16 && columnCount <= 48 ? 64 : nil
  }

  /// Whether loops over rows in lanes are unrolled by groups of 32.
  ///
  /// Emerald Rapids: 53 instead of 51 % of the peak with 16 columns, 59 instead of 55 with 32, 59
  /// instead of 56 with 40. Zen 4, an iteration: 0.99 times the time with 13 and 16 columns, 0.98 with 32.
  /// Zen 3: 1.04 to 1.5 times the time.
  static func unrollsGroups(_ shape: TileShape) -> Bool { shape == .large }
}
