/// First and second moments of every column about the mean, lanes along columns.
///
/// Adds sum of w r (x_j - mu_j) to `first` and sum of w r (x_j - mu_j)² to `second`, each summed over
/// the rows in order from zero. Four operations a value - subtract, multiply, add, multiply-add -
/// and one load; the sums of up to 32 columns stay in 8 registers.
///
/// - Parameters:
///   - rows: padded rows (`padRows`).
///   - indices: the numbers of the `count` rows to add.
///   - responsibilities: w r by row number.
///   - mean: padded with zeros to whole vectors.
///   - first, second: `columnCount` sums each.
public func addDiagonalMoments(
  _ rows: UnsafePointer<Double>, indices: UnsafePointer<Int>, count: Int, columnCount: Int,
  responsibilities: UnsafePointer<Double>, mean: UnsafePointer<Double>,
  first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>
) {
  let width = paddedCount(columnCount)
  var j = 0
  while j + 32 <= width {
    var a = ColumnMoments(mean + j), b = ColumnMoments(mean + j + 8)
    var c = ColumnMoments(mean + j + 16), d = ColumnMoments(mean + j + 24)
    for index in 0..<count {
      let n = indices[index]
      let weight = Vector8(repeating: responsibilities[n])
      let row = rows + n * width + j
      a.add(row, weight)
      b.add(row + 8, weight)
      c.add(row + 16, weight)
      d.add(row + 24, weight)
    }
    a.write(first + j, second + j, columns: columnCount - j)
    b.write(first + j + 8, second + j + 8, columns: columnCount - j - 8)
    c.write(first + j + 16, second + j + 16, columns: columnCount - j - 16)
    d.write(first + j + 24, second + j + 24, columns: columnCount - j - 24)
    j += 32
  }
  while j < width {
    var a = ColumnMoments(mean + j)
    for index in 0..<count {
      let n = indices[index]
      a.add(rows + n * width + j, Vector8(repeating: responsibilities[n]))
    }
    a.write(first + j, second + j, columns: columnCount - j)
    j += 8
  }
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
