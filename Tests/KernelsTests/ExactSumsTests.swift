import Kernels
import Testing
import _TestSupport

@Suite("Exact sums")
struct ExactSumsTests {
  /// Values of mixed magnitude and sign, in blocks of two slots.
  private func blocks(_ count: Int) -> [[Double]] {
    var generator = SeededGenerator(seed: 7)
    return (0..<count).map { _ in
      (0..<2).map { _ in
        (generator.uniform() - 0.5)
          * Double(sign: .plus, exponent: Int(generator.uniform() * 60) - 60, significand: 1)
      }
    }
  }

  private func sums(_ blocks: [[Double]], bounds: [Double] = [1, 1]) -> ExactSums {
    let sums = ExactSums(ExactUnits(bounds: bounds, additions: 1000))
    for block in blocks { sums.add(block) }
    return sums
  }

  @Test("the order of additions and the split into partial sums change no bit")
  func orderIndependent() {
    let blocks = blocks(1000)
    let forward = sums(blocks).totals
    #expect(sums(blocks.reversed()).totals == forward)
    for parts in [2, 3, 7, 64] {
      let merged = ExactSums(ExactUnits(bounds: [1, 1], additions: 1000))
      for p in (0..<parts).reversed() {
        merged.merge(sums(stride(from: p, to: blocks.count, by: parts).map { blocks[$0] }))
      }
      #expect(merged.totals == forward)
    }
    // The same data do depend on the order with ordinary sums, or this test shows nothing.
    let ordinary = blocks.reduce(0) { $0 + $1[0] }
    #expect(blocks.reversed().reduce(0) { $0 + $1[0] } != ordinary)
  }

  @Test("what is lost is below n² 2^-105 of twice the bound")
  func accuracy() {
    // Integers and multiples of 2^-60 below 1: their sum is known exactly.
    let sums = ExactSums(ExactUnits(bounds: [2], additions: 1000))
    for n in 0..<1000 { sums.add([n % 2 == 0 ? 1 + 0x1p-52 : -1]) }
    // 500 times 2^-52 remains: far below the unit of the high part alone (2^-52 × 8192).
    #expect(sums.totals == [500 * 0x1p-52])
  }

  @Test("values near the smallest numbers keep their digits")
  func smallestNumbers() {
    // Multiples of 2^-113, which 2^-960 of them still are of the smallest number of all, as are sums:
    // no operation rounds otherwise than with the numbers themselves.
    let (blocks, scale) = (blocks(1000), 0x1p-960)
    let small = sums(blocks.map { $0.map { scale * $0 } }, bounds: [scale, scale]).totals
    #expect(small == sums(blocks).totals.map { scale * $0 })
  }

  // Units leave up to 2.25 times the bound, rounded to a power of two: 4.5 times at most.
  @Test("a value beyond its bound, or none at all, is named, though all of them might add up to it")
  func beyondBound() {
    #expect(sums([[0.5, 1]]).slotBeyondBound == nil)
    #expect(sums([[0.5, 5]]).slotBeyondBound == 1)
    #expect(sums([[.nan, 0]]).slotBeyondBound == 0)
    #expect(sums([[0, -.infinity], [0, 0]]).slotBeyondBound == 1)
    let merged = sums([[0, 0]])
    merged.merge(sums([[0, .nan]]))
    #expect(merged.slotBeyondBound == 1)
  }

  @Test("a bound of zero takes zeros")
  func zeroBound() {
    let sums = sums([[0, 0], [0, -0.0]], bounds: [0, 0])
    #expect(sums.totals == [0, 0])
    #expect(sums.slotBeyondBound == nil)
  }
}
