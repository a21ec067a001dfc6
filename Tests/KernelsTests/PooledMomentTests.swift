import Kernels
import Testing
import _TestSupport

@Suite("Moments for a shared covariance, against plain loops")
struct PooledMomentTests {
  /// A tile of rows and of responsibilities that sum to 1, with weights.
  private struct Tile {
    let count = 29
    let stride = 32
    let columnCount: Int
    let componentCount: Int
    var rows: [Double] = []
    var blocks: [Double]
    var means: [Double] = []
    var weights: [Double]
    var shares: [Double] = []
    var responsibilities: [Double]

    init(columnCount: Int, componentCount: Int) {
      var generator = SeededGenerator(seed: UInt64(100 * columnCount + componentCount))
      self.columnCount = columnCount
      self.componentCount = componentCount
      rows = (0..<count * columnCount).map { _ in 1e6 + 3 * generator.normal() }
      means = (0..<componentCount * columnCount).map { _ in 1e6 + 3 * generator.normal() }
      weights = (0..<count).map { $0 == 4 ? 0 : 0.5 + generator.uniform() }
      blocks = Array(repeating: .nan, count: paddedCount(columnCount) * stride)
      blockRows(rows, count: count, columnCount: columnCount, stride: stride, into: &blocks)
      responsibilities = Array(repeating: 0, count: componentCount * stride)
      for n in 0..<count {
        let row = generator.weights(componentCount)
        shares += row
        for k in 0..<componentCount { responsibilities[k * stride + n] = weights[n] * row[k] }
      }
    }

    var inverseWeights: [Double] {
      (0..<stride).map { $0 < count && weights[$0] > 0 ? 1 / weights[$0] : 0 }
    }

    /// Points less the first mean, each padded to whole vectors.
    func padded(_ points: [Double], less center: [Double]) -> [Double] {
      Swift.stride(from: 0, to: points.count, by: columnCount).flatMap { start in
        let differences: [Double] = (0..<columnCount).map { points[start + $0] - center[$0] }
        return differences + Array(repeating: 0, count: paddedCount(columnCount) - columnCount)
      }
    }
  }

  @Test("residuals are rows less the mean of the means", arguments: [8, 13, 33])
  func residuals(columnCount: Int) {
    let tile = Tile(columnCount: columnCount, componentCount: 5)
    let center = Array(tile.means[..<columnCount])
    let origin = Array(repeating: 0.0, count: columnCount)
    var residuals = [Double](repeating: .nan, count: paddedCount(columnCount) * tile.stride)
    writeResiduals(
      tile.blocks, count: tile.count, columnCount: columnCount, stride: tile.stride,
      responsibilities: tile.responsibilities, inverseWeights: tile.inverseWeights,
      center: tile.padded(center, less: origin), means: tile.padded(tile.means, less: center),
      componentCount: 5, into: &residuals)
    for n in 0..<tile.count where tile.weights[n] > 0 {
      for j in 0..<columnCount {
        let mean = (0..<5).reduce(0) {
          $0 + tile.shares[5 * n + $1] * (tile.means[$1 * columnCount + j] - center[j])
        }
        let expected = tile.rows[n * columnCount + j] - center[j] - mean
        // Differences of numbers near 1e6 are exact; about 20 roundings of numbers up to 40 follow.
        let rounding = 20 * 40 * 0x1p-53
        let found = residuals[(j & ~7) * tile.stride + 8 * n + j % 8]
        #expect(abs(found - expected) <= rounding)
      }
    }
  }

  @Test("pairs of components are summed over the rows", arguments: [2, 5, 9])
  func pairs(componentCount: Int) {
    let tile = Tile(columnCount: 8, componentCount: componentCount)
    var sums = [Double](repeating: 0, count: componentCount * (componentCount - 1) / 2)
    var scratch = [Double](repeating: .nan, count: tile.stride)
    addPairSums(
      tile.responsibilities, componentCount: componentCount, count: tile.count,
      stride: tile.stride, inverseWeights: tile.inverseWeights, scratch: &scratch, into: &sums)
    for k in 1..<componentCount {
      for l in 0..<k {
        let expected = (0..<tile.count).reduce(0) {
          $0 + tile.weights[$1] * tile.shares[componentCount * $1 + k]
            * tile.shares[componentCount * $1 + l]
        }
        // Positive terms, 29 additions and a few products each: at most 36 half units.
        #expect(abs(sums[k * (k - 1) / 2 + l] - expected) <= 36 * 0x1p-53 * expected)
      }
    }
  }

  @Test(
    "first moments have the bits of the plain loop",
    arguments: [8, 9, 16, 17, 24, 32, 33, 40, 48, 49, 56, 64, 100], TileShape.allCases)
  func firstMoments(columnCount: Int, shape: TileShape) {
    for componentCount in [1, 2, 5] {
      let tile = Tile(columnCount: columnCount, componentCount: componentCount)
      let before = (0..<componentCount * columnCount).map { Double($0) / 7 }
      var first = before
      addFirstMoments(
        tile.blocks, count: tile.count, columnCount: columnCount, stride: tile.stride,
        responsibilities: tile.responsibilities,
        means: tile.padded(tile.means, less: Array(repeating: 0, count: columnCount)),
        componentCount: componentCount, into: &first, shape: shape)
      for place in first.indices {
        let (k, j) = place.quotientAndRemainder(dividingBy: columnCount)
        var expected = 0.0
        for n in 0..<tile.count {
          expected.addProduct(
            tile.responsibilities[k * tile.stride + n],
            tile.rows[n * columnCount + j] - tile.means[place])
        }
        #expect(first[place] == before[place] + expected)
      }
    }
  }

  @Test(
    "distances of whitened rows are those of the rows", arguments: [1, 2, 5, 8, 13],
    TileShape.allCases)
  func whitened(columnCount: Int, shape: TileShape) {
    let tile = Tile(columnCount: columnCount, componentCount: 1)
    let inverse = (0..<columnCount).flatMap { i in
      (0...i).map { j -> Double in i == j ? 1 : 0.01 * Double(j) }
    }
    let panels = triangularPanels(inverse, order: columnCount)
    var columns = [Double](repeating: .nan, count: columnCount * tile.stride)
    transposeTile(
      tile.rows, count: tile.count, columnCount: columnCount, stride: tile.stride, into: &columns)
    var differences = [Double](repeating: .nan, count: 32 * columnCount)
    var y = [Double](repeating: .nan, count: columnCount * tile.stride + 3 * 32)
    var distances = [Double](repeating: .nan, count: tile.stride)
    whitenTile(
      columns, columnCount: columnCount, stride: tile.stride, mean: tile.means, panels: panels,
      differences: &differences, into: &y, shape: shape)
    squaredDistances(
      y, columnCount: columnCount, stride: tile.stride,
      centers: Array(repeating: 0, count: columnCount), centerCount: 1, zeros: [0],
      into: &distances, distanceStride: tile.stride)
    let plain = PlainLoops.squaredDistances(
      tile.rows, columnCount: columnCount, mean: Array(tile.means[..<columnCount]),
      inverse: inverse)
    #expect(Array(distances[..<tile.count]) == plain)
  }
}
