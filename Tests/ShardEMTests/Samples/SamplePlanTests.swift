import ShardEM
import Testing

@Suite("Which rows a sample has")
struct SamplePlanTests {
  @Test(
    "One piece of 64 rows from each stratum",
    arguments: [(1000, 130), (64_001, 5000), (1_000_000, 24_470), (200, 1), (130, 64)])
  func pieces(count: Int, wanted: Int) {
    let all = (count + 63) / 64
    let strata = (wanted + 63) / 64
    for draw in 0..<20 {
      let plan = SamplePlan(rows: wanted, of: count, seed: 5, draw: draw)
      #expect(!plan.isWhole && plan.pieces.count == strata)
      for (number, piece) in plan.pieces.enumerated() {
        #expect(piece.lowerBound % 64 == 0)
        #expect(piece.upperBound == min(piece.lowerBound + 64, count))
        let stratum = all * number / strata..<all * (number + 1) / strata
        #expect(stratum.contains(piece.lowerBound / 64))
      }
      // Only the last piece of the data may be short.
      #expect((64 * strata - 63...64 * strata).contains(plan.rowCount))
      #expect(plan.rowCount == plan.pieces.reduce(0) { $0 + $1.count })
    }
  }

  @Test("From half of the rows on it is all")
  func whole() {
    for wanted in [500, 501, 999, 1000, 5000] {
      let plan = SamplePlan(rows: wanted, of: 1000, seed: 1, draw: 0)
      #expect(plan.isWhole && plan.pieces == [0..<1000] && plan.rowCount == 1000)
    }
    #expect(!SamplePlan(rows: 499, of: 1000, seed: 1, draw: 0).isWhole)
    #expect(SamplePlan(rows: 1, of: 1, seed: 1, draw: 0).isWhole)
  }

  @Test("A function of seed and draw, which give others")
  func seedsAndDraws() {
    func plan(_ seed: UInt64, _ draw: Int) -> SamplePlan {
      SamplePlan(rows: 5000, of: 100_000, seed: seed, draw: draw)
    }
    #expect(plan(1, 2) == plan(1, 2))
    #expect(plan(1, 2) != plan(1, 3) && plan(1, 2) != plan(2, 2))
  }

  @Test("Of a stratum each piece has the same chance")
  func chances() {
    let draws = 2000
    var counts = [Int](repeating: 0, count: 100)
    for draw in 0..<draws {
      for piece in SamplePlan(rows: 640, of: 6400, seed: 9, draw: draw).pieces {
        counts[piece.lowerBound / 64] += 1
      }
    }
    // Binomial, one of ten pieces each time: a standard deviation of 13.4; six of them are exceeded by one of
    // 100 counts with a chance of 2e-7.
    for count in counts { #expect(abs(count - 200) <= 80, "\(count)") }
  }

  @Test("Of data sorted by class each class is there in proportion, to the pieces at its ends")
  func sortedByClass() {
    // 16 classes of very different sizes, in strata of 20 pieces.
    let sizes = (1...16).map { 1280 * $0 }
    let count = sizes.reduce(0, +)
    let plan = SamplePlan(rows: count / 20, of: count, seed: 2, draw: 0)
    #expect(plan.rowCount == count / 20)
    var first = 0
    for size in sizes {
      let own = plan.parts(of: first..<first + size).reduce(0) { $0 + $1.rows.count }
      // The strata that lie wholly in the class give 64 rows each, those at its ends 0 to 64.
      #expect(own > 0 && abs(own - size / 20) <= 128)
      first += size
    }
  }

  @Test("Places in the data and in the sample belong together")
  func places() {
    let count = 3000
    let plan = SamplePlan(rows: 700, of: count, seed: 4, draw: 1)
    let rows = plan.pieces.flatMap { Array($0) }
    for (number, row) in rows.enumerated() { #expect(plan.row(number) == row) }
    for start in stride(from: 0, to: count, by: 37) {
      for length in [1, 63, 64, 200, 1024] {
        let block = start..<min(start + length, count)
        let found = plan.parts(of: block).flatMap { part in
          part.rows.enumerated().map { (part.start + $0.offset, $0.element) }
        }
        let expected = rows.enumerated().filter { block.contains($0.element) }
        #expect(found.map(\.0) == expected.map(\.offset))
        #expect(found.map(\.1) == expected.map(\.element))
      }
    }
  }
}
