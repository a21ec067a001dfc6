/// First and second moments of every column about the mean, lanes along columns.
///
/// Adds sum of w r (x_j - mu_j) to `first` and sum of w r (x_j - mu_j)² to `second`, each summed over
/// the rows in order from zero. Four operations a value - subtract, multiply, add, multiply-add -
/// and one load. The sums of up to 32 columns are 8 registers of AVX-512, those of 16 are 8 of AVX2.
///
/// - Parameters:
///   - mean: padded with zeros to whole vectors.
///   - first, second: `columnCount` sums each.
public func addDiagonalMoments(
  _ rows: SelectedRows, columnCount: Int, mean: UnsafePointer<Double>,
  first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>,
  shape: TileShape = .native
) {
  var j = 0
  while shape == .large && j + 24 < columnCount {
    var a = ColumnMoments(mean + j)
    var b = ColumnMoments(mean + j + 8)
    var c = ColumnMoments(mean + j + 16)
    var d = ColumnMoments(mean + j + 24)
    let block = rows.blocks + j * rows.stride
    let step = 8 * rows.stride
    for n in 0..<rows.count {
      let weight = Vector8(repeating: rows.weights[n])
      let row = block + 8 * n
      a.add(row, weight)
      b.add(row + step, weight)
      c.add(row + 2 * step, weight)
      d.add(row + 3 * step, weight)
    }
    a.write(first + j, second + j, columns: 8)
    b.write(first + j + 8, second + j + 8, columns: 8)
    c.write(first + j + 16, second + j + 16, columns: 8)
    d.write(first + j + 24, second + j + 24, columns: columnCount - j - 24)
    j += 32
  }
  while j + 8 < columnCount {
    var a = ColumnMoments(mean + j)
    var b = ColumnMoments(mean + j + 8)
    let block = rows.blocks + j * rows.stride
    for n in 0..<rows.count {
      let weight = Vector8(repeating: rows.weights[n])
      a.add(block + 8 * n, weight)
      b.add(block + 8 * rows.stride + 8 * n, weight)
    }
    a.write(first + j, second + j, columns: 8)
    b.write(first + j + 8, second + j + 8, columns: columnCount - j - 8)
    j += 16
  }
  guard j < columnCount else { return }
  var a = ColumnMoments(mean + j)
  let block = rows.blocks + j * rows.stride
  for n in 0..<rows.count { a.add(block + 8 * n, Vector8(repeating: rows.weights[n])) }
  a.write(first + j, second + j, columns: columnCount - j)
}

/// The moments of eight columns.
private struct ColumnMoments {
  let mean: Vector8
  var first = Vector8.zero
  var second = Vector8.zero

  @inline(__always)
  init(_ mean: UnsafePointer<Double>) { self.mean = Vector8(loading: mean) }

  @inline(__always)
  mutating func add(_ row: UnsafePointer<Double>, _ weight: Vector8) {
    let difference = Vector8(loading: row) - mean
    let product = weight * difference
    first += product
    second.addProduct(product, difference)
  }

  /// Adds up to eight columns' sums.
  @inline(__always)
  func write(
    _ firstSums: UnsafeMutablePointer<Double>, _ secondSums: UnsafeMutablePointer<Double>,
    columns: Int
  ) {
    for lane in 0..<min(8, columns) {
      firstSums[lane] += first[lane]
      secondSums[lane] += second[lane]
    }
  }
}
