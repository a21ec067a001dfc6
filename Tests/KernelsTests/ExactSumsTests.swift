import Kernels
import Testing
import _TestSupport

@Suite("Exact sums")
struct ExactSumsTests {
  /// Blocks of values of both signs, whose magnitudes span the exponents.
  private func blocks(
    _ count: Int, slots: Int = 2, exponents: ClosedRange<Int> = -60...0, seed: UInt64 = 7
  ) -> [[Double]] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      (0..<slots).map { _ in
        let exponent = Int.random(in: exponents, using: &generator)
        return (generator.uniform() - 0.5) * Double(sign: .plus, exponent: exponent, significand: 1)
      }
    }
  }

  private func sums(_ blocks: [[Double]], additions: Int = 1000) -> ExactSums {
    let sums = ExactSums(count: blocks[0].count, additions: additions)
    for block in blocks { #expect(sums.add(block) == nil) }
    return sums
  }

  @Test(
    "the order of additions and the split into partial sums change no bit",
    arguments: [-60...0, -1074...(-900), -300...300, 900...968, -1070...960],
    [1, 1000, 70_000, 1 << 22])
  func orderIndependent(exponents: ClosedRange<Int>, additions: Int) {
    let blocks = blocks(min(additions, 1000), exponents: exponents)
    let forward = sums(blocks, additions: additions)
    #expect(sums(blocks.reversed(), additions: additions).totals == forward.totals)
    for parts in [2, 3, 7, 64] where parts <= blocks.count {
      let split = (0..<parts).reversed().map { p in
        sums(
          stride(from: p, to: blocks.count, by: parts).map { blocks[$0] }, additions: additions)
      }
      let merged = ExactSums(count: 2, additions: additions)
      var elements = merged.elements
      for part in split {
        merged.merge(part)
        ExactSums.combine(part.elements, &elements, count: 2)
      }
      #expect(merged.totals == forward.totals)
      #expect(elements == forward.elements)
      #expect(ExactSums.totals(elements[...]) == forward.totals)
    }
  }

  @Test("ordinary sums of the same values do depend on their order, or these tests show nothing")
  func ordinary() {
    let blocks = blocks(1000)
    let sum = blocks.reduce(0) { $0 + $1[0] }
    #expect(blocks.reversed().reduce(0) { $0 + $1[0] } != sum)
  }

  // A larger value that comes first, last or in between moves the bins at another time.
  @Test("a value far larger than all others changes the bits in the same way wherever it comes")
  func oneLarge() {
    let blocks = blocks(200)
    for exponent in [30, 80, 300] {
      let large = Double(sign: .plus, exponent: exponent, significand: 1.75)
      let all = [0, 1, 100, 200].map { place in
        sums(Array(blocks[..<place]) + [[large, -large]] + Array(blocks[place...])).elements
      }
      #expect(all.allSatisfy { $0 == all[0] })
    }
  }

  // Values at the very limits of bins, and halfway between two multiples of a unit.
  @Test("values on the edges of the grid keep to it")
  func edges() {
    var values: [Double] = []
    for exponent in stride(from: -1070, through: 960, by: 7) {
      let power = Double(sign: .plus, exponent: exponent, significand: 1)
      values += [power, 1.5 * power, -0.75 * power, power.nextUp, -power.nextDown, 3 * power]
    }
    let blocks = values.map { [$0] }
    var generator = SeededGenerator(seed: 3)
    let expected = sums(blocks, additions: blocks.count).elements
    for _ in 0..<20 {
      #expect(
        sums(blocks.shuffled(using: &generator), additions: blocks.count).elements == expected)
    }
  }

  @Test("what cancels leaves what is below it, to 1.34 n 2^-2W of the largest value")
  func accuracy() {
    // n = 1000 leaves W = 42 bits.
    let sums = ExactSums(count: 1, additions: 1000)
    for n in 0..<1000 { #expect(sums.add([n % 2 == 0 ? 1 + 0x1p-52 : -1]) == nil) }
    #expect(sums.totals == [500 * 0x1p-52])
    let small = ExactSums(count: 1, additions: 1000)
    let tiny = 3 * 0x1p-74
    for value in [1, tiny, -1] { #expect(small.add([value]) == nil) }
    let bound = 1.34 * 3 * 0x1p-84
    #expect(abs(small.totals[0] - tiny) <= bound)
  }

  // Integers up to 2^50, whose sums integers tell.
  @Test("sums of integers are right, rounded once", arguments: [10, 1000, 5000])
  func integers(count: Int) {
    var generator = SeededGenerator(seed: 11)
    let values = (0..<count).map { _ in
      Int.random(in: -(1 << 50)...(1 << 50), using: &generator)
        >> Int.random(in: 0...40, using: &generator)
    }
    let sums = sums(values.map { [Double($0)] }, additions: count)
    #expect(sums.totals == [Double(values.reduce(0, +))])
  }

  @Test("values near the smallest numbers lose nothing")
  func smallestNumbers() {
    let values = [0x1p-1074, 0x1p-1022, 3 * 0x1p-1074, -0x1p-1060, 0x1p-1030]
    #expect(sums(values.map { [$0] }).totals == [values.reduce(0, +)])
  }

  @Test("a value that is not finite or beyond the grid is named")
  func beyondGrid() {
    let sums = ExactSums(count: 3, additions: 1000)
    #expect(sums.add([0.5, 1, -1]) == nil)
    #expect(sums.add([0.5, .nan, 0]) == 1)
    sums.restart()
    #expect(sums.add([0, 0, -.infinity]) == 2)
    sums.restart()
    #expect(sums.add([1e308, 0, 0]) == 0)
    sums.restart()
    #expect(sums.add([0x1p960, 0, 0]) == nil)
    // What was in vain leaves nothing behind.
    sums.restart()
    #expect(sums.totals == [0, 0, 0])
  }

  @Test("slots beyond one part of the loop are added too", arguments: [511, 512, 513, 1100])
  func manySlots(count: Int) {
    let blocks = blocks(5, slots: count, exponents: -3...3)
    let expected = (0..<count).map { slot in
      sums(blocks.map { [$0[slot]] }, additions: 5).totals[0]
    }
    #expect(sums(blocks, additions: 5).totals == expected)
  }
}
