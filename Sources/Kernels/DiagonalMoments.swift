/// First and second moments of every column about the mean, lanes along columns.
///
/// Adds sum of w r (x_j - mu_j) to `first` and sum of w r (x_j - mu_j)² to `second`, each summed over
/// the rows in order from zero. Four operations a value - subtract, multiply, add, multiply-add -
/// and one load. The sums of up to 48 columns are 12 registers of AVX-512, those of 16 are 8 of AVX2.
///
/// - Parameters:
///   - mean: padded with zeros to whole vectors.
///   - first, second: `columnCount` sums each.
public func addDiagonalMoments(
  _ rows: SelectedRows, columnCount: Int, mean: UnsafePointer<Double>,
  first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>,
  shape: TileShape = .native
) {
  let sums = DiagonalMoments(
    rows: rows, columnCount: columnCount, mean: mean, first: first, second: second)
  let vectors = paddedCount(columnCount) / 8
  var done = 0
  while done < vectors {
    // A vector alone would wait for its own sums.
    switch (shape, vectors - done) {
    case (_, 1): done += sums.add(from: done, One.self)
    case (.small, _), (_, 2): done += sums.add(from: done, Two.self)
    case (_, 3): done += sums.add(from: done, Three.self)
    case (_, 5): done += sums.add(from: done, Five.self)
    case (_, 6): done += sums.add(from: done, Both<Three, Three>.self)
    default: done += sums.add(from: done, Four.self)
    }
  }
}

private typealias One = ColumnMoments
private typealias Two = Both<One, One>
private typealias Three = Both<Two, One>
private typealias Four = Both<Two, Two>
private typealias Five = Both<Three, Two>

private struct DiagonalMoments {
  let rows: SelectedRows
  let columnCount: Int
  let mean: UnsafePointer<Double>
  let first: UnsafeMutablePointer<Double>
  let second: UnsafeMutablePointer<Double>

  /// The sums of some vectors of columns, from one of them on; returns how many.
  @inline(__always)
  func add<Columns: ColumnSums>(from vector: Int, _: Columns.Type) -> Int {
    let j = 8 * vector
    var sums = Columns(mean + j)
    let block = rows.blocks + j * rows.stride
    for n in 0..<rows.count {
      sums.add(block + 8 * n, 8 * rows.stride, Vector8(repeating: rows.weights[n]))
    }
    sums.write(first + j, second + j, columns: columnCount - j)
    return Columns.vectors
  }
}

/// Moments of some vectors of columns.
private protocol ColumnSums {
  static var vectors: Int { get }
  init(_ mean: UnsafePointer<Double>)
  /// Adds a row, whose vectors are `step` numbers apart.
  mutating func add(_ row: UnsafePointer<Double>, _ step: Int, _ weight: Vector8)
  /// Adds up to `columns` columns' sums.
  func write(
    _ firstSums: UnsafeMutablePointer<Double>, _ secondSums: UnsafeMutablePointer<Double>,
    columns: Int)
}

private struct Both<A: ColumnSums, B: ColumnSums>: ColumnSums {
  var a: A
  var b: B

  @inline(__always)
  static var vectors: Int { A.vectors + B.vectors }

  @inline(__always)
  init(_ mean: UnsafePointer<Double>) { (a, b) = (A(mean), B(mean + 8 * A.vectors)) }

  @inline(__always)
  mutating func add(_ row: UnsafePointer<Double>, _ step: Int, _ weight: Vector8) {
    a.add(row, step, weight)
    b.add(row + A.vectors * step, step, weight)
  }

  @inline(__always)
  func write(
    _ firstSums: UnsafeMutablePointer<Double>, _ secondSums: UnsafeMutablePointer<Double>,
    columns: Int
  ) {
    a.write(firstSums, secondSums, columns: columns)
    b.write(
      firstSums + 8 * A.vectors, secondSums + 8 * A.vectors, columns: columns - 8 * A.vectors)
  }
}

/// The moments of eight columns.
private struct ColumnMoments: ColumnSums {
  let mean: Vector8
  var first = Vector8.zero
  var second = Vector8.zero

  @inline(__always)
  static var vectors: Int { 1 }

  @inline(__always)
  init(_ mean: UnsafePointer<Double>) { self.mean = Vector8(loading: mean) }

  @inline(__always)
  mutating func add(_ row: UnsafePointer<Double>, _ step: Int, _ weight: Vector8) {
    let difference = Vector8(loading: row) - mean
    let product = weight * difference
    first += product
    second.addProduct(product, difference)
  }

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
