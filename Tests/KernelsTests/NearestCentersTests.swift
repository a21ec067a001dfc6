import Kernels
import Testing
import _TestSupport

@Suite("Nearest centers")
struct NearestCentersTests {
  @Test(
    "The nearest centers are those of plain loops", arguments: [1, 2, 7, 16, 33], [0, 1e8])
  func plainLoops(columnCount: Int, offset: Double) {
    var random = SeededGenerator(seed: UInt64(columnCount))
    let (stride, count, centerCount) = (64, 61, 9)
    let rows = (0..<count * columnCount).map { _ in offset + random.normal() }
    let centers = (0..<centerCount * columnCount).map { _ in offset + random.normal() }
    var columns = [Double](repeating: .nan, count: columnCount * stride)
    var labels = [Int64](repeating: -1, count: stride)
    var distances = [Double](repeating: .nan, count: stride)
    transposeTile(rows, count: count, columnCount: columnCount, stride: stride, into: &columns)
    var scratch = [Double](repeating: .nan, count: 32 * centerCount)
    labels.withUnsafeMutableBufferPointer { labels in
      distances.withUnsafeMutableBufferPointer { distances in
        for start in [0, 32] {
          findNearest(
            Array(columns[start * columnCount..<(start + 32) * columnCount]),
            columnCount: columnCount, centers: centers, centerCount: centerCount,
            zeros: [Double](repeating: 0, count: centerCount), scratch: &scratch,
            labels: labels.baseAddress! + start, distances: distances.baseAddress! + start)
        }
      }
    }
    for n in 0..<count {
      let all = (0..<centerCount).map { k in
        (0..<columnCount).reduce(0) { sum, j in
          let difference = rows[n * columnCount + j] - centers[k * columnCount + j]
          return sum.addingProduct(difference, difference)
        }
      }
      let nearest = all.indices.min { (all[$0], $0) < (all[$1], $1) }!
      // The same operations in the same order: the same bits.
      #expect(labels[n] == nearest && distances[n] == all[nearest])
    }
  }

  @Test(
    "Sums about the centers are those of plain loops", arguments: [1, 7, 8, 9, 16, 33],
    [false, true])
  func sums(columnCount: Int, weighted: Bool) {
    var random = SeededGenerator(seed: UInt64(columnCount))
    let (count, centerCount) = (61, 5)
    var rows = (0..<count * columnCount).map { _ in random.normal() }
    let centers = (0..<centerCount * columnCount).map { _ in random.normal() }
    let labels = (0..<count).map { Int64($0 * 7 % centerCount) }
    let weights = (0..<count).map { Double($0 % 4) / 3 }
    // Of weight 0: must not count.
    if weighted { rows[0] = .infinity }
    let before = (0..<centerCount * columnCount).map { _ in random.normal() }
    var sums = before
    weights.withUnsafeBufferPointer {
      addToCenters(
        rows, count: count, columnCount: columnCount, weights: weighted ? $0.baseAddress : nil,
        labels: labels, centers: centers, sums: &sums)
    }
    var expected = before
    for n in 0..<count where !weighted || weights[n] > 0 {
      for j in 0..<columnCount {
        let i = Int(labels[n]) * columnCount + j
        expected[i].addProduct(
          weighted ? weights[n] : 1, rows[n * columnCount + j] - centers[i])
      }
    }
    // The same operations in the same order: the same bits.
    #expect(sums == expected)

    // The same rows by a matrix of weights, of which a row has one that is not 0.
    let stride = 64
    var matrix = [Double](repeating: 0, count: centerCount * stride)
    for n in 0..<count { matrix[Int(labels[n]) * stride + n] = weighted ? weights[n] : 1 }
    var same = before
    addToCenters(
      rows, count: count, columnCount: columnCount, weights: matrix, weightStride: stride,
      centers: centers, centerCount: centerCount, sums: &same)
    #expect(same == sums)
  }

  @Test("Of equally near centers the first is taken")
  func ties() {
    let columns = [Double](repeating: 1, count: 32)
    var distances = columns
    var labels = [Int64](repeating: -1, count: 32)
    var scratch = [Double](repeating: .nan, count: 32 * 4)
    findNearest(
      columns, columnCount: 1, centers: [5, 3, -1, 3], centerCount: 4, zeros: [0, 0, 0, 0],
      scratch: &scratch, labels: &labels, distances: &distances)
    #expect(labels.allSatisfy { $0 == 1 } && distances.allSatisfy { $0 == 4 })
  }
}
