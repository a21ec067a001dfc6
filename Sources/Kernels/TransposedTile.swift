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
///   - columns: room for `columnCount` × `stride` numbers.
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
    case 3..<8:
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

/// 32 rows of eight columns or more, in blocks of 8 × 8: 24 shuffles in registers, 8 loads and 8
/// stores for 64 numbers.
private func transposeBlocks(
  _ rows: UnsafePointer<Double>, columnCount: Int, into group: UnsafeMutablePointer<Double>
) {
  for n in stride(from: 0, to: 32, by: 8) {
    for j in stride(from: 0, to: columnCount, by: 8) {
      // The last eight columns may overlap those before, which are then written twice.
      let first = min(j, columnCount - 8)
      transposeBlock(into: group + 32 * first + n) { rows + (n + $0) * columnCount + first }
    }
  }
}

/// Transposes some rows of eight columns or more, at least one, into one group, padded with copies
/// of the first of them.
///
/// - Parameters:
///   - numbers: of `count` rows.
///   - lanes: the rows with padding, a multiple of 8, at most 32.
func transposeRows(
  _ rows: UnsafePointer<Double>, numbers: UnsafePointer<Int>, count: Int, columnCount: Int,
  lanes: Int, into group: UnsafeMutablePointer<Double>
) {
  for n in stride(from: 0, to: lanes, by: 8) {
    for j in stride(from: 0, to: columnCount, by: 8) {
      let first = min(j, columnCount - 8)
      transposeBlock(into: group + 32 * first + n) { lane in
        rows + numbers[n + lane < count ? n + lane : 0] * columnCount + first
      }
    }
  }
}

/// Transposes eight rows of eight numbers: pairs of numbers, then pairs of pairs, then halves
/// change places.
///
/// - Parameter row: where row 0 to 7 begins.
@inline(__always)
private func transposeBlock(
  into columns: UnsafeMutablePointer<Double>, row: (Int) -> UnsafePointer<Double>
) {
  let (a, b) = interleaved(Vector8(loading: row(0)), Vector8(loading: row(1)))
  let (c, d) = interleaved(Vector8(loading: row(2)), Vector8(loading: row(3)))
  let (e, f) = interleaved(Vector8(loading: row(4)), Vector8(loading: row(5)))
  let (g, h) = interleaved(Vector8(loading: row(6)), Vector8(loading: row(7)))
  // Columns 0 and 4, 2 and 6 of four rows; then 1 and 5, 3 and 7.
  let (ac04, ac26) = interleavedPairs(a, c)
  let (eg04, eg26) = interleavedPairs(e, g)
  let (bd15, bd37) = interleavedPairs(b, d)
  let (fh15, fh37) = interleavedPairs(f, h)
  let column = { columns + 32 * $0 }
  Vector8(lowHalf: ac04.lowHalf, highHalf: eg04.lowHalf).store(to: column(0))
  Vector8(lowHalf: bd15.lowHalf, highHalf: fh15.lowHalf).store(to: column(1))
  Vector8(lowHalf: ac26.lowHalf, highHalf: eg26.lowHalf).store(to: column(2))
  Vector8(lowHalf: bd37.lowHalf, highHalf: fh37.lowHalf).store(to: column(3))
  Vector8(lowHalf: ac04.highHalf, highHalf: eg04.highHalf).store(to: column(4))
  Vector8(lowHalf: bd15.highHalf, highHalf: fh15.highHalf).store(to: column(5))
  Vector8(lowHalf: ac26.highHalf, highHalf: eg26.highHalf).store(to: column(6))
  Vector8(lowHalf: bd37.highHalf, highHalf: fh37.highHalf).store(to: column(7))
}

/// The numbers at even places of both in turn, and those at odd places.
@inline(__always)
private func interleaved(_ x: Vector8, _ y: Vector8) -> (Vector8, Vector8) {
  (
    Vector8(x[0], y[0], x[2], y[2], x[4], y[4], x[6], y[6]),
    Vector8(x[1], y[1], x[3], y[3], x[5], y[5], x[7], y[7])
  )
}

/// The same with pairs of numbers.
@inline(__always)
private func interleavedPairs(_ x: Vector8, _ y: Vector8) -> (Vector8, Vector8) {
  (
    Vector8(x[0], x[1], y[0], y[1], x[4], x[5], y[4], y[5]),
    Vector8(x[2], x[3], y[2], y[3], x[6], x[7], y[6], y[7])
  )
}
