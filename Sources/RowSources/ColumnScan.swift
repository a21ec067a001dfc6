/// The smallest and largest value of every column over the blocks seen so far, the number of its
/// missing cells, and the check that every value is finite.
public struct ColumnScan: Sendable, Equatable {
  /// The smallest value per column; +infinity before the first.
  public private(set) var minimum: [Double]
  /// The largest value per column; -infinity before the first.
  public private(set) var maximum: [Double]
  /// The number of missing cells per column.
  public private(set) var missing: [Int]
  /// Of all columns.
  public private(set) var missingCount = 0
  /// Whether NaN is a missing cell, or else no value.
  private let mayMiss: Bool
  /// Per column, the sum of 0 x v over one block: 0 for finite v, NaN for the others. Kept, so that
  /// no block allocates.
  private var residues: [Double]

  /// - Parameter mayMiss: whether cells may be missing, which then are NaN.
  public init(columnCount: Int, mayMiss: Bool = false) {
    self.mayMiss = mayMiss
    minimum = Array(repeating: .infinity, count: columnCount)
    maximum = Array(repeating: -.infinity, count: columnCount)
    missing = Array(repeating: 0, count: columnCount)
    residues = Array(repeating: 0, count: columnCount)
  }

  /// Where a value stands in a block, both counted from 0.
  public struct Position: Sendable, Equatable {
    public let row: Int
    public let column: Int
  }

  /// Takes in one block of `count` × D values, row-major.
  ///
  /// - Returns: the first value in row order that is infinite, or NaN where no cell may be missing;
  ///   nil if there is none. The ranges mean nothing after that.
  public mutating func add(_ rows: UnsafePointer<Double>, count: Int) -> Position? {
    let columnCount = minimum.count
    minimum.withUnsafeMutableBufferPointer { minimum in
      maximum.withUnsafeMutableBufferPointer { maximum in
        residues.withUnsafeMutableBufferPointer { residues in
          residues.update(repeating: 0)
          // No branch in the inner loop. NaN is neither smaller nor larger.
          for row in 0..<count {
            let values = rows + row * columnCount
            for column in 0..<columnCount {
              let value = values[column]
              minimum[column] = value < minimum[column] ? value : minimum[column]
              maximum[column] = value > maximum[column] ? value : maximum[column]
              residues[column] += value * 0
            }
          }
        }
      }
    }
    if residues.allSatisfy({ $0 == 0 }) { return nil }
    let bad = (0..<count * columnCount).first { mayMiss ? rows[$0].isInfinite : !rows[$0].isFinite }
    if let bad { return Position(row: bad / columnCount, column: bad % columnCount) }
    for row in 0..<count {
      for column in 0..<columnCount where rows[row * columnCount + column].isNaN {
        missing[column] += 1
        missingCount += 1
      }
    }
    return nil
  }

  /// Takes in what another scan of as many columns has seen.
  public mutating func merge(_ other: ColumnScan) {
    for column in minimum.indices {
      minimum[column] = min(minimum[column], other.minimum[column])
      maximum[column] = max(maximum[column], other.maximum[column])
      missing[column] += other.missing[column]
    }
    missingCount += other.missingCount
  }
}
