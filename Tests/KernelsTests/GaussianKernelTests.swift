import Kernels
import Testing
import _TestSupport

@Suite("Gaussian kernels against plain loops")
struct GaussianKernelTests {
  static let columnCounts = [1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 24, 31, 32, 33, 64, 100]

  /// Rows at a large offset and of mixed scales: the case that careless kernels get wrong.
  private struct Problem {
    var rows: [Double]
    var mean: [Double]
    var inverse: [Double]
    var responsibilities: [Double]

    init(count: Int, columnCount: Int) {
      var generator = SeededGenerator(seed: UInt64(1000 * count + columnCount))
      let scales = (0..<columnCount).map { [1, 1e-8, 1e8, 3][$0 % 4] }
      mean = scales.map { $0 * (1e6 + generator.normal()) }
      let center = mean
      rows = (0..<count).flatMap { _ in
        (0..<columnCount).map { center[$0] + scales[$0] * generator.normal() }
      }
      inverse = (0..<columnCount).flatMap { i in
        (0...i).map { j in (i == j ? 1 : 0.1 * generator.normal()) / scales[j] }
      }
      responsibilities = (0..<count).map { $0 % 5 == 3 ? 0 : generator.uniform() }
    }
  }

  @Test("squared distances have the bits of the plain loop", arguments: columnCounts)
  func squaredDistances(columnCount: Int) {
    for count in [1, 8, 31, 32, 100, 128] {
      let problem = Problem(count: count, columnCount: columnCount)
      let distances = withTile(problem.rows, columnCount: columnCount) { columns, stride, result in
        var differences = [Double](repeating: .nan, count: 32 * columnCount)
        Kernels.squaredDistances(
          columns, columnCount: columnCount, stride: stride, mean: problem.mean,
          panels: triangularPanels(problem.inverse, order: columnCount),
          differences: &differences, into: result)
      }
      let plain = PlainLoops.squaredDistances(
        problem.rows, columnCount: columnCount, mean: problem.mean, inverse: problem.inverse)
      #expect(distances == plain, "\(count) × \(columnCount)")
    }
  }

  @Test("scaled squared distances have the bits of the plain loop", arguments: columnCounts)
  func scaledSquaredDistances(columnCount: Int) {
    for count in [1, 31, 100, 128] {
      let problem = Problem(count: count, columnCount: columnCount)
      let precisions = (0..<columnCount).map { 1 + Double($0) }
      let distances = withTile(problem.rows, columnCount: columnCount) { columns, stride, result in
        Kernels.scaledSquaredDistances(
          columns, columnCount: columnCount, stride: stride, mean: problem.mean,
          precisions: precisions, into: result)
      }
      let plain = PlainLoops.scaledSquaredDistances(
        problem.rows, columnCount: columnCount, mean: problem.mean, precisions: precisions)
      #expect(distances == plain, "\(count) × \(columnCount)")
    }
  }

  @Test("moments have the bits of the plain loop", arguments: columnCounts)
  func moments(columnCount: Int) {
    for count in [1, 2, 31, 128] {
      let problem = Problem(count: count, columnCount: columnCount)
      let plain = PlainLoops.centeredMoments(
        problem.rows, columnCount: columnCount, mean: problem.mean,
        responsibilities: problem.responsibilities)
      let width = paddedCount(columnCount)
      var differences = [Double](repeating: .nan, count: count * width)
      var products = differences
      var mass = 0.0
      // The first moments lie behind the triangle, where the kernel may write back what it read.
      let triangle = PackedTriangle.count(columnCount)
      var moments = [Double](repeating: 0, count: triangle + columnCount)
      let written = moments.withUnsafeMutableBufferPointer {
        centerRows(
          problem.rows, count: count, columnCount: columnCount, mean: problem.mean,
          responsibilities: problem.responsibilities, differences: &differences,
          products: &products, mass: &mass, firstMoments: $0.baseAddress! + triangle)
      }
      addOuterProducts(
        differences: differences, products: products, count: written, columnCount: columnCount,
        into: &moments)
      #expect(mass == plain.mass)
      #expect(Array(moments[triangle...]) == plain.first, "\(count) × \(columnCount)")
      #expect(Array(moments[..<triangle]) == plain.second, "\(count) × \(columnCount)")

      var squares = [Double](repeating: 0, count: columnCount)
      addSquares(
        differences: differences, products: products, count: written, columnCount: columnCount,
        into: &squares)
      #expect(squares == (0..<columnCount).map { plain.second[PackedTriangle.row($0) + $0] })
      let sum = sumOfSquares(
        differences: differences, products: products, count: written, columnCount: columnCount)
      // All terms are positive: each of D additions costs at most half a unit.
      let expected = squares.reduce(0, +)
      #expect(abs(sum - expected) <= Double(columnCount) * 0x1p-53 * expected)
    }
  }

  /// Transposes the rows, runs `body` and returns the results of the rows.
  private func withTile(
    _ rows: [Double], columnCount: Int,
    _ body: (UnsafePointer<Double>, Int, UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    let count = rows.count / columnCount
    let stride = (count + 31) & ~31
    var columns = [Double](repeating: .nan, count: columnCount * stride)
    transposeTile(rows, count: count, columnCount: columnCount, stride: stride, into: &columns)
    var results = [Double](repeating: .nan, count: stride)
    body(columns, stride, &results)
    return Array(results[..<count])
  }
}
