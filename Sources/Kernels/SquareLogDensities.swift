/// Log densities of rows of a transposed tile (`transposeTile`) under components with diagonal
/// covariances: logScale_k less a weighted sum of squares over the columns, in their order, fused.
///
/// Four components at a time share what they load of a row; a group of 32 rows stays in the
/// first-level cache for all components.
public struct SquareLogDensities {
  let columns: UnsafePointer<Double>
  let columnCount: Int
  let stride: Int
  let componentCount: Int
  let means: UnsafePointer<Double>
  let meanStride: Int
  let logScales: UnsafePointer<Double>
  let shape: TileShape

  /// - Parameters:
  ///   - stride: the tile's rows with padding, a multiple of 32.
  ///   - means: K means, `meanStride` numbers from one to the next.
  public init(
    _ columns: UnsafePointer<Double>, columnCount: Int, stride: Int, componentCount: Int,
    means: UnsafePointer<Double>, meanStride: Int, logScales: UnsafePointer<Double>,
    shape: TileShape = .native
  ) {
    self.columns = columns
    self.columnCount = columnCount
    self.stride = stride
    self.componentCount = componentCount
    self.means = means
    self.meanStride = meanStride
    self.logScales = logScales
    self.shape = shape
  }

  /// logScale - (sum of (x_j - mu_j)² precision_j) / 2: subtract, multiply, multiply-add a value.
  ///
  /// - Parameters:
  ///   - precisions: K × D.
  ///   - densities: that of component k and row n goes to `[k * densityStride + n]`.
  public func write(
    precisions: UnsafePointer<Double>, into densities: UnsafeMutablePointer<Double>,
    densityStride: Int
  ) {
    write(
      Precisions(numbers: precisions, columnCount: columnCount), into: densities, densityStride)
  }

  /// logScale + factor (sum of (x_j - mu_j)²): subtract, multiply-add a value.
  ///
  /// - Parameters:
  ///   - factors: -1/2 of the precision of each component, `factorStride` apart (0: of all).
  ///   - densities: that of component k and row n goes to `[k * densityStride + n]`.
  public func write(
    factors: UnsafePointer<Double>, factorStride: Int,
    into densities: UnsafeMutablePointer<Double>, densityStride: Int
  ) {
    write(Factors(numbers: factors, stride: factorStride), into: densities, densityStride)
  }

  @inline(__always)
  private func write<S: Squares>(
    _ squares: S, into densities: UnsafeMutablePointer<Double>, _ densityStride: Int
  ) {
    for start in Swift.stride(from: 0, to: stride, by: 32) {
      let whole = componentCount & ~3
      for k in Swift.stride(from: 0, to: whole, by: 4) {
        let target = densities + k * densityStride + start
        switch shape {
        case .small: writeFour(k, start, squares, Vector8.self, into: target, densityStride)
        case .large:
          writeFour(k, start, squares, FourVectors.self, into: target, densityStride)
        }
      }
      for k in whole..<componentCount {
        writeOne(k, start, squares, into: densities + k * densityStride + start)
      }
    }
  }

  /// 32 rows under four components.
  @inline(__always)
  private func writeFour<S: Squares, Rows: RowLanes>(
    _ k: Int, _ start: Int, _ squares: S, _: Rows.Type,
    into target: UnsafeMutablePointer<Double>, _ stride: Int
  ) {
    for n in Swift.stride(from: 0, to: 32, by: Rows.count) {
      let group = columns + start * columnCount + n
      let mean = means + k * meanStride
      var sums = FourSums<Rows>()
      for j in 0..<columnCount {
        let x = Rows(loading: group + 32 * j)
        squares.add(x - mean[j], k, j, to: &sums.a)
        squares.add(x - mean[meanStride + j], k + 1, j, to: &sums.b)
        squares.add(x - mean[2 * meanStride + j], k + 2, j, to: &sums.c)
        squares.add(x - mean[3 * meanStride + j], k + 3, j, to: &sums.d)
      }
      store(sums.a, k, squares, to: target + n)
      store(sums.b, k + 1, squares, to: target + stride + n)
      store(sums.c, k + 2, squares, to: target + 2 * stride + n)
      store(sums.d, k + 3, squares, to: target + 3 * stride + n)
    }
  }

  /// 32 rows under one component.
  @inline(__always)
  private func writeOne<S: Squares>(
    _ k: Int, _ start: Int, _ squares: S, into target: UnsafeMutablePointer<Double>
  ) {
    let group = columns + start * columnCount
    var sum = FourVectors.zero
    for j in 0..<columnCount {
      squares.add(
        FourVectors(loading: group + 32 * j) - means[k * meanStride + j], k, j, to: &sum)
    }
    store(sum, k, squares, to: target)
  }

  @inline(__always)
  private func store<S: Squares, Rows: RowLanes>(
    _ sum: Rows, _ k: Int, _ squares: S, to target: UnsafeMutablePointer<Double>
  ) {
    sum.scaled(by: squares.factor(k), plus: logScales[k]).store(to: target)
  }
}

/// How squares are weighted.
private protocol Squares {
  /// Adds the weighted square of a difference in column j of component k.
  func add<Rows: RowLanes>(_ difference: Rows, _ k: Int, _ j: Int, to sum: inout Rows)
  /// What the sum is multiplied by.
  func factor(_ k: Int) -> Double
}

private struct Precisions: Squares {
  let numbers: UnsafePointer<Double>
  let columnCount: Int

  @inline(__always)
  func add<Rows: RowLanes>(_ difference: Rows, _ k: Int, _ j: Int, to sum: inout Rows) {
    sum.addSquare(difference, times: numbers[k * columnCount + j])
  }

  @inline(__always)
  func factor(_ k: Int) -> Double { -0.5 }
}

private struct Factors: Squares {
  let numbers: UnsafePointer<Double>
  let stride: Int

  @inline(__always)
  func add<Rows: RowLanes>(_ difference: Rows, _ k: Int, _ j: Int, to sum: inout Rows) {
    sum.addSquare(difference)
  }

  @inline(__always)
  func factor(_ k: Int) -> Double { numbers[k * stride] }
}
