import Kernels

/// K-means, the limit of a mixture of equal spherical Gaussians as their variance goes to 0: one
/// Lloyd step is one EM iteration with responsibilities 0 and 1.
///
/// The log-likelihood, up to scale, is minus the inertia: the sum of w |x - c|² to the nearest center. Sums
/// are those of a `MixtureStep` with `CenterMoments`.
package struct KMeans: Pass {
  /// About the centers.
  package let moments: CenterMoments
  package let componentCount: Int
  package let columnCount: Int
  /// Which clusters rows of a known class can be of; nil: all rows of all.
  private(set) var classes: ComponentClasses?
  /// Rows that are in another cluster than that of their nearest center, by their number over all shards.
  private var moved: [Int: Int] = [:]

  /// - Parameters:
  ///   - centers: K × D, row-major.
  ///   - fill: as `Components.fill`.
  package init(
    _ centers: [Double], columns: Int, classes: ComponentClasses? = nil, fill: [Double]? = nil
  ) {
    moments = CenterMoments(about: centers, columns: columns, fill: fill)
    (columnCount, self.classes) = (columns, classes)
    componentCount = centers.count / columns
  }

  /// The same, rows of a known class being of its clusters only.
  func restricted(to classes: ComponentClasses?) -> KMeans {
    var other = self
    other.classes = classes
    return other
  }

  /// The same with some rows in clusters other than that of their nearest center, from which the objective
  /// still has their distances.
  package func moving(_ rows: [Int: Int]) -> KMeans {
    var other = self
    other.moved = rows
    return other
  }

  /// K × D, row-major.
  package var centers: [Double] { moments.centers }
  package var slots: Slots { mixtureSlots(componentCount) + moments.slots }
  package var takesMissing: Bool { moments.fill != nil }

  package func write(
    _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>
  ) {
    let masses = sums + 2
    sums.update(repeating: 0, count: 2 + componentCount + moments.count)
    forEachTile(of: block, workspace: workspace) { tile, labels, distances in
      let moving = move(tile.rows, labels)
      for n in 0..<tile.count {
        let weight = tile.rows.weights?[n] ?? 1
        // Not 0 x its distance, which may be infinite.
        if weight == 0 { continue }
        sums[0] -= weight * distances[n]
        sums[1] += weight
        masses[Int(labels[n])] += weight
      }
      moments.add(tile, labels: labels, filling: moving, into: masses + componentCount)
    }
  }

  /// Puts rows of a tile into the clusters that they are moved to.
  ///
  /// - Returns: the numbers of those rows within the tile.
  private func move(_ rows: RowBlock, _ labels: UnsafeMutablePointer<Int64>) -> [Int] {
    if moved.isEmpty { return [] }
    return (0..<rows.count).filter { n in
      guard let cluster = moved[rows.firstRow + n] else { return false }
      labels[n] = Int64(cluster)
      return true
    }
  }

  /// The sum of the squared distances of all centers to others.
  package func squaredShift(to next: [Double]) -> Double {
    zip(centers, next).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }
  }

  /// Calls `body` with each tile of `block`, the numbers of its rows' nearest centers, and the
  /// squared distances to them.
  package func forEachTile(
    of block: RowBlock, workspace: Workspace,
    _ body: (Tile, UnsafeMutablePointer<Int64>, UnsafePointer<Double>) -> Void
  ) {
    let rowCount = KernelTable.rowsOfClusterTiles
    let memory = TileMemory(
      rowCount: rowCount, scratchCount: (rowCount + 1) * componentCount + 2 * rowCount,
      fill: moments.fill)
    memory.forEachTile(of: block, workspace: workspace) { tile, _ in
      let zeros = tile.scratch
      zeros.update(repeating: 0, count: componentCount)
      let distances = zeros + (rowCount + 1) * componentCount
      let labels = UnsafeMutableRawPointer(distances + rowCount).bindMemory(
        to: Int64.self, capacity: rowCount)
      findNearest(
        tile.columns, columnCount: columnCount, centers: centers, centerCount: componentCount,
        zeros: zeros, scratch: zeros + componentCount, labels: labels, distances: distances)
      findNearestOfOwn(tile, labels: labels, distances: distances)
      body(tile, labels, distances)
    }
  }
}
