/// Rows in blocks of eight columns: column block b of row n at `b * 8 * stride + 8 * n`, zeros behind
/// the last column.
///
/// The layout of the M-step's kernels. A kernel reads a few column blocks at a time, each of them
/// one contiguous stream; in row-major rows of 128 columns they would all fall into the same few
/// sets of the first-level cache.

/// Copies row-major rows into blocks.
///
/// - Parameters:
///   - rows: `count` × `columnCount`, row-major.
///   - stride: rows of a block, at least `count`.
///   - blocks: scratch for `paddedCount(columnCount)` × `stride` numbers.
public func blockRows(
  _ rows: UnsafePointer<Double>, count: Int, columnCount: Int, stride: Int,
  into blocks: UnsafeMutablePointer<Double>
) {
  for j in Swift.stride(from: 0, to: columnCount, by: 8) {
    let block = blocks + j * stride
    let columns = min(8, columnCount - j)
    guard columns < 8 else {
      for n in 0..<count { Vector8(loading: rows + n * columnCount + j).store(to: block + 8 * n) }
      continue
    }
    for n in 0..<count {
      for lane in 0..<columns { block[8 * n + lane] = rows[n * columnCount + j + lane] }
      for lane in columns..<8 { block[8 * n + lane] = 0 }
    }
  }
}

/// Rows in blocks and their weights: those of a tile that have a responsibility, or all.
public struct SelectedRows {
  /// Blocks of `count` rows, `stride` rows apart.
  public let blocks: UnsafePointer<Double>
  public let stride: Int
  /// The number of rows.
  public let count: Int
  /// w r of each row.
  public let weights: UnsafePointer<Double>

  public init(
    blocks: UnsafePointer<Double>, stride: Int, count: Int, weights: UnsafePointer<Double>
  ) {
    self.blocks = blocks
    self.stride = stride
    self.count = count
    self.weights = weights
  }
}

/// Leaves out the rows whose responsibility is 0.
///
/// Copies what remains, unless it is everything.
/// - Parameters:
///   - blocks: the tile's rows (`blockRows`).
///   - responsibilities: w r of each row, readable, and zero, up to the next multiple of 8.
///   - scratch: as large as the tile's blocks.
///   - weights: scratch for `count` numbers.
@inline(__always)
public func selectRows(
  _ blocks: UnsafePointer<Double>, count: Int, columnCount: Int, stride: Int,
  responsibilities: UnsafePointer<Double>, scratch: UnsafeMutablePointer<Double>,
  weights: UnsafeMutablePointer<Double>
) -> SelectedRows {
  let zeros = countZeros(responsibilities, count: count)
  guard zeros > 0 else {
    return SelectedRows(blocks: blocks, stride: stride, count: count, weights: responsibilities)
  }
  copyRows(
    blocks, count: count, columnCount: columnCount, stride: stride,
    responsibilities: responsibilities, scratch: scratch, weights: weights)
  return SelectedRows(
    blocks: UnsafePointer(scratch), stride: stride, count: count - zeros,
    weights: UnsafePointer(weights))
}

/// How many of `count` numbers are 0.
///
/// - Parameter values: readable, and zero, up to the next multiple of 8.
public func countZeros(_ values: UnsafePointer<Double>, count: Int) -> Int {
  var zeros = Vector8.zero
  for n in stride(from: 0, to: count, by: 8) {
    zeros += Vector8.zero.replacing(with: 1, where: Vector8(loading: values + n) .== 0)
  }
  return Int(zeros.laneSum) - (paddedCount(count) - count)
}

/// Copies the rows with a responsibility other than 0, in order.
///
/// Which ones these are is found for 64 at a time, without a branch for each: where few rows count, the
/// processor guesses wrong, which costs more than the moments of a row. 133 instead of 341 ns for 256 rows of
/// 16 columns, a twentieth of which count (an AMD EPYC).
public func copyRows(
  _ blocks: UnsafePointer<Double>, count: Int, columnCount: Int, stride: Int,
  responsibilities: UnsafePointer<Double>, scratch: UnsafeMutablePointer<Double>,
  weights: UnsafeMutablePointer<Double>
) {
  withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { numbers in
    let numbers = numbers.baseAddress!
    var selected = 0
    for start in Swift.stride(from: 0, to: count, by: 64) {
      var rest = nonzeros(responsibilities + start, count: min(64, count - start))
      while rest != 0 {
        let n = start + rest.trailingZeroBitCount
        numbers[selected] = n
        weights[selected] = responsibilities[n]
        selected += 1
        rest &= rest &- 1
      }
    }
    for j in Swift.stride(from: 0, to: columnCount, by: 8) {
      let (source, target) = (blocks + j * stride, scratch + j * stride)
      for i in 0..<selected {
        Vector8(loading: source + 8 * numbers[i]).store(to: target + 8 * i)
      }
    }
  }
}

/// Which of up to 64 numbers are not 0, a bit of each.
///
/// - Parameter values: readable, and zero, up to the next multiple of 8.
@inline(__always)
private func nonzeros(_ values: UnsafePointer<Double>, count: Int) -> UInt64 {
  var all = SIMD8<UInt64>.zero
  var own = SIMD8<UInt64>(1, 2, 4, 8, 16, 32, 64, 128)
  for n in stride(from: 0, to: count, by: 8) {
    all |= SIMD8<UInt64>.zero.replacing(with: own, where: Vector8(loading: values + n) .!= 0)
    own = own &<< 8
  }
  let four = all.lowHalf | all.highHalf
  let two = four.lowHalf | four.highHalf
  return two.x | two.y
}

/// Adds to K masses the sums of `count` numbers each: row n in lane n mod 8, then the lanes.
///
/// Four at a time: one alone would wait for each of its additions.
///
/// - Parameter values: those of component k at `k * stride`; readable, and zero, up to the next
///   multiple of 8.
public func addMasses(
  _ values: UnsafePointer<Double>, componentCount: Int, stride: Int, count: Int,
  into masses: UnsafeMutablePointer<Double>
) {
  var k = 0
  while k + 4 <= componentCount {
    let own = values + k * stride
    var (a, b, c, d) = (Vector8.zero, Vector8.zero, Vector8.zero, Vector8.zero)
    for n in Swift.stride(from: 0, to: count, by: 8) {
      a += Vector8(loading: own + n)
      b += Vector8(loading: own + stride + n)
      c += Vector8(loading: own + 2 * stride + n)
      d += Vector8(loading: own + 3 * stride + n)
    }
    masses[k] += a.laneSum
    masses[k + 1] += b.laneSum
    masses[k + 2] += c.laneSum
    masses[k + 3] += d.laneSum
    k += 4
  }
  while k < componentCount {
    var sum = Vector8.zero
    for n in Swift.stride(from: 0, to: count, by: 8) {
      sum += Vector8(loading: values + k * stride + n)
    }
    masses[k] += sum.laneSum
    k += 1
  }
}
