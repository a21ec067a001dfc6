/// Conditional distributions of Gaussians whose columns are independent of each other within a component:
/// what a row shows tells nothing of what it lacks, which has the mean and the variance of its column.
public struct IndependentColumns: ConditionalColumns {
  public let columnCount: Int
  private let groupCount: Int
  /// For each eight components D means, D precisions and D log precisions, eight numbers each.
  private let numbers: [Double]

  public var secondCount: Int { columnCount }
  public var patternCount: Int { 0 }

  /// - Parameters:
  ///   - means: K × D, row-major.
  ///   - precisions: likewise.
  public init(means: [Double], precisions: [Double], columnCount: Int) {
    self.columnCount = columnCount
    let count = means.count / columnCount
    groupCount = (count + 7) / 8
    let logs = precisions.map { Portable.log($0) }
    let lists = (0..<count).map { k in
      let range = k * columnCount..<(k + 1) * columnCount
      return (means[range] + precisions[range] + logs[range])[...]
    }
    numbers = laneMajor(lists, count: count)
  }

  public func pattern(
    of row: UnsafePointer<Double>, memory: UnsafeMutablePointer<Double>,
    logDeterminants: UnsafeMutablePointer<Double>
  ) -> MissingPattern {
    let pattern = MissingPattern(of: row, columnCount: columnCount, memory: memory)
    forEachGroup { group, parts in
      var sum = Vector8.zero
      for j in pattern.missing { sum += parts.logPrecision(j) }
      sum.store(to: logDeterminants + 8 * group)
    }
    return pattern
  }

  public func writeSquares(
    of row: UnsafePointer<Double>, _ pattern: MissingPattern,
    into squares: UnsafeMutablePointer<Double>
  ) {
    forEachGroup { group, parts in
      var square = Vector8.zero
      for j in pattern.observed {
        let difference = Vector8(repeating: row[j]) - parts.mean(j)
        square.addProduct(difference * parts.precision(j), difference)
      }
      square.store(to: squares + 8 * group)
    }
  }

  public func addMoments(
    of row: UnsafePointer<Double>, _ pattern: MissingPattern, about centers: UnsafePointer<Double>,
    weights: UnsafePointer<Double>, into sums: UnsafeMutablePointer<Double>
  ) {
    forEachGroup { group, parts in
      let weight = Vector8(loading: weights + 8 * group)
      let centers = centers + 8 * group * columnCount
      let first = sums + group * sumsStride
      func add(_ difference: Vector8, _ j: Int) {
        let product = weight * difference
        (Vector8(loading: first + 8 * j) + product).store(to: first + 8 * j)
        let second = first + 8 * (columnCount + j)
        var sum = Vector8(loading: second)
        sum.addProduct(product, difference)
        sum.store(to: second)
      }
      for j in pattern.observed {
        add(Vector8(repeating: row[j]) - Vector8(loading: centers + 8 * j), j)
      }
      for j in pattern.missing { add(parts.mean(j) - Vector8(loading: centers + 8 * j), j) }
    }
  }

  public func addCovariances(
    of pattern: MissingPattern, weights: UnsafePointer<Double>,
    into sums: UnsafeMutablePointer<Double>
  ) {
    forEachGroup { group, parts in
      let weight = Vector8(loading: weights + 8 * group)
      let second = sums + group * sumsStride + 8 * columnCount
      for j in pattern.missing {
        (Vector8(loading: second + 8 * j) + weight / parts.precision(j)).store(to: second + 8 * j)
      }
    }
  }

  public func addExpectations(
    of row: UnsafePointer<Double>, _ pattern: MissingPattern, weights: UnsafePointer<Double>,
    into expectations: UnsafeMutablePointer<Double>
  ) {
    forEachGroup { group, parts in
      let weight = Vector8(loading: weights + 8 * group)
      for j in pattern.missing { expectations[j] += (weight * parts.mean(j)).laneSum }
    }
  }

  public func draw(
    _ row: UnsafePointer<Double>, _ pattern: MissingPattern, component: Int,
    normals: [Double], scale: Double, into values: UnsafeMutablePointer<Double>
  ) {
    forEachGroup { group, parts in
      guard group == component / 8 else { return }
      for (i, j) in pattern.missing.enumerated() {
        let deviation = (1 / parts.precision(j)[component % 8]).squareRoot()
        values[j] = parts.mean(j)[component % 8] + scale * normals[i] * deviation
      }
    }
  }

  /// Of eight components.
  private struct Parts {
    let base: UnsafePointer<Double>
    let columnCount: Int

    @inline(__always) func mean(_ j: Int) -> Vector8 { Vector8(loading: base + 8 * j) }
    @inline(__always)
    func precision(_ j: Int) -> Vector8 { Vector8(loading: base + 8 * (columnCount + j)) }
    @inline(__always)
    func logPrecision(_ j: Int) -> Vector8 { Vector8(loading: base + 8 * (2 * columnCount + j)) }
  }

  @inline(__always)
  private func forEachGroup(_ body: (_ group: Int, _ parts: Parts) -> Void) {
    numbers.withUnsafeBufferPointer { numbers in
      guard let base = numbers.baseAddress else { return }
      for group in 0..<groupCount {
        body(
          group, Parts(base: base + 24 * group * columnCount, columnCount: columnCount))
      }
    }
  }
}
