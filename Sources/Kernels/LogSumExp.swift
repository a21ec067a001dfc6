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
/// - Returns: the sum over rows of w log p(x), in nats, in a fixed order of additions.
/// - Complexity: one exponential per row and component, 5 memory operations per 8 of them.
public func normalizeLogJoint(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, count: Int,
  weights: UnsafePointer<Double>?
) -> Double {
  var total = Vector8.zero
  var n = 0
  if weights == nil {
    // Four vectors at a time: one alone would wait for its logarithm and division.
    while n + 32 <= count {
      total += normalizeFour(logJoint + n, componentCount: componentCount, stride: stride)
      n += 32
    }
  }
  while n < count {
    let weight = laneWeights(weights, from: n, count: count)
    let lanes = logJoint + n
    clearLanes(lanes, componentCount: componentCount, stride: stride, where: weight .== 0)
    // A row without weight adds nothing, whatever its density.
    total += (normalizeLanes(lanes, componentCount: componentCount, stride: stride, weight: weight)
      * weight).replacing(with: 0, where: weight .== 0)
    n += 8
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

/// Responsibilities of 32 rows of weight 1 in place; returns the sum of their log densities.
@inline(__always)
private func normalizeFour(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int
) -> Vector8 {
  let m0 = largestLanes(logJoint, componentCount: componentCount, stride: stride)
  let m1 = largestLanes(logJoint + 8, componentCount: componentCount, stride: stride)
  let m2 = largestLanes(logJoint + 16, componentCount: componentCount, stride: stride)
  let m3 = largestLanes(logJoint + 24, componentCount: componentCount, stride: stride)
  var s0 = Vector8.zero, s1 = Vector8.zero, s2 = Vector8.zero, s3 = Vector8.zero
  for k in 0..<componentCount {
    let joint = logJoint + k * stride
    s0 += exponentiate(joint, less: m0)
    s1 += exponentiate(joint + 8, less: m1)
    s2 += exponentiate(joint + 16, less: m2)
    s3 += exponentiate(joint + 24, less: m3)
  }
  let one = Vector8(repeating: 1)
  let f0 = share(one, of: s0), f1 = share(one, of: s1)
  let f2 = share(one, of: s2), f3 = share(one, of: s3)
  for k in 0..<componentCount {
    let joint = logJoint + k * stride
    (Vector8(loading: joint) * f0).store(to: joint)
    (Vector8(loading: joint + 8) * f1).store(to: joint + 8)
    (Vector8(loading: joint + 16) * f2).store(to: joint + 16)
    (Vector8(loading: joint + 24) * f3).store(to: joint + 24)
  }
  return ((m0 + log(s0)) + (m1 + log(s1))) + ((m2 + log(s2)) + (m3 + log(s3)))
}

/// Responsibilities of eight rows in place; returns their log densities.
@inline(__always)
private func normalizeLanes(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, weight: Vector8
) -> Vector8 {
  let largest = largestLanes(logJoint, componentCount: componentCount, stride: stride)
  var sum = Vector8.zero
  for k in 0..<componentCount { sum += exponentiate(logJoint + k * stride, less: largest) }
  let scale = share(weight, of: sum)
  for k in 0..<componentCount {
    (Vector8(loading: logJoint + k * stride) * scale).store(to: logJoint + k * stride)
  }
  return largest + log(sum)
}

/// e^(log joint - largest) of eight rows, in place too.
@_transparent
private func exponentiate(
  _ logJoint: UnsafeMutablePointer<Double>, less largest: Vector8
) -> Vector8 {
  let part = expOfNonPositive(Vector8(loading: logJoint) - largest)
  part.store(to: logJoint)
  return part
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
