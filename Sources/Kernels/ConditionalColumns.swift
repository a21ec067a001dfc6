/// What components say of a row that shows only some of its columns: squared distances of what is there,
/// and the moments of the rest given that.
///
/// Components are in lanes, eight at a time, and go through the same operations: numbers of all components
/// are K, rounded up to a multiple of 8, of which those beyond the last component mean nothing.
public protocol ConditionalColumns: Sendable {
  /// The number of columns, D.
  var columnCount: Int { get }

  /// How many numbers of memory a pattern needs.
  var patternCount: Int { get }

  /// How many second moments of a component there are: the packed lower triangle, or D squares.
  var secondCount: Int { get }

  /// Prepares what all rows share that lack the same columns as `row`.
  ///
  /// - Parameters:
  ///   - row: D values, those missing NaN.
  ///   - memory: `patternCount` numbers, the pattern's as long as it is used.
  ///   - logDeterminants: of all components, log |Σ_oo| - log |Σ| of the columns o that are there.
  func pattern(
    of row: UnsafePointer<Double>, memory: UnsafeMutablePointer<Double>,
    logDeterminants: UnsafeMutablePointer<Double>
  ) -> MissingPattern

  /// Writes the squared Mahalanobis distance of what `row` shows from each component.
  func writeSquares(
    of row: UnsafePointer<Double>, _ pattern: MissingPattern,
    into squares: UnsafeMutablePointer<Double>)

  /// Adds the moments of the row, completed by its expectation, about points.
  ///
  /// - Parameters:
  ///   - centers: for each eight components D points, eight numbers each.
  ///   - weights: of the row in each component.
  ///   - sums: for each eight components D first moments and `secondCount` second ones, eight numbers each.
  func addMoments(
    of row: UnsafePointer<Double>, _ pattern: MissingPattern, about centers: UnsafePointer<Double>,
    weights: UnsafePointer<Double>, into sums: UnsafeMutablePointer<Double>)

  /// Adds to the second moments the covariances of what the rows of a pattern lack, given the rest.
  ///
  /// - Parameter weights: of each component, the sum over the rows.
  func addCovariances(
    of pattern: MissingPattern, weights: UnsafePointer<Double>,
    into sums: UnsafeMutablePointer<Double>)

  /// Adds to `expectations`, D numbers, what is to be expected in the columns that the row lacks.
  ///
  /// - Parameter weights: of each component.
  func addExpectations(
    of row: UnsafePointer<Double>, _ pattern: MissingPattern, weights: UnsafePointer<Double>,
    into expectations: UnsafeMutablePointer<Double>)

  /// Writes what a component's conditional distribution gives in the columns that the row lacks.
  ///
  /// - Parameters:
  ///   - normals: a standard normal number for each of these columns.
  ///   - scale: by which the deviation from the expectation is multiplied.
  ///   - values: D numbers, of which those missing are written.
  func draw(
    _ row: UnsafePointer<Double>, _ pattern: MissingPattern, component: Int,
    normals: [Double], scale: Double, into values: UnsafeMutablePointer<Double>)
}

extension ConditionalColumns {
  /// How many sums of moments eight components have.
  public var sumsStride: Int { 8 * (columnCount + secondCount) }
}

/// Which columns some rows lack, and memory for what follows from that.
public struct MissingPattern {
  /// The columns that are missing, ascending.
  public let missing: [Int]
  /// Those that are there, ascending.
  public let observed: [Int]
  let memory: UnsafeMutablePointer<Double>

  init(of row: UnsafePointer<Double>, columnCount: Int, memory: UnsafeMutablePointer<Double>) {
    missing = (0..<columnCount).filter { row[$0].isNaN }
    observed = (0..<columnCount).filter { !row[$0].isNaN }
    self.memory = memory
  }
}

/// For each eight of K lists of numbers the first of each, the second of each, ...; lanes beyond the last
/// list repeat it.
///
/// - Parameter lists: K lists of equal length, or one for all.
func laneMajor(_ lists: [ArraySlice<Double>], count: Int) -> [Double] {
  var numbers: [Double] = []
  for first in stride(from: 0, to: count, by: 8) {
    let lanes = (first..<first + 8).map { lists[min($0, lists.count - 1)] }
    for slot in 0..<lists[0].count { numbers += lanes.map { $0[$0.startIndex + slot] } }
  }
  return numbers
}

/// K points of D columns as `ConditionalColumns` takes them.
public func laneMajor(points: [Double], columnCount: Int) -> [Double] {
  let starts = stride(from: 0, to: points.count, by: columnCount)
  return laneMajor(starts.map { points[$0..<$0 + columnCount] }, count: points.count / columnCount)
}
