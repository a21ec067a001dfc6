import Kernels

/// K-means, the limit of a mixture of equal spherical Gaussians as their variance goes to 0: one
/// Lloyd step is one EM iteration with responsibilities 0 and 1.
///
/// The log-likelihood, up to scale, is minus the inertia: the sum of w |x - c|² to the nearest center.
package struct KMeans: Pass {
  /// K × D centers, row-major.
  package let centers: [Double]
  package let componentCount: Int
  package let columnCount: Int
  /// Which clusters rows of a known class can be of; nil: all rows of all.
  let classes: ComponentClasses?

  package init(_ centers: [Double], columns: Int, classes: ComponentClasses? = nil) {
    (self.centers, columnCount, self.classes) = (centers, columns, classes)
    componentCount = centers.count / columns
  }

  static let shifts = "shifts"

  package var slots: Slots {
    Slots.objective + [Slots.masses: componentCount, Self.shifts: centers.count]
  }

  package func write(
    _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>
  ) {
    let masses = sums + 2
    let shifts = masses + componentCount
    sums.update(repeating: 0, count: 2 + componentCount + centers.count)
    forEachTile(of: block, workspace: workspace) { tile, labels, distances in
      for n in 0..<tile.count {
        let weight = tile.weights?[n] ?? 1
        // Not 0 x its distance, which may be infinite.
        if weight == 0 { continue }
        sums[0] -= weight * distances[n]
        sums[1] += weight
        masses[Int(labels[n])] += weight
      }
      addToCenters(
        tile.rows, count: tile.count, columnCount: columnCount, weights: tile.weights,
        labels: labels, centers: centers, sums: shifts)
    }
  }

  /// The mean of each cluster; a cluster without rows keeps its center.
  package func means(_ sums: Sums) -> [Double] {
    let (masses, shifts) = (sums[Slots.masses], sums[Self.shifts])
    return centers.indices.map { i in
      let mass = masses[i / columnCount]
      return mass > 0 ? centers[i] + shifts[i] / mass : centers[i]
    }
  }

  /// The sum of the squared distances of all centers to others.
  package func squaredShift(to next: [Double]) -> Double {
    zip(centers, next).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }
  }

  /// Calls `body` with each tile of `block`, the numbers of its rows' nearest centers, and the
  /// squared distances to them.
  ///
  /// Tiles of 32 rows: larger ones would leave the first-level cache before they are used, which
  /// took 1.4 times as long with 16 columns and centers.
  package func forEachTile(
    of block: RowBlock, workspace: Workspace,
    _ body: (RowBlock, UnsafePointer<Int64>, UnsafePointer<Double>) -> Void
  ) {
    let memory = TileMemory(rowCount: 32, scratchCount: 33 * componentCount + 2 * 32)
    memory.forEachTile(of: block, workspace: workspace) { tile, _ in
      let zeros = tile.scratch
      zeros.update(repeating: 0, count: componentCount)
      let distances = zeros + 33 * componentCount
      let labels = UnsafeMutableRawPointer(distances + 32).bindMemory(
        to: Int64.self, capacity: 32)
      findNearest(
        tile.columns, columnCount: columnCount, centers: centers, centerCount: componentCount,
        zeros: zeros, scratch: zeros + componentCount, labels: labels, distances: distances)
      findNearestOfClasses(tile.rows, labels: labels, distances: distances)
      body(tile.rows, labels, distances)
    }
  }
}
