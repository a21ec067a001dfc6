/// The kernels as plain loops, one number at a time: what they compute, readably, and what the
/// fast ones are tested against.
///
/// Where the documented order of operations of a kernel is the loop's, the bits are equal.
package enum PlainLoops {
  /// |L^-1 (x - mu)|² of every row; `inverse` is L^-1, packed by rows.
  package static func squaredDistances(
    _ rows: [Double], columnCount: Int, mean: [Double], inverse: [Double]
  ) -> [Double] {
    (0..<rows.count / columnCount).map { n in
      var distance = 0.0
      for i in 0..<columnCount {
        var y = 0.0
        for j in 0...i {
          y.addProduct(inverse[PackedTriangle.row(i) + j], rows[n * columnCount + j] - mean[j])
        }
        distance.addProduct(y, y)
      }
      return distance
    }
  }

  /// Sum over columns of (x - mu)² precision, of every row.
  package static func scaledSquaredDistances(
    _ rows: [Double], columnCount: Int, mean: [Double], precisions: [Double]
  ) -> [Double] {
    (0..<rows.count / columnCount).map { n in
      var distance = 0.0
      for j in 0..<columnCount {
        let difference = rows[n * columnCount + j] - mean[j]
        distance.addProduct(difference * precisions[j], difference)
      }
      return distance
    }
  }

  /// Overwrites a packed triangle by its Cholesky factor, entry by entry; false if a pivot is at most
  /// `tolerance` of its diagonal entry, or not finite.
  package static func factor(
    _ l: UnsafeMutablePointer<Double>, order: Int, tolerance: Double
  ) -> Bool {
    for i in 0..<order {
      let rowI = l + PackedTriangle.row(i)
      let diagonal = rowI[i]
      for j in 0..<i {
        let rowJ = l + PackedTriangle.row(j)
        var sum = rowI[j]
        for p in 0..<j { sum.addProduct(-rowI[p], rowJ[p]) }
        rowI[j] = sum / rowJ[j]
      }
      var pivot = diagonal
      for p in 0..<i { pivot.addProduct(-rowI[p], rowI[p]) }
      guard pivot > tolerance * diagonal, pivot < .infinity else { return false }
      rowI[i] = pivot.squareRoot()
    }
    return true
  }

  /// D first moments and the packed lower triangle of second moments about `mean`.
  ///
  /// - Parameter lanes: in how many interleaved sums, row n in sum n mod `lanes`; they are added up
  ///   in a tree. A power of two.
  package static func centeredMoments(
    _ rows: [Double], columnCount: Int, mean: [Double], responsibilities: [Double], lanes: Int = 1
  ) -> (first: [Double], second: [Double]) {
    var first = [[Double]](
      repeating: [Double](repeating: 0, count: columnCount), count: lanes)
    var second = [[Double]](
      repeating: [Double](repeating: 0, count: PackedTriangle.count(columnCount)), count: lanes)
    for (n, r) in responsibilities.enumerated() {
      for i in 0..<columnCount {
        let product = r * (rows[n * columnCount + i] - mean[i])
        first[n % lanes][i] += product
        for j in 0...i {
          second[n % lanes][PackedTriangle.row(i) + j]
            .addProduct(product, rows[n * columnCount + j] - mean[j])
        }
      }
    }
    return (tree(first), tree(second))
  }

  /// The sum of the arrays: halves are added lane by lane until one is left.
  private static func tree(_ lanes: [[Double]]) -> [Double] {
    guard lanes.count > 1 else { return lanes[0] }
    let half = lanes.count / 2
    return tree((0..<half).map { l in zip(lanes[l], lanes[l + half]).map { $0 + $1 } })
  }

  /// Responsibilities of one row, and its log density; what lies further below the largest log joint
  /// than `floor` counts as 0.
  package static func posterior(
    _ logJoint: [Double], floor: Double = smallestExponent
  ) -> (responsibilities: [Double], Double) {
    let largest = logJoint.reduce(-.infinity, max)
    guard largest > -.infinity else { return (logJoint.map { _ in 0 }, -.infinity) }
    let parts = logJoint.map { $0 - largest < floor ? 0 : Portable.exp($0 - largest) }
    let sum = parts.reduce(0, +)
    return (parts.map { $0 * (1 / sum) }, largest + Portable.log(sum))
  }
}
