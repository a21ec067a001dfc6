import Kernels
import Testing

@Suite("Philox")
struct PhiloxTests {
  /// Known answers of Philox4x32-10, as published with the Random123 library.
  @Test(
    "The bits are those of the published known answers",
    arguments: [
      (0, 0, [0, 0, 0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (
        0xffff_ffff, 0xffff_ffff, [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff],
        [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (
        0xa409_3822, 0x299f_31d0, [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ] as [(UInt64, UInt64, [UInt32], [UInt32])])
  func knownAnswers(key0: UInt64, key1: UInt64, counter: [UInt32], expected: [UInt32]) {
    let bits = Philox(seed: key1 << 32 | key0)
      .bits(counter[0], counter[1], counter[2], counter[3])
    #expect([bits.0, bits.1, bits.2, bits.3] == expected)
  }

  @Test("Uniform numbers lie inside (0, 1), evenly, and differ by seed, purpose, row and index")
  func uniform() {
    let count = 100_000
    let numbers = (0..<count).map { Philox(seed: 5).uniform(purpose: 1, row: $0, index: 0) }
    #expect(numbers.allSatisfy { $0 > 0 && $0 < 1 })
    // The mean of n uniform numbers has a standard deviation of 1 / sqrt(12 n) = 9e-4, and each
    // tenth holds n / 10 +- sqrt(0.09 n) = 95 of them; five of these.
    #expect(abs(numbers.reduce(0, +) / Double(count) - 0.5) < 4.5e-3)
    for tenth in 0..<10 {
      let inside = numbers.filter { Int($0 * 10) == tenth }.count
      #expect(abs(inside - count / 10) < 475)
    }
    let draws = [
      Philox(seed: 5).uniform(purpose: 1, row: 2, index: 3),
      Philox(seed: 6).uniform(purpose: 1, row: 2, index: 3),
      Philox(seed: 5).uniform(purpose: 2, row: 2, index: 3),
      Philox(seed: 5).uniform(purpose: 1, row: 3, index: 3),
      Philox(seed: 5).uniform(purpose: 1, row: 2 + 1 << 32, index: 3),
      Philox(seed: 5).uniform(purpose: 1, row: 2, index: 4),
    ]
    #expect(Set(draws).count == draws.count)
  }

  @Test("A choice follows the weights and never takes weight 0")
  func choice() {
    let weights: [Double] = [0, 1, 0, 3, 0]
    let generator = Philox(seed: 1)
    let count = 40_000
    var counts = [Int](repeating: 0, count: 5)
    for row in 0..<count {
      counts[RandomRow(generator, purpose: 0, row: row).choice(weights, 0)] += 1
    }
    #expect(counts[0] == 0 && counts[2] == 0 && counts[4] == 0)
    // A standard deviation of sqrt(40000 x 3/16) = 87; five of them.
    #expect(abs(counts[1] - count / 4) < 435)
  }
}
