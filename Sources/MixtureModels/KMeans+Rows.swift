import Kernels

extension KMeans {
  /// Overwrites the nearest centers of rows whose class is known by those of their class, and the squared
  /// distances. Ties to the first.
  ///
  /// Source: Wagstaff, Cardie, Rogers and Schroedl, "Constrained k-means clustering with background
  /// knowledge" (ICML 2001); Basu, Banerjee and Mooney, "Semi-supervised clustering by seeding" (ICML 2002).
  func findNearestOfClasses(
    _ rows: RowBlock, labels: UnsafeMutablePointer<Int64>, distances: UnsafeMutablePointer<Double>
  ) {
    guard let classes, rows.labels != nil else { return }
    for n in 0..<rows.count {
      guard let own = classes.components(of: rows.label(n)) else { continue }
      (labels[n], distances[n]) = (Int64(own.lowerBound), .infinity)
      for k in own {
        let distance = squaredDistance(rows.rows + n * columnCount, k)
        if distance < distances[n] { (labels[n], distances[n]) = (Int64(k), distance) }
      }
    }
  }

  /// Whether the class of a row is known.
  package func isKnown(_ rows: RowBlock, _ n: Int) -> Bool {
    classes?.components(of: rows.label(n)) != nil
  }

  /// From a row to a center.
  func squaredDistance(_ row: UnsafePointer<Double>, _ k: Int) -> Double {
    (0..<columnCount).reduce(0) { sum, j in
      let difference = row[j] - centers[k * columnCount + j]
      return sum + difference * difference
    }
  }
}
