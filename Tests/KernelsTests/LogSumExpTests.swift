import Kernels
import Testing
import _TestSupport

@Suite("Log-sum-exp")
struct LogSumExpTests {
  @Test(
    "responsibilities and log densities agree with the plain loop", arguments: [1, 2, 3, 10, 50],
    [smallestExponent, negligibleLogRatio])
  func plainLoop(componentCount: Int, floor: Double) {
    var generator = SeededGenerator(seed: UInt64(componentCount))
    for count in [1, 7, 8, 9, 16, 17, 100] {
      let stride = (count + 15) & ~15
      // Of 10 and more components some lie within the floor of the largest, some beyond.
      let logJoint = (0..<componentCount * stride).map { _ in 300 * generator.normal() }
      let weights = (0..<count).map { $0 % 4 == 1 ? 0 : generator.uniform() * 3 }
      var result = logJoint
      let total = normalizeLogJoint(
        &result, componentCount: componentCount, stride: stride, count: count, weights: weights,
        floor: floor)
      var densities = [Double](repeating: .nan, count: count)
      logSumExp(
        logJoint, componentCount: componentCount, stride: stride, count: count, into: &densities,
        floor: floor)

      var expectedTotal = 0.0
      var magnitude = 0.0
      for n in 0..<count {
        let (responsibilities, density) = PlainLoops.posterior(
          (0..<componentCount).map { logJoint[$0 * stride + n] }, floor: floor)
        #expect(densities[n] == density)
        expectedTotal += weights[n] * density
        magnitude += abs(weights[n] * density)
        for k in 0..<componentCount {
          // The kernel rounds w / s once and multiplies, the loop 1 / s, its product and w: each at
          // most half a unit, 5 in all.
          let expected = weights[n] * responsibilities[k]
          #expect(abs(result[k * stride + n] - expected) <= 5 * 0x1p-53 * expected)
        }
      }
      // `count` additions in another order: at most half a unit of the magnitudes each, twice.
      #expect(abs(total - expectedTotal) <= 2 * Double(count) * 0x1p-53 * magnitude)
      for k in 0..<componentCount {
        #expect(result[(k * stride + count)..<((k + 1) * stride)].allSatisfy { $0 == 0 })
      }
    }
  }

  @Test(
    "the most probable component gets the whole row, of equal ones the lowest",
    arguments: [1, 2, 3, 10, 50], [false, true])
  func largest(componentCount: Int, isWeighted: Bool) {
    var generator = SeededGenerator(seed: UInt64(componentCount))
    for count in [1, 7, 8, 9, 15, 16, 17, 100] {
      let stride = (count + 15) & ~15
      // Whole numbers: many are equal.
      var logJoint = (0..<componentCount * stride).map { _ in (3 * generator.normal()).rounded() }
      // No rows are there.
      for k in 0..<componentCount { for n in count..<stride { logJoint[k * stride + n] = .nan } }
      let weights: [Double] = (0..<count).map { $0 % 4 == 1 ? 0 : Double($0 % 3) }
      // Of weight 0: must not count.
      if isWeighted, count > 1 { logJoint[1] = .infinity }
      var result = logJoint
      let total = assignLargest(
        &result, componentCount: componentCount, stride: stride, count: count,
        weights: isWeighted ? weights : nil)
      var expected = 0.0
      for n in 0..<count {
        let row = (0..<componentCount).map { logJoint[$0 * stride + n] }
        let best = row.indices.max { (row[$0], -$0) < (row[$1], -$1) }!
        let weight = isWeighted ? weights[n] : 1
        if weight > 0 { expected += weight * row[best] }
        for k in row.indices { #expect(result[k * stride + n] == (k == best ? weight : 0)) }
      }
      // Sums of whole numbers.
      #expect(total == expected)
      for k in 0..<componentCount {
        #expect(result[(k * stride + count)..<((k + 1) * stride)].allSatisfy { $0 == 0 })
      }
    }
  }

  @Test(
    "entropies agree with the plain loop, and change no bit of the rest", arguments: [1, 2, 3, 10],
    [smallestExponent, negligibleLogRatio])
  func uncertainty(componentCount: Int, floor: Double) {
    var generator = SeededGenerator(seed: UInt64(componentCount))
    for (count, isWeighted) in [(1, false), (16, false), (100, false), (9, true), (100, true)] {
      let stride = (count + 15) & ~15
      var logJoint = (0..<componentCount * stride).map { _ in 5 * generator.normal() }
      if componentCount > 1 { logJoint[0] = -.infinity }
      let weights = (0..<count).map { $0 % 4 == 1 ? 0 : generator.uniform() * 3 }
      let given = isWeighted ? weights : nil
      var (plain, result) = (logJoint, logJoint)
      let total = normalizeLogJoint(
        &plain, componentCount: componentCount, stride: stride, count: count, weights: given,
        floor: floor)
      var found = [100.0, 200]
      let same = normalizeLogJoint(
        &result, componentCount: componentCount, stride: stride, count: count, weights: given,
        floor: floor, uncertainty: &found)
      #expect(same == total && result == plain)
      var (soft, hard) = (100.0, 200.0)
      for n in 0..<count {
        let (responsibilities, _) = PlainLoops.posterior(
          (0..<componentCount).map { logJoint[$0 * stride + n] }, floor: floor)
        let weight = isWeighted ? weights[n] : 1
        for r in responsibilities where r > 0 { soft -= weight * r * Portable.log(r) }
        hard -= weight * Portable.log(responsibilities.max()!)
      }
      // Each of the rows, and its components, adds some units of numbers of a few nats, up to 3 times.
      let rounding = Double(count * componentCount) * 3 * 16 * 0x1p-53 * 8 + 300 * 0x1p-52
      #expect(abs(found[0] - soft) <= rounding)
      #expect(abs(found[1] - hard) <= rounding)
    }
  }

  @Test("no weights are weights of 1", arguments: [1, 4], [1, 15, 16, 128, 250])
  func withoutWeights(componentCount: Int, count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    let stride = (count + 15) & ~15
    let logJoint = (0..<componentCount * stride).map { _ in 30 * generator.normal() }
    var (plain, weighted) = (logJoint, logJoint)
    let total = normalizeLogJoint(
      &plain, componentCount: componentCount, stride: stride, count: count, weights: nil)
    let weightedTotal = normalizeLogJoint(
      &weighted, componentCount: componentCount, stride: stride, count: count,
      weights: [Double](repeating: 1, count: count))
    #expect(plain == weighted)
    // Log densities here are below 150. Either total is rounded `count` times and has logarithms in
    // error by a unit; of a product of 16 sums by 16 roundings of it.
    #expect(abs(total - weightedTotal) <= 4 * Double(count) * 0x1p-53 * 150 * Double(count))
  }

  @Test("what lies exactly at the floor counts, what lies just below is left out")
  func atTheFloor() {
    var logJoint = [Double](repeating: 0, count: 16)
    logJoint += [Double](repeating: negligibleLogRatio, count: 16)
    logJoint += [Double](repeating: negligibleLogRatio.nextDown, count: 16)
    _ = normalizeLogJoint(
      &logJoint, componentCount: 3, stride: 16, count: 16, weights: nil, floor: negligibleLogRatio)
    // e^x of a rounded x near -42: within 42 × 2^-53 of 2^-60, and a unit of the result.
    #expect(abs(logJoint[16] * 0x1p60 - 1) <= 45 * 0x1p-53)
    #expect(logJoint[32...].allSatisfy { $0 == 0 })
  }

  @Test("a row that no component gives density has responsibilities 0 and log density -infinity")
  func noDensity() {
    var logJoint = [Double](repeating: -.infinity, count: 32)
    let total = normalizeLogJoint(
      &logJoint, componentCount: 2, stride: 16, count: 16, weights: nil)
    #expect(total == -.infinity)
    #expect(logJoint.allSatisfy { $0 == 0 })
  }

  @Test("a component of weight 0 gets nothing, however far the others are")
  func emptyComponent() {
    var logJoint =
      [Double](repeating: -1e200, count: 16) + [Double](repeating: -.infinity, count: 16)
    _ = normalizeLogJoint(&logJoint, componentCount: 2, stride: 16, count: 16, weights: nil)
    #expect(logJoint == [Double](repeating: 1, count: 16) + [Double](repeating: 0, count: 16))
  }
}
