import ShardEM
import Testing

@Suite("Sampling")
struct SamplingTests {
  @Test("A row depends on the seed and its number only")
  func rowsAreIndependent() throws {
    let all = try threeGaussians.sample(rows: 0..<3000, under: threeCenters, seed: 3, threads: 3)
    let part = try threeGaussians.sample(rows: 1500..<1600, under: threeCenters, seed: 3)
    #expect(Array(all[3000..<3200]) == part)
    #expect(try threeGaussians.sample(rows: 1500..<1600, under: threeCenters, seed: 4) != part)
  }

  @Test("Samples have the mixture's moments")
  func moments() throws {
    let count = 40_000
    let rows = try threeGaussians.sample(rows: 0..<count, under: threeCenters, seed: 9)
    for j in 0..<2 {
      let column = (0..<count).map { rows[2 * $0 + j] }
      let mean = column.reduce(0, +) / Double(count)
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      let expected = (0..<3).reduce(0) {
        $0 + threeCenters.weights[$1] * threeCenters.means[2 * $1 + j]
      }
      let between = (0..<3).reduce(0) { sum, k in
        let difference = threeCenters.means[2 * k + j] - expected
        return sum + threeCenters.weights[k] * difference * difference
      }
      // Five standard errors: 5 sqrt(5 / 40000) of the mean; of the variance, below 5 for both
      // columns and with a kurtosis below 3, at most 5 x 5 sqrt(2 / 40000).
      #expect(abs(mean - expected) < 0.056)
      #expect(abs(variance - between - 1) < 0.18)
    }
  }
}
