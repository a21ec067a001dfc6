import ShardEM
import Testing

@Suite("Sizes of samples")
struct SampleSizesTests {
  private func sizes(
    parameters: Int = 1, components: Int = 1, rows: Int, weighted: Int? = nil, columns: Int = 4
  ) -> [Int] {
    SampleSizes(
      parameters: parameters, components: components, rowCount: rows,
      weightedRowCount: weighted ?? rows, columnCount: columns
    ).rows
  }

  @Test("The first has rows for each parameter and component; the last is less than half of all")
  func sizes() {
    #expect(sizes(rows: 1_000_000) == [5000, 20_000, 80_000, 320_000])
    #expect(sizes(parameters: 2447, rows: 200_000) == [24_470, 97_880])
    #expect(sizes(components: 10, rows: 60_000) == [12_800])
    #expect(sizes(rows: 10_000) == [])
    #expect(sizes(rows: 10_002) == [5000])
    #expect(sizes(parameters: 100_000, rows: 1_500_000) == [])
  }

  @Test("Rows of weight 0 are beside what is wanted")
  func weights() {
    #expect(sizes(rows: 100_000, weighted: 50_000) == [10_000, 40_000])
    #expect(sizes(rows: 100_000, weighted: 3) == [])
  }

  @Test("They need no more than 1 GiB, and no sum of sizes overflows")
  func limits() {
    // Of 2^27 numbers, six a row.
    #expect(sizes(rows: 1 << 40) == (0..<7).map { 5000 << (2 * $0) })
    #expect(5000 << 12 < (1 << 27) / 6 && 5000 << 14 >= (1 << 27) / 6)
    #expect(sizes(parameters: .max, components: .max, rows: .max) == [])
  }
}
