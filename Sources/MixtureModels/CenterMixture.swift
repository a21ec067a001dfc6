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

  public var takesMissing: Bool { true }

  public func moments(of components: StepComponents, at parameters: Parameters) -> CenterMoments {
    moments(about: parameters.means)
  }

  public func moments(about centers: [Double]) -> CenterMoments {
    CenterMoments(about: centers, columns: columnCount, fill: observed?.means)
  }

  /// The mean of each cluster's rows, of each column of those that have it; a cluster without rows keeps its
  /// center.
  func centers(_ sums: Sums, of moments: CenterMoments) -> [Double] {
    let (masses, shifts) = (sums[Slots.masses], sums[KMeans.shifts])
    let observed = moments.fill.map { _ in sums[CenterMoments.observed] }
    return moments.centers.indices.map { i in
      let mass = observed?[i] ?? masses[i / columnCount]
      return mass > 0 ? moments.centers[i] + shifts[i] / mass : moments.centers[i]
    }
  }

  /// None is part of the model: all are equal.
  public func weights(_ parameters: Parameters) -> [Double] {
    Array(repeating: 1 / Double(componentCount), count: componentCount)
  }
}

/// The sums of w r (x - c) about K × D centers c, and where cells may be missing the sums of w r of the rows
/// that have the column.
public struct CenterMoments: Moments {
  static let observed = "masses of columns"

  let centers: [Double]
  private let columnCount: Int
  public let fill: [Double]?

  init(about centers: [Double], columns: Int, fill: [Double]?) {
    (self.centers, columnCount, self.fill) = (centers, columns, fill)
  }

  public var slots: Slots {
    [KMeans.shifts: centers.count] + (fill == nil ? [:] : [Self.observed: centers.count])
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

  private func add(
    _ tile: Tile, _ weights: UnsafePointer<Double>, toShifts sums: UnsafeMutablePointer<Double>
  ) {
    addToCenters(
      tile.rows.rows, count: tile.count, columnCount: columnCount, weights: weights,
      weightStride: tileStride, centers: centers, centerCount: centers.count / columnCount,
      sums: sums)
  }
}
