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
///     for n from `count` up to the next multiple of 8.
///   - count: rows; `stride` is at least this, rounded up to a multiple of 8.
///   - weights: `count` row weights; nil for 1 each.
///   - floor: `smallestExponent` or more, such as `negligibleLogRatio`.
/// - Returns: the sum over rows of w log p(x), in nats, in a fixed order of additions.
/// - Complexity: one exponential per row and component, 5 memory operations per 8 of them, one
///   division a row; one logarithm a row with weights, one for 16 without.
public func normalizeLogJoint(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, count: Int,
  weights: UnsafePointer<Double>?, floor: Double = smallestExponent
) -> Double {
  var total = Vector8.zero
  var n = 0
  if weights == nil {
    // The sum of 16 logarithms is that of a product of 16 sums, each at most K < 2^63.
    while n + 8 <= count {
      let last = min(n + 128, count & ~7)
      var product = Vector8(repeating: 1)
      while n < last {
        let (largest, sum) = exponentiateLanes(
          logJoint + n, componentCount: componentCount, stride: stride, floor: floor)
        scaleLanes(
          logJoint + n, componentCount: componentCount, stride: stride,
          by: share(Vector8(repeating: 1), of: sum))
        total += largest
        product *= sum
        n += 8
      }
      total += log(product)
    }
  }
  while n < count {
    let weight = laneWeights(weights, from: n, count: count)
    let lanes = logJoint + n
    clearLanes(lanes, componentCount: componentCount, stride: stride, where: weight .== 0)
    let (largest, sum) = exponentiateLanes(
      lanes, componentCount: componentCount, stride: stride, floor: floor)
    scaleLanes(
      lanes, componentCount: componentCount, stride: stride, by: share(weight, of: sum))
    // A row without weight adds nothing, whatever its density.
    total += ((largest + log(sum)) * weight).replacing(with: 0, where: weight .== 0)
    n += 8
  }
  return total.laneSum
}

/// Writes log p(x) of each row: as `normalizeLogJoint`, but keeping log joint as it is.
public func logSumExp(
  _ logJoint: UnsafePointer<Double>, componentCount: Int, stride: Int, count: Int,
  into logDensities: UnsafeMutablePointer<Double>, floor: Double = smallestExponent
) {
  for n in Swift.stride(from: 0, to: count, by: 8) {
    let largest = largestLanes(logJoint + n, componentCount: componentCount, stride: stride)
    var sum = Vector8.zero
    for k in 0..<componentCount {
      sum += expOfNonPositive(
        Vector8(loading: logJoint + k * stride + n) - largest, floor: floor)
    }
    let density = largest + log(sum)
    for lane in 0..<min(8, count - n) { logDensities[n + lane] = density[lane] }
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
    var number = Vector8.zero
    for k in 1..<max(1, componentCount) {
      let next = Vector8(loading: logJoint + k * stride + n)
      let isLarger = next .> best
      best.replace(with: next, where: isLarger)
      number.replace(with: Double(k), where: isLarger)
    }
    for lane in 0..<min(8, count - n) {
      labels[n + lane] = Int64(number[lane])
      largest[n + lane] = best[lane]
    }
  }
}

/// Turns the log joint of eight rows into e^(log joint - largest); returns the largest and the sum
/// over the components.
///
/// Eight rows at a time: the exponentials of several components overlap, and nothing spills.
@inline(__always)
private func exponentiateLanes(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, floor: Double
) -> (largest: Vector8, sum: Vector8) {
  let largest = largestLanes(logJoint, componentCount: componentCount, stride: stride)
  var sum = Vector8.zero
  var lanes = logJoint
  for _ in 0..<componentCount {
    let part = expOfNonPositive(Vector8(loading: lanes) - largest, floor: floor)
    part.store(to: lanes)
    sum += part
    lanes += stride
  }
  return (largest, sum)
}

/// Multiplies eight rows of all components by `factor`.
@inline(__always)
private func scaleLanes(
  _ values: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, by factor: Vector8
) {
  var lanes = values
  for _ in 0..<componentCount {
    (Vector8(loading: lanes) * factor).store(to: lanes)
    lanes += stride
  }
}

/// weight / sum; 0 for a row to which no component gives any density.
@_transparent
private func share(_ weight: Vector8, of sum: Vector8) -> Vector8 {
  (weight / sum).replacing(with: 0, where: sum .== 0)
}

/// Makes what may be undefined, the log joint of lanes without a row, or without weight, 0.
private func clearLanes(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int,
  where empty: SIMDMask<SIMD8<Int64>>
) {
  for k in 0..<componentCount {
    Vector8(loading: logJoint + k * stride).replacing(with: 0, where: empty)
      .store(to: logJoint + k * stride)
  }
}

/// The largest log joint of eight rows; 0 where all are -infinity, so that no difference is NaN.
@inline(__always)
private func largestLanes(
  _ logJoint: UnsafePointer<Double>, componentCount: Int, stride: Int
) -> Vector8 {
  var largest = Vector8(loading: logJoint)
  for k in 1..<max(1, componentCount) {
    largest = largest.larger(Vector8(loading: logJoint + k * stride))
  }
  return largest.replacing(with: 0, where: largest .== -.infinity)
}

/// The weights of eight rows; 0 for the lanes beyond the last row.
@inline(__always)
private func laneWeights(_ weights: UnsafePointer<Double>?, from n: Int, count: Int) -> Vector8 {
  if n + 8 <= count { return weights.map { Vector8(loading: $0 + n) } ?? Vector8(repeating: 1) }
  var lanes = Vector8.zero
  for lane in 0..<count - n { lanes[lane] = weights.map { $0[n + lane] } ?? 1 }
  return lanes
}
