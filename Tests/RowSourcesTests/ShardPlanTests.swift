import RowSources
import Testing
import _TestSupport

struct ShardPlanTests {
  /// All blocks as the definition has them: every shard cut from its first row on. A block is
  /// its shard, its rows' bounds and its first row.
  private func allBlocks(_ counts: [Int], _ blockRows: Int) -> [[Int]] {
    var (blocks, firstRow): ([[Int]], Int) = ([], 0)
    for (shard, count) in counts.enumerated() {
      for start in stride(from: 0, to: count, by: blockRows) {
        blocks.append([shard, start, min(start + blockRows, count), firstRow + start])
      }
      firstRow += count
    }
    return blocks
  }

  @Test("every block belongs to exactly one rank, in order, and ranks differ by about a block")
  func partition() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<500 {
      let counts = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
        Int.random(in: 0...200, using: &generator)
      }
      let blockRows = Int.random(in: 1...40, using: &generator)
      let plan = ShardPlan(rowCounts: counts, blockRows: blockRows)
      let expected = allBlocks(counts, blockRows)
      #expect(plan.rowCount == counts.reduce(0, +) && plan.blockCount == expected.count)
      for size in [1, 2, 3, 7, 50] {
        let ranks = (0..<size).map { plan.blocks(ofRank: $0, size: size) }
        let blocks = ranks.flatMap { $0 }
          .map { [$0.shard, $0.rows.lowerBound, $0.rows.upperBound, $0.firstRow] }
        #expect(blocks == expected)
        for (rank, blocks) in ranks.enumerated() {
          // Each end of a share moves by at most half a block to a block's edge, and half a row
          // to a whole row; the share itself is rounded to whole rows at both ends.
          let rows = blocks.map(\.rows.count).reduce(0, +)
          let share = Double(plan.rowCount) / Double(size)
          #expect(abs(Double(rows) - share) <= Double(blockRows + 2))
          let runs = plan.runs(ofRank: rank, size: size)
          #expect(runs.map(\.rows.count).reduce(0, +) == rows)
          #expect(Set(runs.map(\.shard)).count == runs.count)
          #expect(runs.first?.firstRow == blocks.first?.firstRow)
        }
      }
    }
  }

  @Test("one file on eight ranks, eight files on three, more ranks than blocks")
  func cases() {
    let one = ShardPlan(rowCounts: [8 * 1024])
    #expect((0..<8).allSatisfy { one.blocks(ofRank: $0, size: 8).count == 1 })
    let eight = ShardPlan(rowCounts: Array(repeating: 3 * 1024, count: 8))
    #expect((0..<3).map { eight.blocks(ofRank: $0, size: 3).count } == [8, 8, 8])
    let few = ShardPlan(rowCounts: [1500])
    #expect((0..<4).map { few.blocks(ofRank: $0, size: 4).count }.reduce(0, +) == 2)
    #expect(few.firstRows == [0] && few.blockCount == 2)
    #expect(ShardPlan(rowCounts: []).blocks(ofRank: 0, size: 1).isEmpty)
  }

  @Test("a petabyte of rows on a million ranks costs a rank no more than its own blocks")
  func large() {
    let plan = ShardPlan(rowCounts: [1 << 50, 1 << 50], blockRows: 1024)
    #expect(plan.rowCount == 1 << 51 && plan.blockCount == 1 << 41)
    let run = plan.runs(ofRank: 999_999, size: 1_000_000)
    #expect(run.count == 1 && run[0].rows.upperBound == 1 << 50 && run[0].shard == 1)
    #expect(plan.runs(ofRank: 500_000, size: 1_000_000)[0].rows.lowerBound == 0)
  }
}
