/// log 2^-60, rounded. A component whose joint density is less than 2^-60 of the row's largest changes
/// neither the row's density nor any other responsibility by more than 2^-60 of it: that many
/// components, and more than a hundred of them together, are below rounding.
public let negligibleLogRatio = -0x1.4cb5ecf0a9650p+5

/// Turns log joint densities into weighted responsibilities, in place.
///
/// For each row, log p(x) = log sum_k exp(log joint), r_k = exp(log joint) / p(x). A row to which
/// no component gives any density has log p = -infinity and responsibilities 0.
///
/// A component whose log joint lies further below the row's largest than `floor` counts as one that
/// gives the row no density.
///
/// - Parameters:
///   - logJoint: log joint of component k and row n at `[k * stride + n]`; on return w_n r_nk, and 0
///     for n from `count` up to the next multiple of 16.
///   - count: rows; `stride` is at least this, rounded up to a multiple of 16.
///   - weights: `count` row weights; nil for 1 each.
///   - floor: `smallestExponent` or more, such as `negligibleLogRatio`.
/// - Returns: the sum over rows of w log p(x), in nats, in a fixed order of additions.
/// - Complexity: one exponential per row and component, 5 memory operations per 8 of them, one
///   division a row; one logarithm a row with weights, one for 16 without.
public func normalizeLogJoint(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, count: Int,
  weights: UnsafePointer<Double>?, floor: Double = smallestExponent
) -> Double {
  normalize(
    logJoint, componentCount: componentCount, stride: stride, count: count, weights: weights,
    floor: floor, uncertainty: nil)
}

/// The same, and how uncertain the responsibilities are: adds Σ -w r log r over rows and components to
/// `uncertainty[0]`, and Σ -w log max_k r over rows to `uncertainty[1]`.
///
/// With s = sum_k e^(log joint - largest) the largest r is 1 / s, and -Σ_k r log r = log s - t / s with
/// t = sum_k (log joint - largest) e^(log joint - largest): two operations per row and component more.
public func normalizeLogJoint(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, count: Int,
  weights: UnsafePointer<Double>?, floor: Double = smallestExponent,
  uncertainty: UnsafeMutablePointer<Double>
) -> Double {
  normalize(
    logJoint, componentCount: componentCount, stride: stride, count: count, weights: weights,
    floor: floor, uncertainty: uncertainty)
}

/// - Parameter uncertainty: where it is to be added, if it is wanted: what is not is no work, as this
///   is compiled twice.
@inline(__always)
private func normalize(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, count: Int,
  weights: UnsafePointer<Double>?, floor: Double, uncertainty: UnsafeMutablePointer<Double>?
) -> Double {
  var total = Vector8.zero
  var (logs, certainties) = (Vector8.zero, Vector8.zero)
  var n = 0
  if weights == nil {
    let one = RowPair(repeating: 1)
    // The sum of 16 logarithms is that of a product of 16 sums, each at most K < 2^63.
    while n + 16 <= count {
      let last = min(n + 128, count & ~15)
      var product = Vector8(repeating: 1)
      while n < last {
        let (largest, sum, moment) = exponentiateRows(
          logJoint + n, componentCount: componentCount, stride: stride, floor: floor,
          withMoment: uncertainty != nil)
        let share = one.share(of: sum)
        scaleRows(logJoint + n, componentCount: componentCount, stride: stride, by: share)
        total = total + largest.low + largest.high
        product = product * sum.low * sum.high
        if uncertainty != nil {
          let ofRows = moment * share
          certainties = certainties + ofRows.low + ofRows.high
        }
        n += 16
      }
      let log = Portable.log(product)
      total += log
      logs += log
    }
  }
  while n < count {
    let weight = rowWeights(weights, from: n, count: count)
    let rows = logJoint + n
    clearRows(rows, componentCount: componentCount, stride: stride, withoutWeight: weight)
    let (largest, sum, moment) = exponentiateRows(
      rows, componentCount: componentCount, stride: stride, floor: floor,
      withMoment: uncertainty != nil)
    let share = weight.share(of: sum)
    scaleRows(rows, componentCount: componentCount, stride: stride, by: share)
    let log = sum.logarithm
    // A row without weight adds nothing, whatever its density.
    let densities = ((largest + log) * weight).cleared(where: weight, is: 0)
    total = total + densities.low + densities.high
    if uncertainty != nil {
      let (ofLogs, ofRows) = ((log * weight).cleared(where: weight, is: 0), moment * share)
      logs = logs + ofLogs.low + ofLogs.high
      certainties = certainties + ofRows.low + ofRows.high
    }
    n += 16
  }
  if let uncertainty {
    let sum = logs.laneSum
    uncertainty[0] += sum - certainties.laneSum
    uncertainty[1] += sum
  }
  return total.laneSum
}

/// Writes log p(x) of each row: as `normalizeLogJoint`, but keeping log joint as it is.
public func logSumExp(
  _ logJoint: UnsafePointer<Double>, componentCount: Int, stride: Int, count: Int,
  into logDensities: UnsafeMutablePointer<Double>, floor: Double = smallestExponent
) {
  for n in Swift.stride(from: 0, to: count, by: 16) {
    let largest = largestOfRows(logJoint + n, componentCount: componentCount, stride: stride)
    var sum = RowPair(repeating: 0)
    for k in 0..<componentCount {
      sum =
        sum + RowPair(loading: logJoint + k * stride + n).exp(relativeTo: largest, floor: floor)
    }
    let densities = largest + sum.logarithm
    for row in 0..<min(16, count - n) { logDensities[n + row] = densities[row] }
  }
}

/// Writes the number of the component that has the largest log joint of each row, of equal ones the
/// lowest, and that log joint.
///
/// A comparison and two selections for eight rows of a component.
public func largestComponents(
  _ logJoint: UnsafePointer<Double>, componentCount: Int, stride: Int, count: Int,
  into labels: UnsafeMutablePointer<Int64>, largest: UnsafeMutablePointer<Double>
) {
  for n in Swift.stride(from: 0, to: count, by: 8) {
    var best = Vector8(loading: logJoint + n)
    var number = SIMD8<Int64>.zero
    for k in 1..<max(1, componentCount) {
      let next = Vector8(loading: logJoint + k * stride + n)
      let isLarger = next .> best
      best.replace(with: next, where: isLarger)
      number.replace(with: SIMD8(repeating: Int64(k)), where: isLarger)
    }
    if n + 8 <= count {
      UnsafeMutableRawPointer(labels + n).storeBytes(of: number, as: SIMD8<Int64>.self)
      best.store(to: largest + n)
    } else {
      for lane in 0..<count - n {
        labels[n + lane] = number[lane]
        largest[n + lane] = best[lane]
      }
    }
  }
}

/// Turns log joint densities into the weights of the most probable components, in place: of the largest
/// log joint of a row, of equal ones that of the lowest number, w_n; of all others 0.
///
/// What `normalizeLogJoint` gives in the limit of components that are far apart.
///
/// - Parameters: as there.
/// - Returns: the sum over rows of w times the largest log joint, in nats, in a fixed order of additions.
/// - Complexity: two comparisons and three selections for eight rows of a component.
public func assignLargest(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, count: Int,
  weights: UnsafePointer<Double>?
) -> Double {
  var total = Vector8.zero
  for n in Swift.stride(from: 0, to: count, by: 16) {
    let pair = rowWeights(weights, from: n, count: count)
    total += assignLargest(logJoint + n, componentCount: componentCount, stride: stride, pair.low)
    total += assignLargest(
      logJoint + n + 8, componentCount: componentCount, stride: stride, pair.high)
  }
  return total.laneSum
}

/// The same of eight rows; returns w times the largest log joint of each.
@_transparent
private func assignLargest(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, _ weights: Vector8
) -> Vector8 {
  var largest = Vector8(loading: logJoint)
  for k in 1..<max(1, componentCount) {
    let next = Vector8(loading: logJoint + k * stride)
    largest.replace(with: next, where: next .> largest)
  }
  // What is left to the components that follow.
  var rest = weights
  for k in 0..<componentCount {
    let isOther = Vector8(loading: logJoint + k * stride) .!= largest
    rest.replacing(with: Vector8.zero, where: isOther).store(to: logJoint + k * stride)
    rest = Vector8.zero.replacing(with: rest, where: isOther)
  }
  // A row without weight adds nothing, whatever its density; nor does what is no row.
  return (largest * weights).replacing(with: Vector8.zero, where: weights .== Vector8.zero)
}

/// Turns the log joint of 16 rows into e^(log joint - largest); returns the largest, the sum over the
/// components and, if it is wanted, that of (log joint - largest) e^(log joint - largest).
@_transparent
private func exponentiateRows(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, floor: Double,
  withMoment: Bool
) -> (largest: RowPair, sum: RowPair, moment: RowPair) {
  let largest = largestOfRows(logJoint, componentCount: componentCount, stride: stride)
  var sum = RowPair(repeating: 0)
  var moment = RowPair(repeating: 0)
  // 0 times infinity would be no number.
  let least = RowPair(repeating: smallestExponent)
  var rows = logJoint
  for _ in 0..<componentCount {
    let row = RowPair(loading: rows)
    let part = row.exp(relativeTo: largest, floor: floor)
    part.store(to: rows)
    sum = sum + part
    if withMoment { moment = moment + part * (row - largest).larger(least) }
    rows += stride
  }
  return (largest, sum, moment)
}

/// Multiplies 16 rows of all components by `factors`.
@_transparent
private func scaleRows(
  _ values: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, by factors: RowPair
) {
  var rows = values
  for _ in 0..<componentCount {
    (RowPair(loading: rows) * factors).store(to: rows)
    rows += stride
  }
}

/// Makes what may be undefined, the log joint where there is no row, or no weight, 0.
private func clearRows(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int,
  withoutWeight weights: RowPair
) {
  for k in 0..<componentCount {
    let rows = logJoint + k * stride
    RowPair(loading: rows).cleared(where: weights, is: 0).store(to: rows)
  }
}

/// The largest log joint of 16 rows; 0 where all are -infinity, so that no difference is NaN.
@_transparent
private func largestOfRows(
  _ logJoint: UnsafePointer<Double>, componentCount: Int, stride: Int
) -> RowPair {
  var largest = RowPair(loading: logJoint)
  for k in 1..<max(1, componentCount) {
    largest = largest.larger(RowPair(loading: logJoint + k * stride))
  }
  return largest.cleared(where: largest, is: -.infinity)
}

/// The weights of 16 rows; 0 beyond the last.
@inline(__always)
private func rowWeights(_ weights: UnsafePointer<Double>?, from n: Int, count: Int) -> RowPair {
  if n + 16 <= count { return weights.map { RowPair(loading: $0 + n) } ?? RowPair(repeating: 1) }
  var (low, high) = (Vector8.zero, Vector8.zero)
  for lane in 0..<min(8, count - n) { low[lane] = weights?[n + lane] ?? 1 }
  for lane in 0..<max(0, min(8, count - n - 8)) { high[lane] = weights?[n + 8 + lane] ?? 1 }
  return RowPair(low, high)
}
