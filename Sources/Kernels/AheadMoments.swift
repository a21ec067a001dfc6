/// The moments that `addMoments` adds, the same bits, for cores that are held up by what surrounds
/// their multiply-adds: those that take two whole vectors of AVX-512 a cycle.
///
/// Differences x - mu are made once and read again, and so are the products w r (x - mu): both of a
/// row 8 rows ahead of the multiply-adds that read them, in the loop of the block on the diagonal.
/// Two chains of additions and the stores hide there; what is broadcast has long been stored. (Of
/// the same row, a broadcast waits for the store: 8 to 12 cycles a row instead of 6.) Left of the
/// diagonal three blocks at a time: 8 broadcasts and 3 loads for 24 multiply-adds, 24 sums and 3
/// differences in AVX-512's 32 registers.
struct AheadMoments {
  let rows: SelectedRows
  let mean: UnsafePointer<Double>
  /// x - mu in blocks of the rows' stride: the rows themselves, or scratch for as many numbers.
  let differences: UnsafeMutablePointer<Double>
  /// Room for w r (x - mu) of eight columns.
  let products: UnsafeMutablePointer<Double>
  let first: UnsafeMutablePointer<Double>
  let triangle: MomentTriangle

  /// Not inlined, as the other kernels of `addMoments`: in one function their loops took up to 5 %
  /// longer.
  @inline(never)
  func add() {
    for i in stride(from: 0, to: triangle.columnCount, by: 8) {
      addDiagonal(i)
      var j = 0
      while j < i {
        // Four blocks are two and two: one alone has 8 chains of sums, which do not hide latency.
        switch (i - j) / 8 {
        case 1: j += addBlocks(i, j, Vector8.self)
        case 2, 4: j += addBlocks(i, j, TwoVectors.self)
        default: j += addBlocks(i, j, ThreeVectors.self)
        }
      }
    }
  }

  /// The block on the diagonal, and the differences and products of its columns.
  @inline(__always)
  private func addDiagonal(_ i: Int) {
    let block = rows.blocks + i * rows.stride
    let own = differences + i * rows.stride
    let center = Vector8(loading: mean + i)
    var sum = Vector8.zero
    @inline(__always)
    func pack(_ n: Int) {
      let difference = Vector8(loading: block + 8 * n) - center
      let product = Vector8(repeating: rows.weights[n]) * difference
      difference.store(to: own + 8 * n)
      product.store(to: products + 8 * n)
      sum += product
    }

    let ahead = min(8, rows.count)
    for n in 0..<ahead { pack(n) }
    var sums = DiagonalSums()
    for n in 0..<rows.count - ahead {
      pack(n + ahead)
      sums.add(products + 8 * n, Vector8(loading: own + 8 * n))
    }
    for n in rows.count - ahead..<rows.count {
      sums.add(products + 8 * n, Vector8(loading: own + 8 * n))
    }
    triangle.add(sums, diagonal: i)
    sum.add(to: first + i, columns: triangle.columnCount - i)
  }

  /// Some blocks left of the diagonal, from column `j` on; returns how many columns they have.
  @inline(__always)
  private func addBlocks<Columns: ColumnLanes>(_ i: Int, _ j: Int, _: Columns.Type) -> Int {
    let own = UnsafePointer(differences) + j * rows.stride
    var sums = EightSums<Columns>()
    for n in 0..<rows.count {
      sums.add(products + 8 * n, Columns(loading: own + 8 * n, step: 8 * rows.stride))
    }
    triangle.add(sums, row: i, column: j)
    return 8 * Columns.vectors
  }
}
