/// Rows in lanes: groups of 32 rows, in each of them column after column. Column j of row n lies at
/// `(n & ~31) * D + 32 * j + (n & 31)`.
///
/// The layout of the E-step's kernels. A group is one contiguous stream, whatever the size of the
/// tile; whole columns behind each other would fall into the same few sets of the first-level cache.

/// Transposes a tile's rows, padded with copies of its first row.
///
/// - Parameters:
///   - rows: `count` × `columnCount`, row-major, at least one row.
///   - stride: the rows with padding, a multiple of 32.
///   - columns: scratch for `columnCount` × `stride` numbers.
public func transposeTile(
  _ rows: UnsafePointer<Double>, count: Int, columnCount: Int, stride: Int,
  into columns: UnsafeMutablePointer<Double>
) {
  for start in Swift.stride(from: 0, to: stride, by: 32) {
    let group = columns + start * columnCount
    let source = rows + start * columnCount
    guard start + 32 <= count else {
      for j in 0..<columnCount {
        for n in 0..<32 {
          group[32 * j + n] = start + n < count ? source[n * columnCount + j] : rows[j]
        }
      }
      continue
    }
    switch columnCount {
    case 1: group.update(from: source, count: 32)
    case 2: transposePairs(source, into: group)
    case 3:
      for j in 0..<columnCount {
        for n in 0..<32 { group[32 * j + n] = source[n * columnCount + j] }
      }
    default: transposeBlocks(source, columnCount: columnCount, into: group)
    }
  }
}

/// 32 rows of two columns, which vectors can be shuffled into.
@inline(__always)
private func transposePairs(
  _ rows: UnsafePointer<Double>, into group: UnsafeMutablePointer<Double>
) {
  for n in stride(from: 0, to: 32, by: 8) {
    let low = Vector8(loading: rows + 2 * n)
    let high = Vector8(loading: rows + 2 * n + 8)
    Vector8(lowHalf: low.evenHalf, highHalf: high.evenHalf).store(to: group + n)
    Vector8(lowHalf: low.oddHalf, highHalf: high.oddHalf).store(to: group + 32 + n)
  }
}

/// 32 rows of four columns or more, in blocks of 4 × 4. Columns in the outer loop: 32 rows of memory
/// are then on their way at a time.
private func transposeBlocks(
  _ rows: UnsafePointer<Double>, columnCount: Int, into group: UnsafeMutablePointer<Double>
) {
  for j in stride(from: 0, to: columnCount, by: 4) {
    for n in stride(from: 0, to: 32, by: 4) {
      // The last four columns may overlap those before, which are then written twice.
      let first = min(j, columnCount - 4)
      transposeBlock(into: group + 32 * first + n) { rows + (n + $0) * columnCount + first }
    }
  }
}

/// Transposes some rows of four columns or more, at least one, into one group, padded with copies
/// of the first of them.
///
/// - Parameters:
///   - numbers: of `count` rows.
///   - lanes: the rows with padding, a multiple of 4, at most 32.
func transposeRows(
  _ rows: UnsafePointer<Double>, numbers: UnsafePointer<Int>, count: Int, columnCount: Int,
  lanes: Int, into group: UnsafeMutablePointer<Double>
) {
  for n in stride(from: 0, to: lanes, by: 4) {
    for j in stride(from: 0, to: columnCount, by: 4) {
      let first = min(j, columnCount - 4)
      transposeBlock(into: group + 32 * first + n) { lane in
        rows + numbers[n + lane < count ? n + lane : 0] * columnCount + first
      }
    }
  }
}

/// Transposes four rows of four numbers.
///
/// - Parameter row: where row 0 to 3 begins.
@inline(__always)
private func transposeBlock(
  into columns: UnsafeMutablePointer<Double>, row: (Int) -> UnsafePointer<Double>
) {
  let (a, b, c, d) = (row(0), row(1), row(2), row(3))
  transposeTwoColumns(a, b, c, d, into: columns)
  transposeTwoColumns(a + 2, b + 2, c + 2, d + 2, into: columns + 64)
}

/// Two numbers of each of four rows: loads bring those of a and c, b and d together, so that one
/// shuffle a column is left.
@inline(__always)
private func transposeTwoColumns(
  _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafePointer<Double>,
  _ d: UnsafePointer<Double>, into columns: UnsafeMutablePointer<Double>
) {
  let ac = SIMD4(lowHalf: twoNumbers(a), highHalf: twoNumbers(c))
  let bd = SIMD4(lowHalf: twoNumbers(b), highHalf: twoNumbers(d))
  SIMD4(ac[0], bd[0], ac[2], bd[2]).store(to: columns)
  SIMD4(ac[1], bd[1], ac[3], bd[3]).store(to: columns + 32)
}

@inline(__always)
private func twoNumbers(_ pointer: UnsafePointer<Double>) -> SIMD2<Double> {
  UnsafeRawPointer(pointer).loadUnaligned(as: SIMD2<Double>.self)
}
