import Kernels
import Testing
import _TestSupport

@Suite("Screened log densities")
struct ScreenedLogDensityTests {
  /// Rows of some components with covariances of their own.
  private struct Problem {
    let rows: [Double]
    let count: Int
    let columnCount: Int
    let means: [Double]
    let inverses: [[Double]]
    let logScales: [Double]

    /// - Parameters:
    ///   - separation: of two means, in standard deviations or so.
    ///   - isHostile: whether the columns are of scales from 1e-8 to 1e8, far from the origin, some
    ///     rows far from everything, and a component empty.
    init(
      count: Int, columnCount: Int, componentCount: Int, separation: Double, isHostile: Bool
    ) {
      var generator = SeededGenerator(seed: UInt64(1000 * count + columnCount))
      let scales = (0..<columnCount).map { isHostile ? [1, 1e-8, 1e8, 3][$0 % 4] : 1 }
      let offset = isHostile ? 1e6 : 0
      let spread = separation / Double(2 * columnCount).squareRoot()
      self.count = count
      self.columnCount = columnCount
      means = (0..<componentCount).flatMap { _ in
        scales.map { $0 * (offset + spread * generator.normal()) }
      }
      inverses = (0..<componentCount).map { _ in
        let size = 0.5 + generator.uniform()
        return (0..<columnCount).flatMap { i in
          (0...i).map { j in (i == j ? 1 : 0.05 * generator.normal()) * size / scales[j] }
        }
      }
      logScales = (0..<componentCount).map { k in
        isHostile && k == 1 ? -.infinity : 3 * generator.normal()
      }
      let centers = means
      rows = (0..<count).flatMap { n in
        let k = Int(generator.uniform() * Double(componentCount))
        let noise: Double = isHostile && n % 7 == 3 ? [1e3, 1e120][n % 2] : 1
        return (0..<columnCount).map {
          centers[k * columnCount + $0] + noise * scales[$0] * generator.normal()
        }
      }
    }

    var componentCount: Int { logScales.count }
    var stride: Int { (count + 31) & ~31 }

    /// As the E-step has them: all, and those that screening leaves.
    func densities(shape: TileShape, directed: Bool) -> (all: [Double], screened: [Double]) {
      var columns = [Double](repeating: .nan, count: columnCount * stride)
      transposeTile(rows, count: count, columnCount: columnCount, stride: stride, into: &columns)
      var all = [Double](repeating: .nan, count: componentCount * stride)
      var screened = all
      var scratch = [Double](
        repeating: .nan,
        count: ScreenedLogDensities.scratchCount(columnCount: columnCount, stride: stride))
      let panels = inverses.map { triangularPanels($0, order: columnCount) }
      for k in 0..<componentCount {
        all.withUnsafeMutableBufferPointer {
          writeLogDensities(
            columns, columnCount: columnCount, stride: stride,
            mean: Array(means[k * columnCount..<(k + 1) * columnCount]), panels: panels[k],
            logScale: logScales[k], differences: &scratch, into: $0.baseAddress! + k * stride,
            shape: shape)
        }
      }
      // A poor guess may cost time, but not a bit.
      let leadingLogScales = logScales.map { $0 == -.infinity ? $0 : 0 }
      means.withUnsafeBufferPointer { means in
        panels.flatMap { $0 }.withUnsafeBufferPointer { flat in
          logScales.withUnsafeBufferPointer { logScales in
            leadingLogScales.withUnsafeBufferPointer { leadingLogScales in
              let components = FullComponents(
                count: componentCount, means: means.baseAddress!, meanStride: columnCount,
                panels: flat.baseAddress!, panelStride: panels[0].count,
                logScales: logScales.baseAddress!, leadingLogScales: leadingLogScales.baseAddress!)
              ScreenedLogDensities(
                rows, count: count, columns: columns, columnCount: columnCount, stride: stride,
                components: components,
                directions: directed
                  ? SeparatingDirections(components, columnCount: columnCount) : nil,
                scratch: &scratch, shape: shape
              ).write(into: &screened, densityStride: stride)
            }
          }
        }
      }
      return (all, screened)
    }

    /// The responsibilities of all rows and the sum of their log densities.
    func normalized(_ logJoint: [Double]) -> [Double] {
      var result = logJoint
      let total = normalizeLogJoint(
        &result, componentCount: componentCount, stride: stride, count: count, weights: nil,
        floor: negligibleLogRatio)
      let responsibilities = (0..<componentCount).flatMap { k in
        result[k * stride..<k * stride + count]
      }
      return responsibilities + [total]
    }

    /// How many densities of rows differ: those that were not computed to the end.
    func differing(_ a: [Double], _ b: [Double]) -> Int {
      (0..<componentCount).reduce(0) { sum, k in
        sum + (k * stride..<k * stride + count).count { a[$0] != b[$0] }
      }
    }
  }

  @Test(
    "responsibilities have the bits of those from all densities",
    arguments: [32, 33, 40, 47, 64, 70, 100], TileShape.allCases)
  func sameBits(columnCount: Int, shape: TileShape) {
    for (count, componentCount) in [(1, 2), (31, 3), (128, 9), (300, 17), (512, 32)] {
      for separation in [3, 10, 14, 25, 300] as [Double] {
        for isHostile in [false, true] {
          let problem = Problem(
            count: count, columnCount: columnCount, componentCount: componentCount,
            separation: separation, isHostile: isHostile)
          for directed in [false, true] {
            let (all, screened) = problem.densities(shape: shape, directed: directed)
            let same = zip(problem.normalized(all), problem.normalized(screened)).allSatisfy {
              $0.bitPattern == $1.bitPattern
            }
            #expect(
              same, "\(count), \(componentCount), \(separation), \(isHostile), \(directed)")
          }
        }
      }
    }
  }

  @Test("most densities of separated components are not computed, those of overlapping ones all")
  func work() {
    for shape in TileShape.allCases {
      func share(separation: Double, directed: Bool) -> Double {
        let problem = Problem(
          count: 512, columnCount: 64, componentCount: 32, separation: separation,
          isHostile: false)
        let (all, screened) = problem.densities(shape: shape, directed: directed)
        return Double(problem.differing(all, screened)) / Double(512 * 32)
      }
      #expect(share(separation: 3, directed: true) == 0)
      // The distances grow with the unlike sizes of the covariances here. Directions exclude at
      // moderate separation what leading columns alone do not.
      #expect(share(separation: 100, directed: false) > 0.9)
      #expect(share(separation: 20, directed: true) > 0.8)
    }
  }
}
