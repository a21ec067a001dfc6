/// A run of consecutive rows of one shard, as float64: what an E-step works on.
///
/// The pointers are valid only inside the call that receives the block.
public struct RowBlock {
  /// `count` × `columnCount` values, row-major.
  public let rows: UnsafePointer<Double>
  /// `count` non-negative row weights; nil means 1 each.
  public let weights: UnsafePointer<Double>?
  /// `count` classes of the rows, as far as they are known, from 0; less than 0 or NaN: unknown. Nil: all
  /// are unknown.
  public let labels: UnsafePointer<Double>?
  /// The number of rows.
  public let count: Int
  /// The number of columns, D.
  public let columnCount: Int
  /// The number of the first row, counted from 0 over all shards in order.
  public let firstRow: Int

  public init(
    rows: UnsafePointer<Double>, weights: UnsafePointer<Double>? = nil,
    labels: UnsafePointer<Double>? = nil, count: Int, columnCount: Int, firstRow: Int = 0
  ) {
    self.rows = rows
    self.weights = weights
    self.labels = labels
    self.count = count
    self.columnCount = columnCount
    self.firstRow = firstRow
  }

  /// The label of row `n`, as `labels` has it.
  @inline(__always)
  public func label(_ n: Int) -> Double { labels?[n] ?? -1 }

  /// These rows with other values.
  public func replacing(rows: UnsafePointer<Double>) -> RowBlock {
    RowBlock(
      rows: rows, weights: weights, labels: labels, count: count, columnCount: columnCount,
      firstRow: firstRow)
  }

  /// `count` rows of this block from its row `start` on.
  public func slice(from start: Int, count: Int) -> RowBlock {
    RowBlock(
      rows: rows + start * columnCount, weights: weights.map { $0 + start },
      labels: labels.map { $0 + start }, count: count, columnCount: columnCount,
      firstRow: firstRow + start)
  }
}
