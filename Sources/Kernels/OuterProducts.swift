/// First and second moments of a component about its mean, for 8 columns or more: lanes along
/// columns.
///
/// Adds sum of w r (x - mu) to `first` and sum of w r (x - mu)(x - mu)' to a packed lower triangle,
/// each entry the sum over the rows in order, begun at zero; those of the triangle are fused. Per
/// row and eight rows of the triangle: w r (x - mu) of these eight once, then (D/8 + 1)/2 blocks of
/// 8 × 8 on average, all of them on or below the diagonal.
///
/// - Parameters:
///   - columnCount: at least 8.
///   - mean: padded with zeros to whole vectors.
///   - room: for 8 × `rows.stride` numbers.
///   - triangle: packed lower triangle; the 7 numbers behind it are read and rewritten unchanged.
public func addMoments(
  _ rows: SelectedRows, columnCount: Int, mean: UnsafePointer<Double>,
  room: UnsafeMutablePointer<Double>, first: UnsafeMutablePointer<Double>,
  second triangle: UnsafeMutablePointer<Double>, shape: TileShape = .native
) {
  for i in stride(from: 0, to: columnCount, by: 8) {
    let center = Vector8(loading: mean + i)
    let sum = writeProducts(
      rows, block: rows.blocks + i * rows.stride, center: center, into: room)
    for lane in 0..<min(8, columnCount - i) { first[i + lane] += sum[lane] }
    let products = OuterProducts(
      rows: rows, first: i, columnCount: columnCount, mean: mean, products: room,
      triangle: triangle)
    switch shape {
    case .small: products.addInFours()
    case .large: products.addInPairs()
    }
  }
}

/// Writes w r (x - mu) of a block of eight columns; returns their sum.
///
/// The products of all columns at once would be read back from the second-level cache.
@inline(__always)
private func writeProducts(
  _ rows: SelectedRows, block: UnsafePointer<Double>, center: Vector8,
  into products: UnsafeMutablePointer<Double>
) -> Vector8 {
  var sum = Vector8.zero
  for n in 0..<rows.count {
    let difference = Vector8(loading: block + 8 * n) - center
    let product = Vector8(repeating: rows.weights[n]) * difference
    product.store(to: products + 8 * n)
    sum += product
  }
  return sum
}

/// Eight rows of the triangle, from number `first` on.
private struct OuterProducts {
  let rows: SelectedRows
  let first: Int
  let columnCount: Int
  let mean: UnsafePointer<Double>
  /// w r (x - mu) of the eight columns `first`...
  let products: UnsafePointer<Double>
  let triangle: UnsafeMutablePointer<Double>

  /// Blocks of 4 × 8, which are 8 accumulators of AVX2; 4 broadcasts, 2 loads and 2 subtractions
  /// for 8 multiply-adds.
  @inline(__always)
  func addInFours() {
    for half in stride(from: 0, to: 8, by: 4) {
      for j in stride(from: 0, to: first, by: 8) {
        let center = Vector8(loading: mean + j)
        let x = rows.blocks + j * rows.stride
        var sums = FourSums<Vector8>()
        for n in 0..<rows.count {
          sums.add(products + 8 * n + half, Vector8(loading: x + 8 * n) - center)
        }
        add(sums, to: first + half, column: j, isDiagonal: false)
      }
    }
    addDiagonal()
  }

  /// The block on the diagonal.
  @inline(__always)
  private func addDiagonal() {
    let center = Vector8(loading: mean + first)
    let x = rows.blocks + first * rows.stride
    var sums = DiagonalSums()
    for n in 0..<rows.count {
      sums.add(products + 8 * n, Vector8(loading: x + 8 * n) - center)
    }
    add(sums)
  }

  /// Blocks of 8 × 16, which are 16 accumulators of AVX-512; 8 broadcasts, 2 loads and 2
  /// subtractions for 16 multiply-adds.
  @inline(__always)
  func addInPairs() {
    for j in stride(from: 0, to: first & ~15, by: 16) {
      addPair(j, EightSums()) { add($0, column: j + 8) }
    }
    if first % 16 == 0 { addDiagonal() } else { addPair(first - 8, DiagonalSums()) { add($0) } }
  }

  /// Eight columns from `j` on, and the eight next to them.
  @inline(__always)
  private func addPair<Sums: BlockSums>(_ j: Int, _ sums: Sums, _ addRight: (Sums) -> Void) {
    let (leftCenter, rightCenter) = (Vector8(loading: mean + j), Vector8(loading: mean + j + 8))
    let x = rows.blocks + j * rows.stride
    let step = 8 * rows.stride
    var (left, right) = (EightSums(), sums)
    for n in 0..<rows.count {
      left.add(products + 8 * n, Vector8(loading: x + 8 * n) - leftCenter)
      right.add(products + 8 * n, Vector8(loading: x + step + 8 * n) - rightCenter)
    }
    add(left, column: j)
    addRight(right)
  }

  @inline(__always)
  private func add(_ sums: EightSums, column: Int) {
    add(sums.upper, to: first, column: column, isDiagonal: false)
    add(sums.lower, to: first + 4, column: column, isDiagonal: false)
  }

  @inline(__always)
  private func add(_ sums: DiagonalSums) {
    add(FourSums(lowHalves: sums.upper), to: first, column: first, isDiagonal: true)
    add(sums.lower, to: first + 4, column: first, isDiagonal: true)
  }

  /// Adds to four rows of the triangle from number `i` on, eight columns each.
  @inline(__always)
  private func add(_ sums: FourSums<Vector8>, to i: Int, column: Int, isDiagonal: Bool) {
    var target = triangle + PackedTriangle.row(i) + column
    add(sums.a, to: &target, i, column, isDiagonal)
    add(sums.b, to: &target, i + 1, column, isDiagonal)
    add(sums.c, to: &target, i + 2, column, isDiagonal)
    add(sums.d, to: &target, i + 3, column, isDiagonal)
  }

  /// Adds the lanes that lie on or below the diagonal; the others, already the next row's, get 0.
  ///
  /// The lanes' numbers are float64 because Swift compares vectors of integers lane by lane.
  @inline(__always)
  private func add(
    _ sums: Vector8, to target: inout UnsafeMutablePointer<Double>, _ i: Int, _ column: Int,
    _ isDiagonal: Bool
  ) {
    guard i < columnCount else { return }
    let lanes = Vector8(0, 1, 2, 3, 4, 5, 6, 7)
    let masked = isDiagonal ? sums.replacing(with: 0, where: lanes .> Double(i - column)) : sums
    (Vector8(loading: target) + masked).store(to: target)
    target += i + 1
  }
}

/// The sums of a block of the triangle.
private protocol BlockSums {
  mutating func add(_ products: UnsafePointer<Double>, _ differences: Vector8)
}

/// An 8 × 8 block below the diagonal: eight rows, each a vector of columns.
private struct EightSums: BlockSums {
  var upper = FourSums<Vector8>()
  var lower = FourSums<Vector8>()

  @inline(__always)
  mutating func add(_ products: UnsafePointer<Double>, _ differences: Vector8) {
    upper.add(products, differences)
    lower.add(products + 4, differences)
  }
}

/// A block on the diagonal. Of its upper four rows, only the first half lies below it.
private struct DiagonalSums: BlockSums {
  var upper = FourSums<SIMD4<Double>>()
  var lower = FourSums<Vector8>()

  @inline(__always)
  mutating func add(_ products: UnsafePointer<Double>, _ differences: Vector8) {
    upper.add(products, differences.lowHalf)
    lower.add(products + 4, differences)
  }
}

extension FourSums<Vector8> {
  @inline(__always)
  fileprivate init(lowHalves: FourSums<SIMD4<Double>>) {
    a = Vector8(lowHalf: lowHalves.a, highHalf: .zero)
    b = Vector8(lowHalf: lowHalves.b, highHalf: .zero)
    c = Vector8(lowHalf: lowHalves.c, highHalf: .zero)
    d = Vector8(lowHalf: lowHalves.d, highHalf: .zero)
  }
}
