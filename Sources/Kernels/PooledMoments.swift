/// The M-step's statistics for a covariance that all components share, without K outer products a
/// row.
///
/// With w what a row has in all components, r its shares of it, which sum to 1, and
/// xbar = sum_k r_k mu_k,
///
///     sum_k r_k (x - mu_k)(x - mu_k)'
///       = (x - xbar)(x - xbar)' + sum_{k<l} r_k r_l (mu_k - mu_l)(mu_k - mu_l)'
///
/// (the first step is the parallel axis theorem about xbar, the second writes a variance by its
/// pairs). So one outer product a row and the K (K - 1) / 2 sums of w r_k r_l are enough. All terms
/// are positive: unlike the total scatter less that between the means, nothing cancels when the
/// components lie far apart.

/// Writes x - xbar of a tile's rows, in blocks.
///
/// Per row and component: D multiply-adds, of four rows at a time, which hide each other's latency.
/// - Parameters:
///   - blocks: the rows (`blockRows`), of the given stride, a multiple of 4.
///   - responsibilities: w r of component k and row n at `[k * stride + n]`, readable up to the next
///     multiple of 4.
///   - inverseWeights: 1 / w of each row; 0 for a row that has nothing.
///   - center: padded with zeros to whole vectors; any point amid the means.
///   - means: K means less `center`, each padded.
public func writeResiduals(
  _ blocks: UnsafePointer<Double>, count: Int, columnCount: Int, stride: Int,
  responsibilities: UnsafePointer<Double>, inverseWeights: UnsafePointer<Double>,
  center: UnsafePointer<Double>, means: UnsafePointer<Double>, componentCount: Int,
  into residuals: UnsafeMutablePointer<Double>
) {
  let width = paddedCount(columnCount)
  for j in Swift.stride(from: 0, to: width, by: 8) {
    let middle = Vector8(loading: center + j)
    for n in Swift.stride(from: 0, to: count, by: 4) {
      var sums = FourSums<Vector8>()
      for k in 0..<componentCount {
        sums.add(
          responsibilities + k * stride + n, Vector8(loading: means + k * width + j))
      }
      let place = j * stride + 8 * n
      let (source, target) = (blocks + place, residuals + place)
      let inverse = inverseWeights + n
      (Vector8(loading: source) - middle - sums.a * inverse[0]).store(to: target)
      // Rows beyond the last get whatever numbers.
      (Vector8(loading: source + 8) - middle - sums.b * inverse[1]).store(to: target + 8)
      (Vector8(loading: source + 16) - middle - sums.c * inverse[2]).store(to: target + 16)
      (Vector8(loading: source + 24) - middle - sums.d * inverse[3]).store(to: target + 24)
    }
  }
}

/// Adds sum of w r_k r_l over a tile's rows to `pairs[k (k - 1) / 2 + l]`, for l < k.
///
/// Lanes along rows; each sum is fused over n = 0, 8, ... in eight lanes, then over the lanes. Four l
/// at a time: 5 loads for 4 multiply-adds.
/// - Parameters:
///   - responsibilities: w r at `[k * stride + n]`, zero from the tile's rows up to a multiple of 8.
///   - inverseWeights: 1 / w of each row up to a multiple of 8, 0 for nothing.
///   - scratch: for `stride` numbers.
public func addPairSums(
  _ responsibilities: UnsafePointer<Double>, componentCount: Int, count: Int, stride: Int,
  inverseWeights: UnsafePointer<Double>, scratch: UnsafeMutablePointer<Double>,
  into pairs: UnsafeMutablePointer<Double>
) {
  let lanes = paddedCount(count)
  for k in 1..<max(1, componentCount) {
    let shares = responsibilities + k * stride
    for n in 0..<lanes { scratch[n] = shares[n] * inverseWeights[n] }
    let own = UnsafePointer(scratch)
    let row = pairs + k * (k - 1) / 2
    var l = 0
    while l + 4 <= k {
      var a = Vector8.zero
      var b = Vector8.zero
      var c = Vector8.zero
      var d = Vector8.zero
      let other = responsibilities + l * stride
      for n in Swift.stride(from: 0, to: lanes, by: 8) {
        let r = Vector8(loading: own + n)
        a.addProduct(r, Vector8(loading: other + n))
        b.addProduct(r, Vector8(loading: other + stride + n))
        c.addProduct(r, Vector8(loading: other + 2 * stride + n))
        d.addProduct(r, Vector8(loading: other + 3 * stride + n))
      }
      row[l] += a.laneSum
      row[l + 1] += b.laneSum
      row[l + 2] += c.laneSum
      row[l + 3] += d.laneSum
      l += 4
    }
    while l < k {
      var a = Vector8.zero
      for n in Swift.stride(from: 0, to: lanes, by: 8) {
        a.addProduct(
          Vector8(loading: own + n), Vector8(loading: responsibilities + l * stride + n))
      }
      row[l] += a.laneSum
      l += 1
    }
  }
}

/// Adds sum of w r (x_j - mu_j) of every component, over the rows in order from zero, to `first`,
/// lanes along columns.
///
/// Two operations a value. Two components that share what is loaded have twice the sums on their way,
/// where one waits for its own.
///
/// - Parameters:
///   - blocks: the rows (`blockRows`), of the given stride.
///   - responsibilities: w r of component k and row n at `[k * stride + n]`.
///   - means: K means, each padded with zeros to whole vectors.
///   - first: K × D sums.
public func addFirstMoments(
  _ blocks: UnsafePointer<Double>, count: Int, columnCount: Int, stride: Int,
  responsibilities: UnsafePointer<Double>, means: UnsafePointer<Double>, componentCount: Int,
  into first: UnsafeMutablePointer<Double>, shape: TileShape = .native
) {
  for k in Swift.stride(from: 0, to: componentCount, by: 2) {
    FirstMoments(
      blocks: blocks, count: count, columnCount: columnCount, stride: stride,
      responsibilities: responsibilities + k * stride, means: means + k * paddedCount(columnCount),
      components: min(2, componentCount - k), first: first + k * columnCount, shape: shape
    ).addAll(columnCount: columnCount, shape)
  }
}

/// The sums of a component, or of two next to each other.
private struct FirstMoments: ColumnGroups {
  let blocks: UnsafePointer<Double>
  let count: Int
  let columnCount: Int
  let stride: Int
  let responsibilities: UnsafePointer<Double>
  let means: UnsafePointer<Double>
  let components: Int
  let first: UnsafeMutablePointer<Double>
  let shape: TileShape

  @inline(__always)
  func add<Columns: ColumnLanes>(from j: Int, _ columns: Columns.Type) {
    if components == 2 && KernelTable.pairsComponents(shape, vectors: Columns.vectors) {
      addPair(j, columns)
    } else {
      for k in 0..<components { addOne(k, j, columns) }
    }
  }

  @inline(__always)
  private func addOne<Columns: ColumnLanes>(_ k: Int, _ j: Int, _: Columns.Type) {
    let mean: Columns = mean(k, j)
    let weights = responsibilities + k * stride
    var sums = Columns.zero
    for n in 0..<count { sums.addProduct(weights[n], row(n, j) - mean) }
    add(sums, k, j)
  }

  @inline(__always)
  private func addPair<Columns: ColumnLanes>(_ j: Int, _: Columns.Type) {
    let (mean, otherMean): (Columns, Columns) = (mean(0, j), mean(1, j))
    let otherWeights = responsibilities + stride
    var (sums, otherSums) = (Columns.zero, Columns.zero)
    for n in 0..<count {
      let x: Columns = row(n, j)
      sums.addProduct(responsibilities[n], x - mean)
      otherSums.addProduct(otherWeights[n], x - otherMean)
    }
    add(sums, 0, j)
    add(otherSums, 1, j)
  }

  @inline(__always)
  private func row<Columns: ColumnLanes>(_ n: Int, _ j: Int) -> Columns {
    Columns(loading: blocks + j * stride + 8 * n, step: 8 * stride)
  }

  @inline(__always)
  private func mean<Columns: ColumnLanes>(_ k: Int, _ j: Int) -> Columns {
    Columns(loading: means + k * paddedCount(columnCount) + j, step: 8)
  }

  @inline(__always)
  private func add<Columns: ColumnLanes>(_ sums: Columns, _ k: Int, _ j: Int) {
    sums.add(to: first + k * columnCount + j, columns: columnCount - j)
  }
}
