/// Conditional distributions of Gaussians.
///
/// With the precision matrix Λ = W' W, W = L^-1 of the covariance Σ = L L', and the missing columns m of a
/// row whose observed ones, o, differ from the mean by d_o:
///
///     E[d_m] = -Λ_mm^-1 Λ_mo d_o,    Cov[d_m] = Λ_mm^-1,
///     log |Σ_oo| = log |Σ| + log |Λ_mm|,    d_o' Σ_oo^-1 d_o = |W d|² of the completed d.
///
/// So a pattern of missing cells costs each component a Cholesky factor of as many columns as it lacks,
/// which all rows share that have it. The distance takes the completed row at its minimum, where an error
/// of the expectation counts by its square only.
///
/// Source: Ghahramani and Jordan, "Supervised learning from incomplete data via an EM approach" (1994).
public struct ConditionalGaussians: ConditionalColumns {
  public let columnCount: Int
  let groupCount: Int
  /// For each eight components D means, W, and Λ, the matrices packed by rows; eight numbers each.
  private let numbers: [Double]

  var triangleCount: Int { PackedTriangle.count(columnCount) }
  public var secondCount: Int { triangleCount }

  /// - Parameters:
  ///   - means: K × D, row-major.
  ///   - inverses: L^-1 of each covariance, packed by rows; or one for all.
  public init(means: [Double], inverses: [[Double]], columnCount: Int) {
    self.columnCount = columnCount
    let count = means.count / columnCount
    groupCount = (count + 7) / 8
    let precisions = inverses.map { PackedTriangle.gram($0, order: columnCount) }
    let parts = zip(inverses, precisions).map { $0 + $1 }
    let lists = (0..<count).map { k in
      (means[k * columnCount..<(k + 1) * columnCount] + parts[min(k, parts.count - 1)])[...]
    }
    numbers = laneMajor(lists, count: count)
  }

  // MARK: Patterns

  /// The factors, and of one group of components scratch for d, for what is solved for, and for a covariance.
  public var patternCount: Int {
    8 * groupCount * triangleCount + 8 * (2 * columnCount + triangleCount)
  }

  /// The Cholesky factor of Λ_mm of eight components, packed by rows, its diagonal inverted.
  func factor(_ pattern: MissingPattern, _ group: Int) -> UnsafeMutablePointer<Double> {
    pattern.memory + 8 * group * triangleCount
  }

  /// Room for the differences of a row from eight means, D of eight numbers each, and as much again.
  func differences(_ pattern: MissingPattern) -> UnsafeMutablePointer<Double> {
    pattern.memory + 8 * groupCount * triangleCount
  }

  public func pattern(
    of row: UnsafePointer<Double>, memory: UnsafeMutablePointer<Double>,
    logDeterminants: UnsafeMutablePointer<Double>
  ) -> MissingPattern {
    let pattern = MissingPattern(of: row, columnCount: columnCount, memory: memory)
    forEachGroup { group, parts in
      writeFactor(of: parts.precision, pattern, into: factor(pattern, group))
        .store(to: logDeterminants + 8 * group)
    }
    return pattern
  }

  /// Factors Λ_mm, and returns its log determinant.
  ///
  /// Λ_mm is a principal part of a matrix that has a factor: its pivots are positive, but for roundings.
  @inline(__always)
  private func writeFactor(
    of precision: UnsafePointer<Double>, _ pattern: MissingPattern,
    into l: UnsafeMutablePointer<Double>
  ) -> Vector8 {
    let m = pattern.missing
    let tolerance = CholeskyFactor.smallestPivot(order: columnCount)
    var logarithm = Vector8.zero
    for i in m.indices {
      let row = l + 8 * PackedTriangle.row(i)
      let source = precision + 8 * PackedTriangle.row(m[i])
      for j in 0..<i {
        let other = l + 8 * PackedTriangle.row(j)
        var sum = Vector8(loading: source + 8 * m[j])
        for p in 0..<j {
          sum.addProduct(-Vector8(loading: row + 8 * p), Vector8(loading: other + 8 * p))
        }
        (sum * Vector8(loading: other + 8 * j)).store(to: row + 8 * j)
      }
      let diagonal = Vector8(loading: source + 8 * m[i])
      var pivot = diagonal
      for p in 0..<i {
        let entry = Vector8(loading: row + 8 * p)
        pivot.addProduct(-entry, entry)
      }
      pivot = pivot.larger(diagonal * tolerance)
      logarithm += Portable.log(pivot)
      (Vector8(repeating: 1) / pivot.squareRoot()).store(to: row + 8 * i)
    }
    return logarithm
  }

  // MARK: Rows

  /// Writes the differences d of a row from eight means, of which the missing part solves
  /// Λ_mm d_m = -Λ_mo d_o.
  @inline(__always)
  func complete(
    _ row: UnsafePointer<Double>, _ pattern: MissingPattern, _ group: Int, _ parts: Parts
  ) {
    let d = differences(pattern)
    let y = d + 8 * columnCount
    let l = factor(pattern, group)
    let (m, o) = (pattern.missing, pattern.observed)
    for j in o {
      (Vector8(repeating: row[j]) - Vector8(loading: parts.means + 8 * j)).store(to: d + 8 * j)
    }
    for i in m.indices {
      var sum = Vector8.zero
      for j in o {
        let slot = m[i] > j ? PackedTriangle.row(m[i]) + j : PackedTriangle.row(j) + m[i]
        sum.addProduct(
          -Vector8(loading: parts.precision + 8 * slot), Vector8(loading: d + 8 * j))
      }
      let row = l + 8 * PackedTriangle.row(i)
      for p in 0..<i {
        sum.addProduct(-Vector8(loading: row + 8 * p), Vector8(loading: y + 8 * p))
      }
      (sum * Vector8(loading: row + 8 * i)).store(to: y + 8 * i)
    }
    solveTransposed(l, m, y, into: d)
  }

  /// Solves L' d_m = y.
  @inline(__always)
  private func solveTransposed(
    _ l: UnsafePointer<Double>, _ m: [Int], _ y: UnsafePointer<Double>,
    into d: UnsafeMutablePointer<Double>
  ) {
    for i in m.indices.reversed() {
      var sum = Vector8(loading: y + 8 * i)
      for p in i + 1..<max(i + 1, m.count) {
        sum.addProduct(
          -Vector8(loading: l + 8 * (PackedTriangle.row(p) + i)), Vector8(loading: d + 8 * m[p]))
      }
      (sum * Vector8(loading: l + 8 * (PackedTriangle.row(i) + i))).store(to: d + 8 * m[i])
    }
  }

  public func writeSquares(
    of row: UnsafePointer<Double>, _ pattern: MissingPattern,
    into squares: UnsafeMutablePointer<Double>
  ) {
    let d = differences(pattern)
    forEachGroup { group, parts in
      complete(row, pattern, group, parts)
      var square = Vector8.zero
      for i in 0..<columnCount {
        let inverse = parts.inverse + 8 * PackedTriangle.row(i)
        var y = Vector8.zero
        for j in 0...i {
          y.addProduct(Vector8(loading: inverse + 8 * j), Vector8(loading: d + 8 * j))
        }
        square.addProduct(y, y)
      }
      square.store(to: squares + 8 * group)
    }
  }

  public func draw(
    _ row: UnsafePointer<Double>, _ pattern: MissingPattern, component: Int,
    normals: [Double], scale: Double, into values: UnsafeMutablePointer<Double>
  ) {
    let d = differences(pattern)
    let y = d + 8 * columnCount
    let (group, lane) = component.quotientAndRemainder(dividingBy: 8)
    forEachGroup { number, parts in
      guard number == group else { return }
      complete(row, pattern, group, parts)
      for j in pattern.missing { values[j] = parts.means[8 * j + lane] + d[8 * j + lane] }
      // L'^-1 of standard normal numbers has the covariance Λ_mm^-1.
      for i in pattern.missing.indices { Vector8(repeating: normals[i]).store(to: y + 8 * i) }
      solveTransposed(factor(pattern, group), pattern.missing, y, into: d)
      for j in pattern.missing { values[j] += scale * d[8 * j + lane] }
    }
  }

  // MARK: Groups

  /// Of eight components.
  struct Parts {
    let means: UnsafePointer<Double>
    let inverse: UnsafePointer<Double>
    let precision: UnsafePointer<Double>
  }

  @inline(__always)
  func forEachGroup(_ body: (_ group: Int, _ parts: Parts) -> Void) {
    let (d, size) = (8 * columnCount, 8 * triangleCount)
    numbers.withUnsafeBufferPointer { numbers in
      guard let base = numbers.baseAddress else { return }
      for group in 0..<groupCount {
        let means = UnsafePointer(base) + group * (d + 2 * size)
        body(group, Parts(means: means, inverse: means + d, precision: means + d + size))
      }
    }
  }
}
