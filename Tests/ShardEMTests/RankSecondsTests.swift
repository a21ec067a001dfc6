import MessagePassing
import ShardEM
import Testing

@Suite("Seconds of all ranks")
struct RankSecondsTests {
  /// What ranks that took these seconds are told.
  func times(_ seconds: [Double]) -> [RankSeconds] {
    var sums = [Double](repeating: 0, count: PassTimes.count)
    for own in seconds {
      for (i, number) in PassTimes.numbers(compute: own, processor: 2 * own).enumerated() {
        sums[i] += number
      }
    }
    return seconds.map { PassTimes.times(sums[...], own: $0, ranks: seconds.count).compute }
  }

  @Test(
    "The slowest is told to within half a level of a factor 2^(1/32)",
    arguments: [1e-6, 3e-4, 0.017, 0.5, 1, 8.000001, 77, 9e5])
  func slowest(_ largest: Double) {
    // Half a level is a factor 2^(1/64), 1.0109; logarithms round by far less than the rest.
    let within = 1 / 1.01095...1.01095
    for others in [[], [0.0], Array(repeating: largest * 0.97, count: 4000), [1e-9, largest / 3]] {
      let told = times(others + [largest]).last!
      #expect(within.contains(told.slowest / largest), "\(others.count) others")
      #expect(told.own == largest)
    }
  }

  @Test("Ranks that take the same are told exactly that; the slowest is no faster than the mean")
  func even() {
    #expect(times([0.3]).first == RankSeconds(own: 0.3, mean: 0.3, slowest: 0.3))
    #expect(times([0, 0]).first == RankSeconds(own: 0, mean: 0, slowest: 0))
    for ranks in 1...65 {
      let told = times((0..<ranks).map { 0.25 + 0.001 * Double($0 % 7) }).last!
      #expect(told.slowest >= told.mean)
    }
  }

  @Test("More ranks on one level than any job has do not reach the next")
  func manyRanks() {
    let sums = PassTimes.numbers(compute: 0.8, processor: 0.8).map { $0 * 65_536 }
    let told = PassTimes.times(sums[...], own: 0.8, ranks: 65_536).compute
    #expect((0.8 / 1.01095...0.8 * 1.01095).contains(told.slowest))
  }
}
