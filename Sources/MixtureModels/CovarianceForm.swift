import Kernels

/// How covariances are held and computed with: as matrices or variances, one of each component or one of
/// all. What differs between the forms is here; each has a file.
protocol CovarianceForm: Sendable {
  /// Whether all components have the same.
  var isShared: Bool { get }

  /// Whether they are matrices.
  var isMatrix: Bool { get }

  /// The extents of the numbers for K components of D columns.
  func shape(components: Int, columns: Int) -> [Int]

  /// How many different variances a component has.
  func varianceCount(columns: Int) -> Int

  /// Where among the numbers the variance of column `j` in component `k` is.
  func variance(_ k: Int, _ j: Int, columns: Int) -> Int

  /// The sums of squares that they follow from.
  var secondMoments: any SecondMoments { get }

  /// The number of sums of w r_k r_l, from which those that all share can follow.
  func pairCount(components: Int, columns: Int) -> Int

  /// What an E-step needs of each covariance, or of the one that all share.
  ///
  /// - Throws: `FitError.singular` of the first that has no factor.
  func factors(
    of parameters: Parameters, columns: Int, sharing work: WorkSharing
  ) throws -> [CovarianceFactor]

  /// What components share that have one covariance; nil if they have not, or not with all digits.
  func shared(_ parameters: Parameters, _ factors: [CovarianceFactor]) -> SharedCenter?

  /// What follows for rows that lack columns.
  func conditional(
    _ parameters: Parameters, _ factors: [CovarianceFactor], columns: Int
  ) -> any ConditionalColumns

  func writeLogJoint(
    of tile: Tile, _ components: GaussianComponents, into logJoint: UnsafeMutablePointer<Double>)

  /// The covariances of the rows, weighed by responsibilities, about their means: the most likely ones
  /// if nothing else is demanded of them.
  func covariances(
    _ sums: MomentSums, sharing work: WorkSharing
  ) throws -> [Double]

  /// Whether the covariances lack digits, as most of the second moments is the distance of the means
  /// from the centers (`MomentSums`).
  func losesDigits(_ sums: MomentSums) -> Bool
}

extension CovarianceForm {
  var isShared: Bool { false }
  func varianceCount(columns: Int) -> Int { columns }
  func pairCount(components: Int, columns: Int) -> Int { 0 }
  func shared(_ parameters: Parameters, _ factors: [CovarianceFactor]) -> SharedCenter? { nil }

  /// How many covariances K components have.
  func count(components: Int) -> Int { isShared ? 1 : components }
}

/// What the E-step needs of a component's covariance, or of the one that they share.
struct CovarianceFactor: Sendable {
  let logDeterminant: Double
  /// L^-1 in panels, or the precisions, as the kernels read them.
  let numbers: ArraySlice<Double>
  /// Full: log weight - (d log 2 pi + log |covariance|) / 2 of the first d columns' marginal
  /// distribution.
  var leadingLogScale = 0.0
  /// Tied: L^-1, packed by rows.
  var inverse: [Double]?
}

/// What components with a common covariance share: a center amid their means.
struct SharedCenter: Sendable {
  /// The mean of the means by weight, padded with zeros to whole vectors.
  let center: [Double]
  /// K means less the center, each padded.
  let offsets: [Double]
  /// K × D: L^-1 times the means less the center.
  let whitened: [Double]
}

/// Sums of squares and products of the columns' differences from a center, each row with its weight.
protocol SecondMoments: Sendable {
  /// How many there are of a component.
  func count(columns: Int) -> Int

  /// Whether kernels have rows in their lanes, so many columns there are.
  func hasRowsInLanes(columns: Int) -> Bool

  /// How many rows at a time all components look at; nil: one component after the other.
  func rowsAtATime(columns: Int) -> Int?

  /// Adds those of a tile with rows in lanes, and the first moments.
  ///
  /// - Parameter scratch: as much as `addLaneMoments` needs.
  func addLanes(
    _ columns: UnsafePointer<Double>, columnCount: Int, count: Int, weights: UnsafePointer<Double>,
    center: UnsafePointer<Double>, scratch: UnsafeMutablePointer<Double>,
    first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>)

  /// Adds those of selected rows with columns in lanes, and the first moments.
  ///
  /// - Parameters:
  ///   - products: scratch for 8 × `tileRows` numbers.
  ///   - differences: scratch for as many numbers as the rows have.
  func addRows(
    _ rows: SelectedRows, columnCount: Int, center: UnsafePointer<Double>,
    products: UnsafeMutablePointer<Double>, differences: UnsafeMutablePointer<Double>,
    first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>)

  /// Adds sums of squares by column.
  func add(
    squares: UnsafePointer<Double>, columnCount: Int, to second: UnsafeMutablePointer<Double>)
}

/// The means, each padded with zeros to whole vectors.
func padded(_ means: [Double], columns: Int) -> [Double] {
  let padding = [Double](repeating: 0, count: paddedCount(columns) - columns)
  return stride(from: 0, to: means.count, by: max(columns, 1)).flatMap {
    means[$0..<$0 + columns] + padding
  }
}
