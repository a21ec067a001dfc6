/// y = L^-1 (x - mu), as many rows at a time as the tile has lanes.
struct TriangularProduct {
  let columnCount: Int
  /// The columns of the tile, of which the first `columnCount` are read.
  let tileColumns: Int
  let stride: Int
  let mean: UnsafePointer<Double>
  let panels: UnsafePointer<Double>
  let differences: UnsafeMutablePointer<Double>

  @inline(__always)
  func writeDensities<Rows: RowLanes>(
    _ columns: UnsafePointer<Double>, _ logScale: Double,
    into densities: UnsafeMutablePointer<Double>, as rows: Rows.Type
  ) {
    for start in Swift.stride(from: 0, to: stride, by: Rows.count) {
      var sum = Rows.zero
      forEachPanel(columns + offset(start), as: rows) { _, y in
        sum.add(squaresOf: y)
        return true
      }
      sum.scaled(by: -0.5, plus: logScale).store(to: densities + start)
    }
  }

  /// The same, but only upper bounds where a partial sum proves of all rows of the lanes that their
  /// densities lie further below `tops` than `floor`: the bounds then lie there too.
  ///
  /// - Parameter inPairs: whether two panels are summed at a time, which hides the latency of the
  ///   multiply-adds where lanes of one vector alone do not, and takes 8 accumulators.
  @inline(__always)
  func writeDensities<Rows: RowLanes>(
    _ columns: UnsafePointer<Double>, _ logScale: Double, tops: UnsafePointer<Double>,
    floor: Double, into densities: UnsafeMutablePointer<Double>, as rows: Rows.Type, inPairs: Bool
  ) {
    for start in Swift.stride(from: 0, to: stride, by: Rows.count) {
      let top = Rows(loading: tops + start)
      var bound = Rows.zero
      var sum = Rows.zero
      let add = { (_: Int, y: FourSums<Rows>) -> Bool in
        sum.add(squaresOf: y)
        bound = sum.scaled(by: -0.5, plus: logScale)
        return !(bound - top).areAll(below: floor)
      }
      if inPairs {
        forEachPanelInPairs(columns + offset(start), as: rows, add)
      } else {
        forEachPanel(columns + offset(start), as: rows, add)
      }
      bound.store(to: densities + start)
    }
  }

  @inline(__always)
  func write<Rows: RowLanes>(
    _ columns: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>,
    as rows: Rows.Type
  ) {
    for start in Swift.stride(from: 0, to: stride, by: Rows.count) {
      forEachPanel(columns + offset(start), as: rows) { first, y in
        // What lies behind the last column is the next group's, written after this.
        let target = result + offset(start) + 32 * first
        y.a.store(to: target)
        y.b.store(to: target + 32)
        y.c.store(to: target + 64)
        y.d.store(to: target + 96)
        return true
      }
    }
  }

  /// Where row `start` of a transposed tile begins.
  @inline(__always)
  private func offset(_ start: Int) -> Int { (start & ~31) * tileColumns + (start & 31) }

  /// Calls `body` with y of four rows of L^-1 at a time and the number of the first, as long as it
  /// returns true.
  @inline(__always)
  private func forEachPanel<Rows: RowLanes>(
    _ columns: UnsafePointer<Double>, as rows: Rows.Type, _ body: (Int, FourSums<Rows>) -> Bool
  ) {
    var panel = panels
    for first in Swift.stride(from: 0, to: columnCount, by: 4) {
      var y = FourSums<Rows>()
      var x = UnsafePointer(differences)
      // `first` is a multiple of 4: the inner loop is unrolled.
      for _ in 0..<first / 4 {
        for _ in 0..<4 {
          y.add(panel, Rows(loading: x))
          panel += 4
          x += Rows.count
        }
      }
      addCorner(panel, columns, first, to: &y)
      panel += 16
      guard body(first, y) else { return }
    }
  }

  /// The same, two panels at a time.
  @inline(__always)
  private func forEachPanelInPairs<Rows: RowLanes>(
    _ columns: UnsafePointer<Double>, as rows: Rows.Type, _ body: (Int, FourSums<Rows>) -> Bool
  ) {
    var panel = panels
    for first in Swift.stride(from: 0, to: columnCount, by: 8) {
      var next = panel + 4 * (first + 4)
      let hasNext = first + 4 < columnCount
      // Without a next panel the first is summed twice.
      if !hasNext { next = panel }
      var (y, z) = (FourSums<Rows>(), FourSums<Rows>())
      var x = UnsafePointer(differences)
      for _ in 0..<first / 4 {
        for _ in 0..<4 {
          let lanes = Rows(loading: x)
          y.add(panel, lanes)
          z.add(next, lanes)
          panel += 4
          next += 4
          x += Rows.count
        }
      }
      addCorner(panel, columns, first, to: &y)
      guard body(first, y), hasNext else { return }
      for _ in 0..<4 {
        z.add(next, Rows(loading: x))
        next += 4
        x += Rows.count
      }
      addCorner(next, columns, first + 4, to: &z)
      panel = next + 16
      guard body(first + 4, z) else { return }
    }
  }

  /// Adds the last four columns of a panel, less the zeros above the diagonal, and writes their
  /// differences, which the next panels read.
  @inline(__always)
  private func addCorner<Rows: RowLanes>(
    _ panel: UnsafePointer<Double>, _ columns: UnsafePointer<Double>, _ first: Int,
    to y: inout FourSums<Rows>
  ) {
    let x0: Rows = difference(columns, first)
    y.add(panel, x0)
    guard first + 1 < columnCount else { return }
    let x1: Rows = difference(columns, first + 1)
    y.b.addProduct(panel[5], x1)
    y.c.addProduct(panel[6], x1)
    y.d.addProduct(panel[7], x1)
    guard first + 2 < columnCount else { return }
    let x2: Rows = difference(columns, first + 2)
    y.c.addProduct(panel[10], x2)
    y.d.addProduct(panel[11], x2)
    guard first + 3 < columnCount else { return }
    y.d.addProduct(panel[15], difference(columns, first + 3))
  }

  /// x_j - mu_j, written to `differences` too, packed.
  @inline(__always)
  private func difference<Rows: RowLanes>(_ columns: UnsafePointer<Double>, _ j: Int) -> Rows {
    let difference = Rows(loading: columns + 32 * j) - mean[j]
    difference.store(to: differences + j * Rows.count)
    return difference
  }
}

extension RowLanes {
  /// Adds the squares of four numbers of each row, in their order.
  @inline(__always)
  fileprivate mutating func add(squaresOf y: FourSums<Self>) {
    addSquare(y.a)
    addSquare(y.b)
    addSquare(y.c)
    addSquare(y.d)
  }
}
