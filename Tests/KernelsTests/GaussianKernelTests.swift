import Kernels
import Testing
import _TestSupport

@Suite("Gaussian kernels against plain loops")
struct GaussianKernelTests {
  static let columnCounts = [
    1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 24, 31, 32, 33, 40, 47, 48, 49, 56, 64, 72, 100,
  ]

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

  @Test(
    "log densities under full covariances have the bits of the plain loop",
    arguments: columnCounts, TileShape.allCases)
  func fullLogDensities(columnCount: Int, shape: TileShape) {
    for count in [1, 8, 31, 32, 100, 128] {
      let problem = Problem(count: count, columnCount: columnCount)
      let densities = withTile(problem.rows, columnCount: columnCount) { columns, stride, result in
        var differences = [Double](repeating: .nan, count: 32 * columnCount)
        writeLogDensities(
          columns, columnCount: columnCount, stride: stride, mean: problem.mean,
          panels: triangularPanels(problem.inverse, order: columnCount), logScale: 1.25,
          differences: &differences, into: result, shape: shape)
      }
      let plain = PlainLoops.squaredDistances(
        problem.rows, columnCount: columnCount, mean: problem.mean, inverse: problem.inverse
      ).map { 1.25.addingProduct(-0.5, $0) }
      #expect(densities == plain, "\(count) × \(columnCount)")
    }
  }

  @Test(
    "log densities under diagonal covariances have the bits of the plain loop",
    arguments: columnCounts, TileShape.allCases)
  func diagonalLogDensities(columnCount: Int, shape: TileShape) {
    // Four components at a time, and one alone.
    let componentCount = 5
    for count in [1, 31, 100, 128] {
      let problem = Problem(count: count, columnCount: columnCount)
      let means = (0..<componentCount).flatMap { k in problem.mean.map { $0 + Double(k) } }
      let precisions = (0..<componentCount * columnCount).map { 1 + Double($0) }
      let factors = (0..<componentCount).map { -0.5 - Double($0) }
      let logScales = (0..<componentCount).map { 1.25 * Double($0) }
      for k in 0..<componentCount {
        let columns = k * columnCount..<(k + 1) * columnCount
        for isSpherical in [false, true] {
          let densities = withTile(problem.rows, columnCount: columnCount) { tile, stride, result in
            var all = [Double](repeating: .nan, count: componentCount * stride)
            means.withUnsafeBufferPointer { means in
              logScales.withUnsafeBufferPointer { logScales in
                let components = SquareLogDensities(
                  tile, columnCount: columnCount, stride: stride, componentCount: componentCount,
                  means: means.baseAddress!, meanStride: columnCount,
                  logScales: logScales.baseAddress!, shape: shape)
                if isSpherical {
                  components.write(
                    factors: factors, factorStride: 1, into: &all, densityStride: stride)
                } else {
                  components.write(precisions: precisions, into: &all, densityStride: stride)
                }
              }
            }
            for n in 0..<stride { result[n] = all[k * stride + n] }
          }
          let plain = PlainLoops.scaledSquaredDistances(
            problem.rows, columnCount: columnCount, mean: Array(means[columns]),
            precisions: isSpherical
              ? Array(repeating: 1, count: columnCount) : Array(precisions[columns])
          ).map { logScales[k].addingProduct(isSpherical ? factors[k] : -0.5, $0) }
          #expect(densities == plain, "\(count) × \(columnCount)")
        }
      }
    }
  }

  @Test(
    "moments of 8 columns and more have the bits of the plain loop",
    arguments: columnCounts.filter { $0 >= 8 }, TileShape.allCases)
  func moments(columnCount: Int, shape: TileShape) {
    for count in [1, 2, 31, 128] {
      let problem = Problem(count: count, columnCount: columnCount)
      let plain = PlainLoops.centeredMoments(
        problem.rows, columnCount: columnCount, mean: problem.mean,
        responsibilities: problem.responsibilities)
      let mean =
        problem.mean
        + [Double](repeating: 0, count: paddedCount(columnCount) - columnCount)
      let triangle = PackedTriangle.count(columnCount)
      // What lies behind the triangle is read and must come back.
      let behind = [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5]
      let zeros = [Double](repeating: 0, count: columnCount)
      withSelectedRows(problem, count: count, columnCount: columnCount) { rows in
        var products = [Double](repeating: .nan, count: 8 * rows.stride)
        // Without room for differences, with, and with the rows themselves for it.
        var differences = [Double](repeating: .nan, count: paddedCount(columnCount) * rows.stride)
        for place in 0..<3 {
          var (first, second) = (zeros, [Double](repeating: 0, count: triangle) + behind)
          differences.withUnsafeMutableBufferPointer {
            let scratch = $0.baseAddress!
            if place == 2 { scratch.update(from: rows.blocks, count: $0.count) }
            let rows = SelectedRows(
              blocks: place == 2 ? UnsafePointer(scratch) : rows.blocks, stride: rows.stride,
              count: rows.count, weights: rows.weights)
            addMoments(
              rows, columnCount: columnCount, mean: mean, scratch: &products,
              differences: place == 0 ? nil : scratch, first: &first, second: &second, shape: shape)
          }
          #expect(first == plain.first, "\(count) × \(columnCount)")
          #expect(Array(second[..<triangle]) == plain.second, "\(count) × \(columnCount)")
          #expect(Array(second[triangle...]) == behind)
        }
        var (first, second) = (zeros, zeros)
        addDiagonalMoments(
          rows, columnCount: columnCount, mean: mean, first: &first, second: &second, shape: shape)
        #expect(first == plain.first)
        #expect(second == diagonalOf(plain.second, columnCount))
      }
    }
  }

  @Test(
    "diagonal moments of some components at a time have the bits of the plain loop",
    arguments: columnCounts.filter { $0 >= 8 }, TileShape.allCases)
  func diagonalMomentsTogether(columnCount: Int, shape: TileShape) {
    let (width, components, wanted) = (paddedCount(columnCount), 4, [0, 3, 1])
    for (count, rowsAtATime) in [(1, 64), (64, 64), (100, 64), (129, 64), (128, 16), (256, 64)] {
      let problem = Problem(count: count, columnCount: columnCount)
      let stride = paddedCount(count)
      var blocks = [Double](repeating: .nan, count: width * stride)
      blockRows(problem.rows, count: count, columnCount: columnCount, stride: stride, into: &blocks)
      // Another mean and other responsibilities for each component.
      let means = (0..<components).map { k in problem.mean.map { $0 * (1 + 1e-7 * Double(k)) } }
      let shares = (0..<components).map { k in
        problem.responsibilities.map { $0 / Double(1 + k) }
      }
      var sums = [Double](repeating: .nan, count: 2 * components * width)
      writeDiagonalMoments(
        blocks, count: count, columnCount: columnCount, stride: stride,
        responsibilities: shares.flatMap { $0 }, responsibilityStride: count, components: wanted,
        means: means.flatMap { $0 + [Double](repeating: 0, count: width - columnCount) },
        rowsAtATime: rowsAtATime, into: &sums, shape: shape)
      for k in wanted {
        let plain = PlainLoops.centeredMoments(
          problem.rows, columnCount: columnCount, mean: means[k], responsibilities: shares[k])
        let own = sums[2 * k * width..<2 * (k + 1) * width]
        #expect(Array(own.prefix(columnCount)) == plain.first)
        #expect(
          Array(own.dropFirst(width).prefix(columnCount)) == diagonalOf(plain.second, columnCount))
      }
      let untouched = sums[4 * width..<6 * width].allSatisfy { $0.isNaN }
      #expect(untouched)
    }
  }

  @Test("rows are selected by their responsibility, all of them without a copy")
  func selectedRows() {
    var problem = Problem(count: 100, columnCount: 9)
    withSelectedRows(problem, count: 100, columnCount: 9) { rows in
      let selected = (0..<100).filter { problem.responsibilities[$0] != 0 }
      #expect(rows.count == selected.count)
      for (place, n) in selected.enumerated() {
        #expect(rows.weights[place] == problem.responsibilities[n])
        #expect(rows.blocks[8 * place] == problem.rows[9 * n])
        #expect(rows.blocks[8 * rows.stride + 8 * place] == problem.rows[9 * n + 8])
      }
    }
    problem.responsibilities = Array(repeating: 1, count: 100)
    withSelectedRows(problem, count: 100, columnCount: 9) { #expect($0.count == 100) }
  }

  @Test("moments with rows in lanes have the bits of the plain loop in eight lanes")
  func laneMoments() {
    for columnCount in 1..<50 {
      for count in [1, 8, 31, 32, 100, 256] {
        let problem = Problem(count: count, columnCount: columnCount)
        let plain = PlainLoops.centeredMoments(
          problem.rows, columnCount: columnCount, mean: problem.mean,
          responsibilities: problem.responsibilities, lanes: 8)
        let stride = (count + 31) & ~31
        let padding = [Double](repeating: 0, count: paddedCount(count) - count)
        let responsibilities = problem.responsibilities + padding
        var columns = [Double](repeating: .nan, count: columnCount * stride)
        transposeTile(
          problem.rows, count: count, columnCount: columnCount, stride: stride, into: &columns)

        /// What `add` adds to zeros.
        func expect(
          _ second: [Double], from add: (inout [Double], inout [Double]) -> Void
        ) {
          var sums = [Double](repeating: 0, count: columnCount)
          var products = [Double](repeating: 0, count: second.count)
          add(&sums, &products)
          #expect(sums == plain.first, "\(count) × \(columnCount)")
          #expect(products == second, "\(count) × \(columnCount)")
        }
        for shape in TileShape.allCases {
          expect(diagonalOf(plain.second, columnCount)) {
            addSmallMoments(
              columns, columnCount: columnCount, count: count, responsibilities: responsibilities,
              mean: problem.mean, first: &$0, second: &$1, diagonal: true, shape: shape)
          }
        }
        if columnCount < 3 {
          expect(plain.second) {
            addSmallMoments(
              columns, columnCount: columnCount, count: count, responsibilities: responsibilities,
              mean: problem.mean, first: &$0, second: &$1, diagonal: false)
          }
          continue
        }
        var scratch = [Double](repeating: .nan, count: 4 * paddedCount(count) + 160)
        for shape in TileShape.allCases {
          expect(plain.second) {
            addLaneMoments(
              columns, columnCount: columnCount, count: count, responsibilities: responsibilities,
              mean: problem.mean, scratch: &scratch, first: &$0, second: &$1, shape: shape)
          }
        }
      }
    }
  }

  private func withSelectedRows(
    _ problem: Problem, count: Int, columnCount: Int, _ body: (SelectedRows) -> Void
  ) {
    let stride = paddedCount(count)
    var blocks = [Double](repeating: .nan, count: paddedCount(columnCount) * stride)
    var scratch = blocks
    var weights = [Double](repeating: .nan, count: stride)
    blockRows(problem.rows, count: count, columnCount: columnCount, stride: stride, into: &blocks)
    let responsibilities =
      problem.responsibilities + [Double](repeating: 0, count: stride - count)
    blocks.withUnsafeBufferPointer { blocks in
      responsibilities.withUnsafeBufferPointer { responsibilities in
        scratch.withUnsafeMutableBufferPointer { scratch in
          weights.withUnsafeMutableBufferPointer { weights in
            body(
              selectRows(
                blocks.baseAddress!, count: count, columnCount: columnCount, stride: stride,
                responsibilities: responsibilities.baseAddress!, scratch: scratch.baseAddress!,
                weights: weights.baseAddress!))
          }
        }
      }
    }
  }

  private func diagonalOf(_ triangle: [Double], _ columnCount: Int) -> [Double] {
    (0..<columnCount).map { triangle[PackedTriangle.row($0) + $0] }
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
