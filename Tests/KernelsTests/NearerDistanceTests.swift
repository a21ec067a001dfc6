import Kernels
import Testing

@Suite("Nearer distances")
struct NearerDistanceTests {
  @Test("sums and minima are those of plain loops", arguments: [0, 8, 32, 512, 1000])
  func plain(count: Int) {
    // Whole numbers, whose sums are exact in any order; and distances that have overflowed.
    let a = (0..<count).map { Double(($0 * 37) % 101) }
    let b: [Double] = (0..<count).map { $0 % 11 == 3 ? .infinity : Double(($0 * 53) % 97) }
    let weights = (0..<count).map { Double($0 % 5) }
    let nearer = zip(a, b).map { min($0, $1) }
    let sum: Double = zip(nearer, weights).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(sumOfNearer(a, b, weights: weights, count: count) == sum)
    var kept = b
    keepNearer(&kept, a, count: count)
    #expect(kept == nearer)
  }
}
