import Kernels

/// A mixture of which only K × D centers are estimated, each the mean of the rows by their
/// responsibilities. K-means and soft k-means.
protocol CenterMixture: Family where StepMoments == CenterMoments {
  /// Of the data, if rows may lack columns, which then have no part in distances and means; nil: all rows are
  /// complete.
  var observed: ObservedColumns? { get }
}

extension CenterMixture {
  static var means: String { "means" }
  public static var canBePart: Bool { false }
  public static var isRegularized: Bool { false }

  public var hasOwnMetric: Bool { true }
  public var takesMissing: Bool { true }
  public var isOrderedByNumbers: Bool { true }

  public func moments(of components: StepComponents, at parameters: Parameters) -> CenterMoments {
    moments(about: parameters.means)
  }

  public func moments(about centers: [Double]) -> CenterMoments {
    CenterMoments(about: centers, columns: columnCount, fill: observed?.means)
  }

  /// None is part of the model: all are equal.
  public func weights(_ parameters: Parameters) -> [Double] {
    Array(repeating: 1 / Double(componentCount), count: componentCount)
  }
}

/// The sums of w r (x - c) about K × D centers c, and where cells may be missing the sums of w r of the rows
/// that have the column.
public struct CenterMoments: Moments {
  private static let shifts = "shifts"
  private static let observed = "masses of columns"

  let centers: [Double]
  private let columnCount: Int
  public let fill: [Double]?

  init(about centers: [Double], columns: Int, fill: [Double]?) {
    (self.centers, columnCount, self.fill) = (centers, columns, fill)
  }

  public var slots: Slots {
    [Self.shifts: centers.count] + (fill == nil ? [:] : [Self.observed: centers.count])
  }

  /// As many as `slots` are.
  var count: Int { centers.count * (fill == nil ? 1 : 2) }

  /// The mean of each cluster's rows, of each column of those that have it; a cluster without rows keeps its
  /// center.
  package func means(_ sums: Sums) -> [Double] {
    let (masses, shifts) = (sums[Slots.masses], sums[Self.shifts])
    let observed = fill.map { _ in sums[Self.observed] }
    return centers.indices.map { i in
      let mass = observed?[i] ?? masses[i / columnCount]
      return mass > 0 ? centers[i] + shifts[i] / mass : centers[i]
    }
  }

  public func add(
    _ tile: Tile, weights: UnsafeMutablePointer<Double>, into sums: UnsafeMutablePointer<Double>
  ) {
    guard fill != nil else { return add(tile, weights, toShifts: sums) }
    let masses = sums + centers.count
    guard let incomplete = tile.incomplete else {
      add(tile, weights, toShifts: sums)
      for i in centers.indices {
        let own = weights + i / columnCount * tileStride
        masses[i] += (0..<tile.count).reduce(0) { $0 + own[$1] }
      }
      return
    }
    for i in centers.indices {
      let own = weights + i / columnCount * tileStride
      for n in 0..<tile.count where own[n] != 0 {
        let x = incomplete.row(n)[i % columnCount]
        if x.isNaN { continue }
        sums[i].addProduct(own[n], x - centers[i])
        masses[i] += own[n]
      }
    }
  }

  /// Adds the moments of a tile whose rows each are of one center.
  ///
  /// - Parameters:
  ///   - labels: the number of each row's center.
  ///   - filled: the rows within the tile whose missing cells count as `fill`.
  func add(
    _ tile: Tile, labels: UnsafePointer<Int64>, filling filled: [Int],
    into sums: UnsafeMutablePointer<Double>
  ) {
    guard tile.incomplete != nil else {
      addToCenters(
        tile.rows.rows, count: tile.count, columnCount: columnCount, weights: tile.rows.weights,
        labels: labels, centers: centers, sums: sums)
      if fill != nil { addMasses(of: tile, labels, into: sums + centers.count) }
      return
    }
    for n in 0..<tile.count {
      let weight = tile.rows.weights?[n] ?? 1
      if weight == 0 { continue }
      let row = (filled.contains(n) ? tile.rows : tile.rowsAsTheyAre).rows + n * columnCount
      let first = Int(labels[n]) * columnCount
      for j in 0..<columnCount where !row[j].isNaN {
        sums[first + j].addProduct(weight, row[j] - centers[first + j])
        sums[centers.count + first + j] += weight
      }
    }
  }

  /// Those of rows that have all columns.
  private func addMasses(
    of tile: Tile, _ labels: UnsafePointer<Int64>, into masses: UnsafeMutablePointer<Double>
  ) {
    for n in 0..<tile.count {
      let own = masses + Int(labels[n]) * columnCount
      for j in 0..<columnCount { own[j] += tile.rows.weights?[n] ?? 1 }
    }
  }

  private func add(
    _ tile: Tile, _ weights: UnsafePointer<Double>, toShifts sums: UnsafeMutablePointer<Double>
  ) {
    addToCenters(
      tile.rows.rows, count: tile.count, columnCount: columnCount, weights: weights,
      weightStride: tileStride, centers: centers, centerCount: centers.count / columnCount,
      sums: sums)
  }
}
