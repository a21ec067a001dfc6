// Prints a digest of what every kernel computes, over sizes and remainders: builds for different
// processors must print the same lines. Compiled as embedded Swift by kernel-bits.sh.

import Kernels

@main
enum KernelBits {
  static func main() {
    elementary()
    for columns in [1, 2, 3, 7, 8, 13, 16, 33, 40, 64] {
      for shape in [TileShape.small, .large] { Problem(columns: columns).printDigests(shape) }
    }
  }

  /// exp, log, random and normal numbers, exact sums.
  private static func elementary() {
    var (exps, logs, normals) = (Digest(), Digest(), Digest())
    let random = RandomRow(Philox(seed: 1), purpose: 2, row: 3)
    let sums = ExactSums(count: 1, additions: 10_000)
    for i in 0..<10_000 {
      let normal = random.normal(i)
      normals.add(normal)
      exps.add(Portable.exp(100 * normal))
      logs.add(Portable.log(abs(normal)))
      _ = withUnsafePointer(to: normal) { sums.add($0) }
    }
    normals.add(sums.totals)
    print("exp " + exps.text + ", log " + logs.text + ", random normal " + normals.text)
  }
}

/// FNV-1a of the bits of numbers.
struct Digest {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ number: Double) {
    state = (state ^ number.bitPattern) &* 0x100_0000_01b3
  }

  mutating func add(_ numbers: [Double]) { for number in numbers { add(number) } }

  var text: String { String(state, radix: 16) }
}

/// 250 rows of some columns, far from the origin, and five components.
struct Problem {
  static let count = 250
  static let componentCount = 5
  let columns: Int
  let rows: [Double]
  let means: [Double]
  let meanStride: Int
  let packed: [[Double]]
  let inverses: [[Double]]

  init(columns: Int) {
    self.columns = columns
    let random = RandomRow(Philox(seed: UInt64(columns)), purpose: 1, row: 0)
    rows = (0..<Problem.count * columns).map { 1e3 + random.normal($0) }
    meanStride = paddedCount(columns)
    let stride = meanStride
    means = (0..<Problem.componentCount * stride).map { i in
      i % stride < columns ? 1e3 + random.normal(-1 - i) : 0
    }
    // Of a random lower triangle with a heavy diagonal, its product with its transpose.
    packed = (0..<Problem.componentCount).map { k in
      let lower = (0..<PackedTriangle.count(columns)).map { random.normal(100_000 * (k + 1) + $0) }
      var product: [Double] = []
      for i in 0..<columns {
        for j in 0...i {
          var sum = i == j ? 1.0 : 0
          for m in 0...j {
            sum.addProduct(
              lower[PackedTriangle.row(i) + m], lower[PackedTriangle.row(j) + m])
          }
          product.append(sum)
        }
      }
      return product
    }
    inverses = packed.map { CholeskyFactor($0[...], order: columns)!.inverse }
  }

  func printDigests(_ shape: TileShape) {
    let (count, k) = (Problem.count, Problem.componentCount)
    let stride = 256
    var factors = Digest()
    for inverse in inverses { factors.add(inverse) }

    var transposed = [Double](repeating: 0, count: columns * stride)
    transposeTile(rows, count: count, columnCount: columns, stride: stride, into: &transposed)
    var (full, square) = (zeros(k * stride), zeros(k * stride))
    var differences = zeros(32 * columns)
    let scales = zeros(k)
    for i in 0..<k {
      let panels = triangularPanels(inverses[i], order: columns)
      full.withUnsafeMutableBufferPointer { densities in
        means.withUnsafeBufferPointer { means in
          writeLogDensities(
            transposed, columnCount: columns, stride: stride,
            mean: means.baseAddress! + i * meanStride, panels: panels, logScale: -1,
            differences: &differences, into: densities.baseAddress! + i * stride, shape: shape)
        }
      }
    }
    transposed.withUnsafeBufferPointer { transposed in
      means.withUnsafeBufferPointer { means in
        scales.withUnsafeBufferPointer { scales in
          SquareLogDensities(
            transposed.baseAddress!, columnCount: columns, stride: stride, componentCount: k,
            means: means.baseAddress!, meanStride: meanStride, logScales: scales.baseAddress!,
            shape: shape
          ).write(factors: [-0.5], factorStride: 0, into: &square, densityStride: stride)
        }
      }
    }

    var (densities, likelihoods, moments) = (Digest(), Digest(), Digest())
    densities.add(full)
    densities.add(square)
    for isFull in [true, false] {
      var responsibilities = isFull ? full : square
      likelihoods.add(
        normalizeLogJoint(
          &responsibilities, componentCount: k, stride: stride, count: count, weights: nil))
      likelihoods.add(responsibilities)
      for i in 0..<k {
        moments.add(
          self.moments(
            of: i, transposed, Array(responsibilities[i * stride..<(i + 1) * stride]), shape))
      }
    }
    densities.add(studentDensities(square))
    print(
      String(columns) + " columns: L^-1 " + factors.text + ", log densities " + densities.text
        + ", responsibilities " + likelihoods.text + ", moments " + moments.text)
  }

  /// Log densities of Student's t, their weights, and what these sum up to.
  private func studentDensities(_ squares: [Double]) -> [Double] {
    var (densities, weights, terms) = (squares, squares, squares)
    let count = squares.count
    StudentDensities(logScale: -1, degreesOfFreedom: 3.5, columnCount: columns)
      .write(&densities, count: count, weights: &weights, logTerms: &terms)
    let sums = weigh(&weights, count: count, by: terms, logTerms: terms)
    return densities + weights + terms + [sums.weight, sums.logTerm]
  }

  /// First and second moments, by every kernel that takes so many columns.
  private func moments(
    of k: Int, _ transposed: [Double], _ responsibilities: [Double], _ shape: TileShape
  ) -> [Double] {
    let (count, stride) = (Problem.count, 256)
    let mean = Array(means[k * meanStride..<(k + 1) * meanStride])
    var sums: [Double] = []
    var (first, second) = (zeros(meanStride), zeros(PackedTriangle.count(columns)))
    if columns < 16 {
      addSmallMoments(
        transposed, columnCount: columns, count: count, responsibilities: responsibilities,
        mean: mean, first: &first, second: &second, diagonal: columns > 2, shape: shape)
      sums += first + second
    }
    if columns >= 3 {
      var scratch = zeros(4 * stride + 160)
      (first, second) = (zeros(meanStride), zeros(PackedTriangle.count(columns)))
      addLaneMoments(
        transposed, columnCount: columns, count: count, responsibilities: responsibilities,
        mean: mean, scratch: &scratch, first: &first, second: &second, shape: shape)
      sums += first + second
    }
    if columns >= 8 {
      var (blocks, scratch) = (zeros(meanStride * stride), zeros(8 * stride))
      blockRows(rows, count: count, columnCount: columns, stride: stride, into: &blocks)
      blocks.withUnsafeBufferPointer { blocks in
        responsibilities.withUnsafeBufferPointer { weights in
          let selected = SelectedRows(
            blocks: blocks.baseAddress!, stride: stride, count: count,
            weights: weights.baseAddress!)
          // The 7 numbers behind the triangle are read and written.
          (first, second) = (zeros(meanStride), zeros(PackedTriangle.count(columns) + 7))
          addMoments(
            selected, columnCount: columns, mean: mean, scratch: &scratch, first: &first,
            second: &second, shape: shape)
          sums += first + second
          (first, second) = (zeros(meanStride), zeros(meanStride))
          addDiagonalMoments(
            selected, columnCount: columns, mean: mean, first: &first, second: &second,
            shape: shape)
          sums += first + second
        }
      }
    }
    return sums
  }

  private func zeros(_ count: Int) -> [Double] { [Double](repeating: 0, count: count) }
}
