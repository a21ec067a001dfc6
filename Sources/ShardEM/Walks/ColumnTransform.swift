import Kernels
import Rows

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

  /// The normal, in the data, of the planes that `direction` is normal to among transformed rows: A'd /
  /// units.
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

  /// A transformed row.
  func transformed(_ row: [Double]) -> [Double] {
    [Double](unsafeUninitializedCapacity: row.count) { target, count in
      row.withUnsafeBufferPointer {
        write($0.baseAddress!, count: 1, into: target.baseAddress!)
      }
      count = row.count
    }
  }

  /// What transformed rows within `ranges` do not leave.
  func ranges(_ ranges: ColumnRanges) -> ColumnRanges {
    let d = origin.count
    let middle = transformed(zip(ranges.minimum, ranges.maximum).map { $0 / 2 + $1 / 2 })
    let reach = (0..<d).map { i in
      (0..<d).reduce(0.0) { sum, j in
        let factor = matrix?[i * d + j] ?? (i == j ? 1 : 0)
        return sum + abs(factor) * (ranges.maximum[j] / 2 - ranges.minimum[j] / 2) / units[j]
      }
    }
    return ColumnRanges(
      minimum: zip(middle, reach).map { $0 - $1 }, maximum: zip(middle, reach).map { $0 + $1 })
  }

  /// D × D: what a step of 1 along each transformed column is in the data, of a matrix whose rows are normal
  /// to each other. Row-major, a column's a row; 0 of rows of zeros.
  var axes: [Double] {
    let d = origin.count
    return (0..<d).flatMap { i -> [Double] in
      let row = (0..<d).map { matrix?[i * d + $0] ?? (i == $0 ? 1 : 0) }
      let square = row.reduce(0) { $0 + $1 * $1 }
      return row.indices.map { square > 0 ? units[$0] * row[$0] / square : 0 }
    }
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
  /// The same rows in other coordinates, for searches among them; nil: in those of the data.
  func seeing(_ transform: ColumnTransform?) -> Engine {
    Engine(self, search, transform, sharedRows, isTentative: isTentative)
  }

  /// The same, of some rows.
  func seeing(_ rows: SharedRows) -> Engine {
    Engine(self, search, transform, rows, isTentative: isTentative)
  }
}
