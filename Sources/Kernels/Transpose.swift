/// Writes the tile's rows, transposed and padded with copies of its first row, to `columns`.
///
/// Moves numbers only. Eight rows by eight columns at a time are 24 shuffles in registers, 8 loads
/// and 8 stores for 64 numbers.
/// - Parameters:
///   - rows: `count` × `columnCount`, row-major, at least one row.
///   - stride: at least `count`.
///   - columns: room for `columnCount` × `stride` numbers.
public func transposeTile(
  _ rows: UnsafePointer<Double>, count: Int, columnCount: Int, stride: Int,
  into columns: UnsafeMutablePointer<Double>
) {
  let wholeRows = columnCount < 8 ? 0 : count & ~7
  for n in Swift.stride(from: 0, to: wholeRows, by: 8) {
    for j in Swift.stride(from: 0, to: columnCount, by: 8) {
      // The last eight columns may overlap those before, which are then written twice.
      let first = min(j, columnCount - 8)
      transposeBlock(
        rows + n * columnCount + first, rowStride: columnCount,
        into: columns + first * stride + n, columnStride: stride)
    }
  }
  for j in 0..<columnCount {
    let column = columns + j * stride
    for n in wholeRows..<count { column[n] = rows[n * columnCount + j] }
    for n in count..<stride { column[n] = rows[j] }
  }
}

/// Transposes eight rows of eight numbers: pairs of numbers, then pairs of pairs, then halves
/// change places.
@inline(__always)
private func transposeBlock(
  _ rows: UnsafePointer<Double>, rowStride: Int, into columns: UnsafeMutablePointer<Double>,
  columnStride: Int
) {
  let (a, b) = interleaved(Vector8(loading: rows), Vector8(loading: rows + rowStride))
  let (c, d) = interleaved(
    Vector8(loading: rows + 2 * rowStride), Vector8(loading: rows + 3 * rowStride))
  let (e, f) = interleaved(
    Vector8(loading: rows + 4 * rowStride), Vector8(loading: rows + 5 * rowStride))
  let (g, h) = interleaved(
    Vector8(loading: rows + 6 * rowStride), Vector8(loading: rows + 7 * rowStride))
  // Columns 0 and 4, 2 and 6 of four rows; then 1 and 5, 3 and 7.
  let (ac04, ac26) = interleavedPairs(a, c)
  let (eg04, eg26) = interleavedPairs(e, g)
  let (bd15, bd37) = interleavedPairs(b, d)
  let (fh15, fh37) = interleavedPairs(f, h)
  let column = { columns + $0 * columnStride }
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
