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
///   - scratch: for 8 × `rows.stride` numbers.
///   - differences: scratch as large as the blocks of `rows`, or these blocks themselves, for kernels that
///     keep x - mu; nil: it is taken anew wherever it is needed.
///   - triangle: packed lower triangle; the 7 numbers behind it are read and rewritten unchanged.
public func addMoments(
  _ rows: SelectedRows, columnCount: Int, mean: UnsafePointer<Double>,
  scratch: UnsafeMutablePointer<Double>, differences: UnsafeMutablePointer<Double>? = nil,
  first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>,
  shape: TileShape = .native
) {
  let triangle = MomentTriangle(numbers: second, columnCount: columnCount)
  if let differences, KernelTable.packsAhead(shape, columnCount: columnCount) {
    return AheadMoments(
      rows: rows, mean: mean, differences: differences, products: scratch, first: first,
      triangle: triangle
    ).add()
  }
  for i in stride(from: 0, to: columnCount, by: 8) {
    let center = Vector8(loading: mean + i)
    let sum = writeProducts(
      rows, block: rows.blocks + i * rows.stride, center: center, into: scratch)
    sum.add(to: first + i, columns: columnCount - i)
    let products = OuterProducts(
      rows: rows, first: i, mean: mean, products: scratch, triangle: triangle)
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
  let mean: UnsafePointer<Double>
  /// w r (x - mu) of the eight columns `first`...
  let products: UnsafePointer<Double>
  let triangle: MomentTriangle

  /// Blocks of 4 × 8, which are 8 accumulators of AVX2; 4 broadcasts, 2 loads and 2 subtractions
  /// for 8 multiply-adds.
  @inline(never)
  func addInFours() {
    for half in stride(from: 0, to: 8, by: 4) {
      for j in stride(from: 0, to: first, by: 8) {
        let center = Vector8(loading: mean + j)
        let x = rows.blocks + j * rows.stride
        var sums = FourSums<Vector8>()
        for n in 0..<rows.count {
          sums.add(products + 8 * n + half, Vector8(loading: x + 8 * n) - center)
        }
        triangle.add(sums, row: first + half, column: j)
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
    triangle.add(sums, diagonal: first)
  }

  /// Blocks of 8 × 16, which are 16 accumulators of AVX-512; 8 broadcasts, 2 loads and 2
  /// subtractions for 16 multiply-adds.
  @inline(never)
  func addInPairs() {
    for j in stride(from: 0, to: first & ~15, by: 16) { addPair(j) }
    if first % 16 == 0 { addDiagonal() } else { addDiagonalPair() }
  }

  /// Eight columns from `j` on, and the eight next to them.
  @inline(__always)
  private func addPair(_ j: Int) {
    let step = 8 * rows.stride
    let center = TwoVectors(loading: mean + j, step: 8)
    let x = rows.blocks + j * rows.stride
    var sums = EightSums<TwoVectors>()
    for n in 0..<rows.count {
      sums.add(products + 8 * n, TwoVectors(loading: x + 8 * n, step: step) - center)
    }
    triangle.add(sums, row: first, column: j)
  }

  /// The block on the diagonal, and the one left of it.
  @inline(__always)
  private func addDiagonalPair() {
    let (leftCenter, center) = (Vector8(loading: mean + first - 8), Vector8(loading: mean + first))
    let x = rows.blocks + first * rows.stride
    let left = x - 8 * rows.stride
    var (leftSums, sums) = (EightSums<Vector8>(), DiagonalSums())
    for n in 0..<rows.count {
      leftSums.add(products + 8 * n, Vector8(loading: left + 8 * n) - leftCenter)
      sums.add(products + 8 * n, Vector8(loading: x + 8 * n) - center)
    }
    triangle.add(leftSums, row: first, column: first - 8)
    triangle.add(sums, diagonal: first)
  }
}
