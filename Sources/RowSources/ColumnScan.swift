/// The smallest and largest value of every column over the blocks seen so far, and the check that
/// every value is finite.
public struct ColumnScan: Sendable, Equatable {
  /// The smallest value per column; +infinity before the first row.
  public private(set) var minimum: [Double]
  /// The largest value per column; -infinity before the first row.
  public private(set) var maximum: [Double]
  /// Per column, the sum of 0 x v over one block: 0 for finite v, NaN for the others. Kept, so that
  /// no block allocates.
  private var residues: [Double]

  public init(columnCount: Int) {
    minimum = Array(repeating: .infinity, count: columnCount)
    maximum = Array(repeating: -.infinity, count: columnCount)
    residues = Array(repeating: 0, count: columnCount)
  }

  /// Where a value stands in a block, both counted from 0.
  public struct Position: Sendable, Equatable {
    public let row: Int
    public let column: Int
  }

  /// Takes in one block of `count` × D values, row-major.
  ///
  /// - Returns: the first value in row order that is NaN or infinite; nil if all are finite. The
  ///   ranges mean nothing after that.
  public mutating func add(_ rows: UnsafePointer<Double>, count: Int) -> Position? {
    let columnCount = minimum.count
    minimum.withUnsafeMutableBufferPointer { minimum in
      maximum.withUnsafeMutableBufferPointer { maximum in
        residues.withUnsafeMutableBufferPointer { residues in
          residues.update(repeating: 0)
          // No branch in the inner loop.
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
    let first = (0..<count * columnCount).first { !rows[$0].isFinite }!
    return Position(row: first / columnCount, column: first % columnCount)
  }

  /// Takes in what another scan of as many columns has seen.
  public mutating func merge(_ other: ColumnScan) {
    for column in minimum.indices {
      minimum[column] = min(minimum[column], other.minimum[column])
      maximum[column] = max(maximum[column], other.maximum[column])
    }
  }
}
