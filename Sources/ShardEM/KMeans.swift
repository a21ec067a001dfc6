import Kernels
import MixtureModels

/// K-means, the limit of a mixture of equal spherical Gaussians as their variance goes to 0: one
/// Lloyd step is one EM iteration with responsibilities 0 and 1.
///
/// Statistic 0, the log-likelihood up to scale, is minus the inertia: the sum of w |x - c|² to the
/// nearest center. Then come the sum of w, K masses, and K × D sums of w (x - c).
struct KMeans: LatentVariableModel {
  let componentCount: Int
  let columnCount: Int
  /// The mean variance of the columns, in squared data units: what makes a change dimensionless.
  let columnVariance: Double

  /// K × D centers, row-major.
  typealias Parameters = [Double]
  typealias Expectation = [Double]

  var statisticsCount: Int { 2 + componentCount * (1 + columnCount) }
  var freeParameterCount: Int { componentCount * columnCount }

  func expectation(under parameters: [Double]) -> [Double] { parameters }

  func accumulate(
    _ block: RowBlock, _ centers: [Double], workspace: Workspace,
    into statistics: UnsafeMutablePointer<Double>
  ) {
    statistics.update(repeating: 0, count: statisticsCount)
    let masses = statistics + 2
    let sums = masses + componentCount
    forEachTile(of: block, centers: centers, workspace: workspace) { tile, labels, distances in
      for n in 0..<tile.count {
        let weight = tile.weights?[n] ?? 1
        // Not 0 x its distance, which may be infinite.
        if weight == 0 { continue }
        statistics[0] -= weight * distances[n]
        statistics[1] += weight
        masses[Int(labels[n])] += weight
      }
      addToCenters(
        tile.rows, count: tile.count, columnCount: columnCount, weights: tile.weights,
        labels: labels, centers: centers, sums: sums)
    }
  }

  /// The masses of the clusters.
  func masses(_ statistics: [Double]) -> ArraySlice<Double> { statistics[2..<2 + componentCount] }

  /// The mean of each cluster; a cluster without rows keeps its center.
  func maximized(_ statistics: [Double], from centers: [Double]) -> [Double] {
    centers.indices.map { i in
      let mass = statistics[2 + i / columnCount]
      return mass > 0 ? centers[i] + statistics[2 + componentCount + i] / mass : centers[i]
    }
  }

  /// The sum of the squared shifts of all centers, in column variances, as scikit-learn has it.
  func largestChange(from previous: [Double], to next: [Double]) -> Double {
    let shift = zip(previous, next).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }
    return shift == 0 ? 0 : shift / columnVariance
  }

  func numbers(of centers: [Double]) -> [Double] { centers }

  func parameters(numbers: [Double]) -> [Double]? {
    numbers.count == componentCount * columnCount ? numbers : nil
  }

  /// Calls `body` with each tile of `block`, the numbers of its rows' nearest centers, and the
  /// squared distances to them.
  ///
  /// 32 rows are transposed at a time: a whole tile would leave the first-level cache before it is
  /// used, which took 1.4 times as long with 16 columns and centers.
  func forEachTile(
    of block: RowBlock, centers: [Double], workspace: Workspace,
    _ body: (RowBlock, UnsafePointer<Int64>, UnsafePointer<Double>) -> Void
  ) {
    let zeros = workspace.reserve(
      32 * (columnCount + componentCount) + componentCount + 2 * tileRows)
    let columns = zeros + componentCount
    let room = columns + 32 * columnCount
    let distances = room + 32 * componentCount
    let labels = UnsafeMutableRawPointer(distances + tileRows).bindMemory(
      to: Int64.self, capacity: tileRows)
    zeros.update(repeating: 0, count: componentCount)
    for start in stride(from: 0, to: block.count, by: tileRows) {
      let tile = block.slice(from: start, count: min(tileRows, block.count - start))
      for n in stride(from: 0, to: tile.count, by: 32) {
        transposeTile(
          tile.rows + n * columnCount, count: min(32, tile.count - n), columnCount: columnCount,
          stride: 32, into: columns)
        findNearest(
          columns, columnCount: columnCount, centers: centers, centerCount: componentCount,
          zeros: zeros, room: room, labels: labels + n, distances: distances + n)
      }
      body(tile, labels, distances)
    }
  }
}
