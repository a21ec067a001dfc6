import MixtureModels
import ShardEM
import Testing

@Suite("Sums of online EM")
struct OnlineSumsTests {
  private func sums(weight: Double, _ number: Double) -> Sums {
    Sums(Slots.objective + ["number": 1], [0, weight, number])
  }

  @Test("Later groups count more, in proportion to the number of groups")
  func forgetting() throws {
    var known = OnlineSums()
    #expect(known.sums(weight: 5) == nil && known.averageSums(weight: 5) == nil)
    let numbers = [4.0, -1, 7, 2, 3]
    var expected: [Double] = []
    for (t, number) in numbers.enumerated() {
      // The sums of different weights stand for as many rows each.
      let weight = Double(t + 1)
      known.add(sums(weight: weight, weight * number), isAveraged: t >= 2)
      var gamma = 1.0
      // γ = (t + 1)^-0.6, by a fifth root: γ^5 (t + 1)^3 = 1, which Newton's method solves.
      for _ in 0..<60 where t > 0 {
        let cube = Double((t + 1) * (t + 1) * (t + 1))
        gamma -=
          (gamma * gamma * gamma * gamma * gamma - 1 / cube)
          / (5 * gamma * gamma * gamma * gamma)
      }
      expected.append(expected.last.map { $0 + gamma * (number - $0) } ?? number)
      // Roundings of a handful of operations on numbers below 10.
      let found = try #require(known.sums(weight: 100))
      #expect(abs(found["number"][0] - 100 * expected[t]) < 1e-11)
      #expect(abs(found.weightSum - 100) < 1e-11)
    }
    let average = try #require(known.averageSums(weight: 1))["number"][0]
    #expect(abs(average - expected[2...].reduce(0, +) / 3) < 1e-13)
  }

  @Test("A group without weight is none")
  func weightless() {
    var known = OnlineSums()
    known.add(sums(weight: 0, 0), isAveraged: true)
    #expect(known.count == 0 && known.sums(weight: 1) == nil)
  }
}
