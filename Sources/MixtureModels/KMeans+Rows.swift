import Kernels

extension KMeans {
  /// Overwrites the nearest of all centers, and the squared distances, of rows that lack columns, by those in
  /// the columns that they have; and of rows whose class is known by the nearest of their class. Ties to the
  /// first.
  ///
  /// Source: Wagstaff, Cardie, Rogers and Schroedl, "Constrained k-means clustering with background
  /// knowledge" (ICML 2001); Basu, Banerjee and Mooney, "Semi-supervised clustering by seeding" (ICML 2002).
  func findNearestOfOwn(
    _ tile: Tile, labels: UnsafeMutablePointer<Int64>, distances: UnsafeMutablePointer<Double>
  ) {
    guard tile.incomplete != nil || classes != nil && tile.rows.labels != nil else { return }
    let rows = tile.rowsAsTheyAre
    for n in 0..<rows.count {
      let row = rows.rows + n * columnCount
      let own = classes?.components(of: rows.label(n))
      guard own != nil || holdsNaN(row, count: columnCount) else { continue }
      let clusters = own ?? 0..<componentCount
      (labels[n], distances[n]) = (Int64(clusters.lowerBound), .infinity)
      for k in clusters {
        let distance = squaredDistance(row, k)
        if distance < distances[n] { (labels[n], distances[n]) = (Int64(k), distance) }
      }
    }
  }

  /// From a row to a center, in the columns that the row has.
  func squaredDistance(_ row: UnsafePointer<Double>, _ k: Int) -> Double {
    (0..<columnCount).reduce(0) { sum, j in
      let difference = row[j] - centers[k * columnCount + j]
      return difference.isNaN ? sum : sum.addingProduct(difference, difference)
    }
  }

  /// The clusters without rows.
  package func emptyClusters(_ sums: Sums) -> [Int] {
    let masses = sums[Slots.masses]
    return masses.indices.filter { masses[$0] == 0 }
  }

  /// The class that a cluster is of; 0 if there are no classes.
  package func classNumber(of cluster: Int) -> Int {
    classes.map { cluster / $0.componentsPerClass } ?? 0
  }

  /// Whether a row can be in clusters of a class.
  package func canBelong(_ rows: RowBlock, _ n: Int, toClass number: Int) -> Bool {
    guard let own = classes?.components(of: rows.label(n)) else { return true }
    return classNumber(of: own.lowerBound) == number
  }
}
