import Kernels

/// The box along the columns that noise is uniform in: so are values of some columns, and of rows that lack
/// others.
struct NoiseBox: Sendable {
  private static let minimum = "noise.minimum"
  private static let maximum = "noise.maximum"

  private let ranges: ColumnRanges

  /// That which parameters say.
  ///
  /// - Throws: `FitError.unusable` about a side that has no length.
  init(_ parameters: Parameters) throws {
    ranges = ColumnRanges(
      minimum: parameters[Self.minimum], maximum: parameters[Self.maximum])
    for (j, (least, most)) in zip(ranges.minimum, ranges.maximum).enumerated()
    where !(least < most) {
      throw FitError.unusable(
        setting: "noise from \(least) to \(most) in column \(j + 1)",
        expected: "a box with a volume")
    }
  }

  /// One about the mean of all components, for noise of a density that has no box: of the volume 1 / density,
  /// and with sides in proportion to the standard deviations of the columns.
  init(about moments: [(mean: Double, variance: Double)], density: Double) {
    let deviations = moments.map { $0.variance.squareRoot() }
    let logSides = deviations.reduce(0) { $0 + Portable.log($1) }
    let scale = Portable.exp((-Portable.log(density) - logSides) / Double(moments.count))
    ranges = ColumnRanges(
      minimum: zip(moments, deviations).map { $0.mean - scale * $1 / 2 },
      maximum: zip(moments, deviations).map { $0.mean + scale * $1 / 2 })
  }

  // MARK: Parameters

  /// What parameters say of it.
  static func parts(columns: Int) -> [ParameterLayout.Part] {
    [.init(minimum, [columns], .given), .init(maximum, [columns], .given)]
  }

  /// The same of a box that is known beforehand.
  static func parameters(_ ranges: ColumnRanges) -> [(name: String, numbers: [Double])] {
    [(minimum, ranges.minimum), (maximum, ranges.maximum)]
  }

  /// Whether parameters of this name are of a box.
  static func has(_ name: String) -> Bool { name == minimum || name == maximum }

  // MARK: Sides

  /// The natural logarithms of its D sides.
  var logSides: [Double] { ranges.halfSides.map { Portable.log($0) + Portable.log(2) } }

  /// What lies a share of the side from the smallest value of column `j`.
  func place(_ j: Int, _ share: Double) -> Double {
    ranges.minimum[j] * (1 - share) + ranges.maximum[j] * share
  }
}
