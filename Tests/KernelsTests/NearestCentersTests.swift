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
    var labels = [Int](repeating: -1, count: stride)
    var scratch = [Double](repeating: .nan, count: stride)
    var distances = scratch
    transposeTile(rows, count: count, columnCount: columnCount, stride: stride, into: &columns)
    findNearest(
      columns, columnCount: columnCount, stride: stride, centers: centers,
      centerCount: centerCount, scratch: &scratch, labels: &labels, distances: &distances)
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

  @Test("Of equally near centers the first is taken")
  func ties() {
    let columns = [Double](repeating: 1, count: 32)
    var (scratch, distances) = (columns, columns)
    var labels = [Int](repeating: -1, count: 32)
    findNearest(
      columns, columnCount: 1, stride: 32, centers: [5, 3, -1, 3], centerCount: 4,
      scratch: &scratch, labels: &labels, distances: &distances)
    #expect(labels.allSatisfy { $0 == 1 } && distances.allSatisfy { $0 == 4 })
  }
}
