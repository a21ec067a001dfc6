import Kernels
import MixtureModels

/// In which coordinates of the rows distances are measured where a start is looked for.
///
/// But for `raw` ones, a start is the same, to rounding, whatever units the columns have.
package enum Coordinates: Sendable, CaseIterable {
  /// Those of the data.
  case raw
  /// Columns less their means, in standard deviations.
  case standardized
  /// Principal axes of standardized columns, in standard deviations: all directions count alike.
  case whitened
  /// The same in roots of standard deviations, between these two; mclust's `SVD`.
  case scaledAxes
}

/// The mean and covariance of all rows: what coordinates are made of.
struct ColumnSpread: Sendable {
  let means: [Double]
  /// D, in squared data units, with the divisor N.
  let variances: [Double]
  /// D × D, row-major, likewise; nil where nobody needs it.
  var covariance: [Double]?

  /// Of a component: its mean, and D × D numbers.
  init(means: [Double], covariance: [Double]) {
    let d = means.count
    (self.means, self.covariance) = (means, covariance)
    variances = (0..<d).map { max(0, covariance[$0 * d + $0]) }
  }

  init(means: [Double], variances: [Double]) { (self.means, self.variances) = (means, variances) }

  /// Standard deviations; 1 of constant columns.
  var deviations: [Double] { variances.map { $0 > 0 ? $0.squareRoot() : 1 } }

  /// How rows become these coordinates; nil: they are theirs.
  func transform(to coordinates: Coordinates) -> ColumnTransform? {
    switch coordinates {
    case .raw: nil
    case .standardized: ColumnTransform(origin: means, units: deviations)
    case .whitened: along { $0.squareRoot() }
    case .scaledAxes: along { $0.squareRoot().squareRoot() }
    }
  }

  /// Along the principal axes of standardized columns, those without variance left out.
  ///
  /// - Parameter unit: of an axis by its variance.
  private func along(_ unit: (Double) -> Double) -> ColumnTransform? {
    guard let covariance else { return nil }
    let d = means.count
    let deviations = deviations
    let correlations = (0..<d * d).map { covariance[$0] / deviations[$0 / d] / deviations[$0 % d] }
    let axes = Eigenvectors(of: correlations, order: d)
    // What rounding leaves of a variance of 0: sums of D products.
    let least = axes.values[0] * Double(d) * 0x1p-40
    var matrix = [Double](repeating: 0, count: d * d)
    for i in 0..<d where axes.values[i] > least {
      for j in 0..<d { matrix[i * d + j] = axes.vectors[i * d + j] / unit(axes.values[i]) }
    }
    return ColumnTransform(origin: means, units: deviations, matrix: matrix)
  }
}

/// A linear map of rows: y = A (x - origin) / units.
struct ColumnTransform: Sendable {
  let origin: [Double]
  let units: [Double]
  /// A, D × D row-major; nil: the identity.
  let matrix: [Double]?
  private let map: RowTransform

  init(origin: [Double], units: [Double], matrix: [Double]? = nil) {
    (self.origin, self.units, self.matrix) = (origin, units, matrix)
    map = RowTransform(origin: origin, units: units, matrix: matrix)
  }

  /// Writes `count` transformed rows of D numbers to `target`.
  func write(
    _ rows: UnsafePointer<Double>, count: Int, into target: UnsafeMutablePointer<Double>
  ) { map.write(rows, count: count, into: target) }

  /// The normal, in the data, of the planes that `direction` is normal to among transformed rows: A'd / units.
  func normal(_ direction: [Double]) -> [Double] {
    let d = origin.count
    return (0..<d).map { j in
      guard let matrix else { return direction[j] / units[j] }
      return (0..<d).reduce(0) { $0 + matrix[$1 * d + j] * direction[$1] } / units[j]
    }
  }

  /// The transformed rows, in memory of the workspace.
  func transformed(_ block: RowBlock, in workspace: Workspace) -> RowBlock {
    let target = workspace.reserve(block.count * block.columnCount)
    write(block.rows, count: block.count, into: target)
    return block.replacing(rows: target)
  }

  /// Where in the data, about, transformed rows come from: with a matrix the origin.
  func origins(of rows: [Double]) -> [Double] {
    let d = origin.count
    if matrix != nil { return rows.indices.map { origin[$0 % d] } }
    return rows.indices.map { origin[$0 % d] + units[$0 % d] * rows[$0] }
  }

  /// The largest squared distance of two rows within the ranges.
  func squaredDiameter(_ ranges: ColumnRanges) -> Double {
    let d = origin.count
    let widths = (0..<d).map { (ranges.maximum[$0] - ranges.minimum[$0]) / units[$0] }
    guard let matrix else { return widths.reduce(0) { $0 + $1 * $1 } }
    return (0..<d).reduce(0) { sum, i in
      let width = (0..<d).reduce(0) { $0 + abs(matrix[i * d + $1]) * widths[$1] }
      return sum + width * width
    }
  }
}

/// A pass that sees transformed rows, missing cells filled.
struct TransformedPass: Pass {
  let base: any Pass
  let transform: ColumnTransform
  var slots: Slots { base.slots }

  func write(
    _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>
  ) throws {
    // Passes use the memory of a workspace and of its second one.
    let rows = transform.transformed(block, in: workspace.second.second)
    try base.write(rows, workspace: workspace, into: sums)
  }
}

extension Engine {
  /// Collective. The means and variances of the columns, in one walk, with the covariance in two; missing
  /// cells count as the means of their columns.
  ///
  /// - Parameter withAxes: whether the covariance is wanted, D operations more a cell.
  func columnSpread(withAxes: Bool) async throws -> ColumnSpread {
    let count = data.columnCount
    // About the middle of the data, from which no number of a column is far, relative to its range.
    let middle = zip(data.ranges.minimum, data.ranges.maximum).map { $0 / 2 + $1 / 2 }
    let pass = BlockPass(["weight": 1, "sums": count, "squares": count]) { block, _, sums in
      sums.update(repeating: 0, count: 1 + 2 * count)
      for n in 0..<block.count {
        let weight = block.weights?[n] ?? 1
        // Not 0 x a square, which may be infinite.
        if weight == 0 { continue }
        sums[0] += weight
        for j in 0..<count {
          let distance = block.rows[n * count + j] - middle[j]
          sums[1 + j] += weight * distance
          sums[1 + count + j] += weight * (distance * distance)
        }
      }
    }
    let total = try await sums(of: [pass]).sums[0]
    let (sums, squares) = (total["sums"], total["squares"])
    let shifts = sums.map { $0 / total["weight"][0] }
    let means = zip(middle, shifts).map { $0 + $1 }
    guard withAxes else {
      let variances = zip(squares, shifts).map { max(0, $0 / total["weight"][0] - $1 * $1) }
      return ColumnSpread(means: means, variances: variances)
    }
    let (products, weightSum) = try await scatter(about: means)
    return ColumnSpread(means: means, covariance: products.map { $0 / weightSum })
  }

  /// The same rows in other coordinates, for searches among them; nil: in those of the data.
  func seeing(_ transform: ColumnTransform?) -> Engine {
    Engine(self, search, transform, sharedRows, isTentative: isTentative)
  }

  /// The same search, which may try parameters that turn out to be impossible.
  var tentative: Engine { Engine(self, search, transform, sharedRows, isTentative: true) }

  /// The same, of some rows.
  func seeing(_ rows: SharedRows) -> Engine {
    Engine(self, search, transform, rows, isTentative: isTentative)
  }
}
