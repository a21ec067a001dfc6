/// Turns log joint densities into weighted responsibilities, in place.
///
/// For each row, log p(x) = log sum_k exp(log joint), r_k = exp(log joint) / p(x). A row to which
/// no component gives any density has log p = -infinity and responsibilities 0.
///
/// - Parameters:
///   - logJoint: log joint of component k and row n at `[k * stride + n]`; on return w_n r_nk, and 0
///     for n from `count` up to the next multiple of 8.
///   - count: rows; `stride` is at least this, rounded up to a multiple of 8.
///   - weights: `count` row weights; nil for 1 each.
/// - Returns: the sum over rows of w log p(x), in nats, added in row order within each lane.
/// - Complexity: one exponential per row and component, 5 memory operations per 8 of them.
public func normalizeLogJoint(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, count: Int,
  weights: UnsafePointer<Double>?
) -> Double {
  var total = Vector8.zero
  let one = Vector8(repeating: 1)
  for n in Swift.stride(from: 0, to: count, by: 8) {
    let lanes = logJoint + n
    if weights == nil && n + 8 <= count {
      total += normalizeLanes(lanes, componentCount: componentCount, stride: stride, weight: one)
      continue
    }
    let weight = laneWeights(weights, from: n, count: count)
    clearLanes(lanes, componentCount: componentCount, stride: stride, where: weight .== 0)
    // A row without weight adds nothing, whatever its density.
    total += (normalizeLanes(lanes, componentCount: componentCount, stride: stride, weight: weight)
      * weight).replacing(with: 0, where: weight .== 0)
  }
  return total.laneSum
}

/// Writes log p(x) of each row: as `normalizeLogJoint`, but keeping log joint as it is.
public func logSumExp(
  _ logJoint: UnsafePointer<Double>, componentCount: Int, stride: Int, count: Int,
  into logDensities: UnsafeMutablePointer<Double>
) {
  for n in Swift.stride(from: 0, to: count, by: 8) {
    let largest = largestLanes(logJoint + n, componentCount: componentCount, stride: stride)
    var sum = Vector8.zero
    for k in 0..<componentCount {
      sum += expOfNonPositive(Vector8(loading: logJoint + k * stride + n) - largest)
    }
    let density = largest + log(sum)
    for lane in 0..<min(8, count - n) { logDensities[n + lane] = density[lane] }
  }
}

/// Responsibilities of eight rows in place; returns their log densities.
@inline(__always)
private func normalizeLanes(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, weight: Vector8
) -> Vector8 {
  let largest = largestLanes(logJoint, componentCount: componentCount, stride: stride)
  var sum = Vector8.zero
  for k in 0..<componentCount {
    let part = expOfNonPositive(Vector8(loading: logJoint + k * stride) - largest)
    part.store(to: logJoint + k * stride)
    sum += part
  }
  let scale = (weight / sum).replacing(with: 0, where: sum .== 0)
  for k in 0..<componentCount {
    (Vector8(loading: logJoint + k * stride) * scale).store(to: logJoint + k * stride)
  }
  return largest + log(sum)
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
