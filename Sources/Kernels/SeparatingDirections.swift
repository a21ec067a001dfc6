/// For every pair of components, the direction in which rows near the one are far from the other.
///
/// The squared distance |L^-1 (x - mu)|² from a component is at least (v' L^-1 (x - mu))² for any v of
/// length 1 (Cauchy and Schwarz): D multiply-adds in place of D (D + 1) / 2. For rows near another
/// component with mean m, v along L^-1 (m - mu) has nearly all that their distance owes to that
/// between the means. It is taken in the trailing rows of L^-1 only, so that the square adds to the
/// part of the leading ones.
///
/// The rounding errors are others than those of `writeLogDensities`, a few D 2^-53 cond(L) of the
/// square; even a covariance that barely has a Cholesky factor has a cond(L), with its columns scaled,
/// of about 2^26 only. So `part` of the square is sure to be no more than the distance as computed.
/// For a row that lies far from m, on the side of mu, the two terms of v' L^-1 (m - mu) + v' L^-1 (x -
/// m) cancel, and their errors stay: `slack` of the first is taken off before squaring.
public struct SeparatingDirections: Sendable {
  static let part = 1 - 0x1p-10
  static let slack = 0x1p-10

  let componentCount: Int
  let columnCount: Int
  /// For the component that rows are near to, and eight others at a time: |v' L^-1 (m - mu)|, then for
  /// each column the factor of x - m, in eight lanes.
  let numbers: [Double]

  /// Nil where looking up the directions would take about as long as the densities, or more than 16
  /// MB.
  public init?(_ components: FullComponents, columnCount: Int) {
    let blocks = paddedCount(components.count) / 8
    let size = 8 * components.count * blocks * (columnCount + 1)
    guard components.count <= 2 * columnCount, size <= 1 << 21 else { return nil }
    componentCount = components.count
    self.columnCount = columnCount
    numbers = [Double](unsafeUninitializedCapacity: size) { numbers, count in
      numbers.initialize(repeating: 0)
      count = size
      Construction(components, columnCount: columnCount).write(to: numbers.baseAddress!)
    }
  }

  /// Where the numbers of eight components from `8 * block` on begin, for rows near component `k`.
  @inline(__always)
  static func place(_ k: Int, block: Int, componentCount: Int, columnCount: Int) -> Int {
    (k * (paddedCount(componentCount) / 8) + block) * (columnCount + 1) * 8
  }
}

/// All means as rows of a tile.
private struct Construction {
  let components: FullComponents
  let columnCount: Int
  let leading: Int
  /// The means with padding, a multiple of 32.
  let stride: Int
  /// The means, transposed.
  let columns: [Double]

  init(_ components: FullComponents, columnCount: Int) {
    self.components = components
    self.columnCount = columnCount
    leading = ScreenedLogDensities.leadingColumns(of: columnCount)
    let stride = (components.count + 31) & ~31
    self.stride = stride
    let means = (0..<components.count).flatMap { k in
      (0..<columnCount).map { components.means[k * components.meanStride + $0] }
    }
    columns = [Double](unsafeUninitializedCapacity: columnCount * stride) { columns, count in
      transposeTile(
        means, count: components.count, columnCount: columnCount, stride: stride,
        into: columns.baseAddress!)
      count = columnCount * stride
    }
  }

  func write(to numbers: UnsafeMutablePointer<Double>) {
    let sizes = [32 * columnCount, (columnCount + 3) * stride + 96, 32]
    withUnsafeTemporaryAllocation(of: Double.self, capacity: sizes.reduce(0, +)) { scratch in
      let differences = scratch.baseAddress!
      let whitened = differences + sizes[0]
      let sums = whitened + sizes[1]
      for k in 0..<components.count {
        whitenTile(
          columns, columnCount: columnCount, stride: stride,
          mean: components.means + k * components.meanStride,
          panels: components.panels + k * components.panelStride, differences: differences,
          into: whitened)
        for first in Swift.stride(from: 0, to: components.count, by: 32) {
          let group = whitened + first * columnCount
          normalize(group, lengths: sums)
          write(sums, of: k, from: first, slot: 0, to: numbers)
          for j in 0..<columnCount {
            writeFactors(of: k, column: j, group, to: sums)
            write(sums, of: k, from: first, slot: 1 + j, to: numbers)
          }
        }
      }
    }
  }

  /// Makes the trailing part of 32 vectors one of length 1, or 0, and writes the lengths.
  private func normalize(
    _ group: UnsafeMutablePointer<Double>, lengths: UnsafeMutablePointer<Double>
  ) {
    for n in Swift.stride(from: 0, to: 32, by: 8) {
      var sum = Vector8.zero
      for i in leading..<columnCount { sum.addSquare(Vector8(loading: group + 32 * i + n)) }
      let length = sum.squareRoot()
      let inverse = (Vector8(repeating: 1) / length).replacing(with: 0, where: length .== 0)
      for i in leading..<columnCount {
        let place = group + 32 * i + n
        (Vector8(loading: place) * inverse).store(to: place)
      }
      length.store(to: lengths + n)
    }
  }

  /// v' L^-1 of one column, for 32 v.
  private func writeFactors(
    of k: Int, column j: Int, _ group: UnsafePointer<Double>, to sums: UnsafeMutablePointer<Double>
  ) {
    let panels = components.panels + k * components.panelStride
    var sum = FourVectors.zero
    for i in max(j, leading)..<columnCount {
      let panel = i / 4
      let entry = panels[8 * panel * (panel + 1) + 4 * j + i % 4]
      sum.addProduct(entry, FourVectors(loading: group + 32 * i))
    }
    sum.store(to: sums)
  }

  /// Writes what component `k` contributes for rows near each of 32 others from `first` on.
  private func write(
    _ sums: UnsafePointer<Double>, of k: Int, from first: Int, slot: Int,
    to numbers: UnsafeMutablePointer<Double>
  ) {
    for near in first..<min(first + 32, components.count) {
      let place = SeparatingDirections.place(
        near, block: k / 8, componentCount: components.count, columnCount: columnCount)
      numbers[place + 8 * slot + k % 8] = sums[near - first]
    }
  }
}
