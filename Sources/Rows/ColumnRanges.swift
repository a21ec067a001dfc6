/// The smallest and largest value of every column, over all rows of all shards.
///
/// Known to every rank before the first iteration; what the judgement of a singular covariance is
/// derived from.
public struct ColumnRanges: Sendable, Equatable {
  /// D smallest values.
  public var minimum: [Double]
  /// D largest values.
  public var maximum: [Double]

  public init(minimum: [Double], maximum: [Double]) {
    precondition(minimum.count == maximum.count)
    self.minimum = minimum
    self.maximum = maximum
  }

  /// The number of columns, D.
  public var columnCount: Int { minimum.count }

  /// Half the extents of the columns: the whole may be beyond the largest number.
  public var halfSides: [Double] { zip(minimum, maximum).map { $1 / 2 - $0 / 2 } }

  /// The largest |x| that column `j` holds.
  public func magnitude(_ j: Int) -> Double { max(abs(minimum[j]), abs(maximum[j])) }
}
