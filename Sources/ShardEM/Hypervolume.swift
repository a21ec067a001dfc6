import Kernels
import MessagePassing
import MixtureModels
import Synchronization

extension Engine {
  /// Collective. The natural logarithm of the volume that the rows of positive weight fill, as mclust's
  /// `hypvol`: the smaller of the box along the columns and the box along the principal axes of all rows; and
  /// the first, if it is that. Of rows that lack columns it always is: only in a box along the columns are
  /// values of some columns uniform, too.
  ///
  /// Three walks over the rows, or none of rows that lack columns. -∞ where a side of a box has no length.
  public func hypervolume() throws -> (logarithm: Double, box: ColumnRanges?) {
    let (d, ranges) = (data.columnCount, data.ranges)
    func logVolume(_ sides: [Double]) -> Double { sides.reduce(0) { $0 + Portable.log($1) } }
    let alongColumns = logVolume(ranges.halfSides) + Double(d) * Portable.log(2)
    if data.observed != nil { return (alongColumns, ranges) }
    let means = try searching { try await $0.columnMoments().means }
    let axes = Eigenvectors(
      of: try searching { try await $0.scatter(about: means).products }, order: d
    ).vectors
    let lengths = try extents(along: axes, from: means)
    let alongAxes = logVolume(lengths)
    // Axes along the columns, of a single one too, are so but for roundings.
    return (min(alongColumns, alongAxes), alongColumns <= alongAxes + 0x1p-40 ? ranges : nil)
  }

  /// Collective. The sum of w (x - c)(x - c)' over the rows, D × D, and that of w.
  func scatter(about centers: [Double]) async throws -> (products: [Double], weightSum: Double) {
    let d = data.columnCount
    let count = PackedTriangle.count(d)
    let pass = BlockPass(["products": count, "weights": 1]) { block, _, sums in
      sums.update(repeating: 0, count: count + 1)
      for n in 0..<block.count {
        let row = block.rows + n * d
        let weight = block.weights?[n] ?? 1
        if weight == 0 { continue }
        sums[count] += weight
        for i in 0..<d {
          let product = weight * (row[i] - centers[i])
          for j in 0...i {
            sums[PackedTriangle.row(i) + j].addProduct(product, row[j] - centers[j])
          }
        }
      }
    }
    let sums = try await sums(of: [pass]).sums[0]
    return (
      PackedTriangle.unpackSymmetric(sums["products"][...], order: d), sums["weights"][0]
    )
  }

  /// Collective. How far the rows of positive weight extend along each of D axes, D numbers each.
  private func extents(along axes: [Double], from origin: [Double]) throws -> [Double] {
    let d = data.columnCount
    let largest = Mutex([Double](repeating: -.infinity, count: 2 * d))
    try forEachBlock { _, block, _ in
      var own = [Double](repeating: -.infinity, count: 2 * d)
      for n in 0..<block.count where block.weights?[n] != 0 {
        let row = block.rows + n * d
        for i in 0..<d {
          var place = 0.0
          for j in 0..<d { place.addProduct(axes[i * d + j], row[j] - origin[j]) }
          own[i] = max(own[i], place)
          own[d + i] = max(own[d + i], -place)
        }
      }
      largest.withLock { for i in 0..<2 * d { $0[i] = max($0[i], own[i]) } }
    }
    var all = largest.withLock { $0 }
    try world.maximum(&all)
    return (0..<d).map { all[$0] + all[d + $0] }
  }
}
