/// First and second moments of a component about its mean, for 3 to about 50 columns: lanes along
/// rows.
///
/// Vectors of columns, as `addMoments` has them, are padding in part and compute whole squares on
/// the diagonal: for 16 columns 24 vectors a row, where rows in lanes need D (D + 1) / 16 = 17. With
/// more columns that is little, and what is read no longer stays in the first-level cache.
///
/// Every sum is fused over the rows n = 0, 8, ... in eight lanes, then over the lanes: the same for
/// both shapes of tiles. For eight rows and 4 × 4 entries of the triangle, 16 multiply-adds need 8
/// loads and 4 subtractions; their 16 sums and 8 factors stay in the registers of AVX-512. Small
/// tiles have 4 × 2 entries in two halves of four lanes: 16 multiply-adds, 12 loads and 4
/// subtractions of AVX2. (Checked in the machine code: the loops of blocks have no spills.)
///
/// - Parameters:
///   - columns: the tile (`transposeTile`), of at least 3 columns.
///   - count: its rows.
///   - responsibilities: w r, readable, and zero, up to the next multiple of 8.
///   - mean: `columnCount` numbers.
///   - scratch: for 4 × `paddedCount(count)` + 160 numbers.
///   - first: the `columnCount` sums of w r (x_i - mu_i) are added here.
///   - second: the sums of w r (x_i - mu_i)(x_j - mu_j) are added here, to a packed lower triangle.
public func addLaneMoments(
  _ columns: UnsafePointer<Double>, columnCount: Int, count: Int,
  responsibilities: UnsafePointer<Double>, mean: UnsafePointer<Double>,
  scratch: UnsafeMutablePointer<Double>, first: UnsafeMutablePointer<Double>,
  second: UnsafeMutablePointer<Double>, shape: TileShape = .native
) {
  for i in stride(from: 0, to: columnCount, by: 4) {
    let rows = FourRows(
      i: (i, min(i + 1, columnCount - 1), min(i + 2, columnCount - 1), min(i + 3, columnCount - 1)),
      columns: columns, columnCount: columnCount, count: count,
      responsibilities: responsibilities, mean: mean, sums: scratch, products: scratch + 160,
      first: first, second: second, unrolls: KernelTable.unrollsGroups(shape))
    switch shape {
    case .small: rows.add(by: SIMD4<Double>.self)
    case .large: rows.add(by: Vector8.self)
    }
  }
}

/// Four rows of the triangle. Where it has fewer left, the last one stands for those that are
/// missing, and their sums are dropped.
private struct FourRows {
  let i: (Int, Int, Int, Int)
  let columns: UnsafePointer<Double>
  let columnCount: Int
  let count: Int
  let responsibilities: UnsafePointer<Double>
  let mean: UnsafePointer<Double>
  /// Eight lanes of up to twenty sums.
  let sums: UnsafeMutablePointer<Double>
  /// w r (x_i - mu_i): the four of eight rows, then those of the next eight.
  let products: UnsafeMutablePointer<Double>
  let first: UnsafeMutablePointer<Double>
  let second: UnsafeMutablePointer<Double>
  /// Whether blocks take groups of 32 rows without a loop.
  let unrolls: Bool

  /// Blocks of 4 × 4 where registers hold as many sums and more, of 4 × 2 where they do not.
  @inline(__always)
  func add<V: RowVector>(by vectors: V.Type) {
    let isWhole = V.count == 8
    let width = isWhole ? 4 : 2
    forEachPart(V.self) { sumCorner($0, V.self, isWhole: isWhole) }
    if !isWhole { forEachPart(V.self) { sumLastCorner($0, V.self) } }
    addCorner()
    for j in stride(from: 0, to: i.0, by: width) {
      forEachPart(V.self) { sumBlock(j, $0, V.self, width: width) }
      addBlock(j, width: width)
    }
  }

  /// Calls `body` with the first lane of each vector of eight.
  @inline(__always)
  private func forEachPart<V: RowVector>(_ vectors: V.Type, _ body: (Int) -> Void) {
    for lane in stride(from: 0, to: 8, by: V.count) { body(lane) }
  }

  /// Calls `body` for eight rows at a time, with where their columns begin, where their products do,
  /// and the number of the first.
  ///
  /// - Parameter unrolls: whether groups of 32 rows are four calls. (Loops with many sums and means
  ///   would spill.)
  @inline(__always)
  private func forEachEight(
    _ lane: Int, unrolls: Bool = false,
    _ body: (UnsafePointer<Double>, UnsafeMutablePointer<Double>, Int) -> Void
  ) {
    var (group, target) = (columns + lane, products + lane)
    var start = 0
    if unrolls {
      while start + 32 <= count {
        body(group, target, start + lane)
        body(group + 8, target + 32, start + 8 + lane)
        body(group + 16, target + 64, start + 16 + lane)
        body(group + 24, target + 96, start + 24 + lane)
        group += 32 * columnCount
        target += 128
        start += 32
      }
    }
    while start < count {
      for n in stride(from: 0, to: min(32, count - start), by: 8) {
        body(group + n, target, start + n + lane)
        target += 32
      }
      group += 32 * columnCount
      start += 32
    }
  }

  /// The products, their sums, and their sums with the four columns: those on or below the diagonal.
  @inline(__always)
  private func sumCorner<V: RowVector>(_ lane: Int, _ vectors: V.Type, isWhole: Bool) {
    var (s0, s1, s2, s3) = (V.zero, V.zero, V.zero, V.zero)
    var (q00, q10, q20, q30) = (V.zero, V.zero, V.zero, V.zero)
    var (q11, q21, q31) = (V.zero, V.zero, V.zero)
    var (q22, q32, q33) = (V.zero, V.zero, V.zero)
    let (m0, m1, m2, m3) = (mean[i.0], mean[i.1], mean[i.2], mean[i.3])
    forEachEight(lane) { group, target, n in
      let weight = V(loading: responsibilities + n)
      let x0 = V(loading: group + 32 * i.0) - m0
      let x1 = V(loading: group + 32 * i.1) - m1
      let p0 = weight * x0
      p0.store(to: target)
      s0 += p0
      q00.addProduct(p0, x0)
      let p1 = weight * x1
      p1.store(to: target + 8)
      s1 += p1
      q10.addProduct(p1, x0)
      q11.addProduct(p1, x1)
      let x2 = V(loading: group + 32 * i.2) - m2
      let p2 = weight * x2
      p2.store(to: target + 16)
      s2 += p2
      q20.addProduct(p2, x0)
      q21.addProduct(p2, x1)
      let x3 = V(loading: group + 32 * i.3) - m3
      let p3 = weight * x3
      p3.store(to: target + 24)
      s3 += p3
      q30.addProduct(p3, x0)
      q31.addProduct(p3, x1)
      if isWhole {
        q22.addProduct(p2, x2)
        q32.addProduct(p3, x2)
        q33.addProduct(p3, x3)
      }
    }
    store(s0, s1, s2, s3, to: sums + lane)
    store(q00, q10, q20, q30, to: sums + lane + 32)
    q11.store(to: sums + lane + 72)
    q21.store(to: sums + lane + 80)
    q31.store(to: sums + lane + 88)
    guard isWhole else { return }
    q22.store(to: sums + lane + 112)
    q32.store(to: sums + lane + 120)
    q33.store(to: sums + lane + 152)
  }

  /// What a corner's last two columns lack.
  @inline(__always)
  private func sumLastCorner<V: RowVector>(_ lane: Int, _ vectors: V.Type) {
    var (q22, q32, q33) = (V.zero, V.zero, V.zero)
    let (m2, m3) = (mean[i.2], mean[i.3])
    forEachEight(lane) { group, own, _ in
      let x2 = V(loading: group + 32 * i.2) - m2
      let p3 = V(loading: own + 24)
      q22.addProduct(V(loading: own + 16), x2)
      q32.addProduct(p3, x2)
      q33.addProduct(p3, V(loading: group + 32 * i.3) - m3)
    }
    q22.store(to: sums + lane + 112)
    q32.store(to: sums + lane + 120)
    q33.store(to: sums + lane + 152)
  }

  /// Sum number 4 is that of q00; each column has four.
  private func addCorner() {
    for row in 0..<min(4, columnCount - i.0) {
      first[i.0 + row] += sum(row)
      let target = second + PackedTriangle.row(i.0 + row) + i.0
      for column in 0...row { target[column] += sum(4 + 4 * column + row) }
    }
  }

  /// The four products with `width` columns from number j on.
  @inline(__always)
  private func sumBlock<V: RowVector>(_ j: Int, _ lane: Int, _ vectors: V.Type, width: Int) {
    var (a0, b0, c0, d0) = (V.zero, V.zero, V.zero, V.zero)
    var (a1, b1, c1, d1) = (V.zero, V.zero, V.zero, V.zero)
    var (a2, b2, c2, d2) = (V.zero, V.zero, V.zero, V.zero)
    var (a3, b3, c3, d3) = (V.zero, V.zero, V.zero, V.zero)
    let (m0, m1) = (mean[j], mean[j + 1])
    let (m2, m3) = width > 2 ? (mean[j + 2], mean[j + 3]) : (0, 0)
    forEachEight(lane, unrolls: unrolls) { group, own, _ in
      let (a, b) = (V(loading: own), V(loading: own + 8))
      let (c, d) = (V(loading: own + 16), V(loading: own + 24))
      let x = group + 32 * j
      let x0 = V(loading: x) - m0
      a0.addProduct(a, x0)
      b0.addProduct(b, x0)
      c0.addProduct(c, x0)
      d0.addProduct(d, x0)
      let x1 = V(loading: x + 32) - m1
      a1.addProduct(a, x1)
      b1.addProduct(b, x1)
      c1.addProduct(c, x1)
      d1.addProduct(d, x1)
      if width > 2 {
        let x2 = V(loading: x + 64) - m2
        a2.addProduct(a, x2)
        b2.addProduct(b, x2)
        c2.addProduct(c, x2)
        d2.addProduct(d, x2)
        let x3 = V(loading: x + 96) - m3
        a3.addProduct(a, x3)
        b3.addProduct(b, x3)
        c3.addProduct(c, x3)
        d3.addProduct(d, x3)
      }
    }
    store(a0, b0, c0, d0, to: sums + lane)
    store(a1, b1, c1, d1, to: sums + lane + 32)
    guard width > 2 else { return }
    store(a2, b2, c2, d2, to: sums + lane + 64)
    store(a3, b3, c3, d3, to: sums + lane + 96)
  }

  @inline(__always)
  private func store<V: RowVector>(
    _ a: V, _ b: V, _ c: V, _ d: V, to sums: UnsafeMutablePointer<Double>
  ) {
    a.store(to: sums)
    b.store(to: sums + 8)
    c.store(to: sums + 16)
    d.store(to: sums + 24)
  }

  @inline(__always)
  private func addBlock(_ j: Int, width: Int) {
    for row in 0..<min(4, columnCount - i.0) {
      let target = second + PackedTriangle.row(i.0 + row) + j
      for column in 0..<width { target[column] += sum(4 * column + row) }
    }
  }

  @inline(__always)
  private func sum(_ number: Int) -> Double { Vector8(loading: sums + 8 * number).laneSum }
}

/// A register's worth of rows.
protocol RowVector: LoadableLanes {
  static func * (x: Self, y: Self) -> Self
  static func += (x: inout Self, y: Self)
  /// Adds x y, fused.
  mutating func addProduct(_ x: Self, _ y: Self)
}

extension SIMD8<Double>: RowVector {}
extension SIMD4<Double>: RowVector {}
