import Kernels
import MessagePassing
import ShardEM
import Testing

@Suite("Races of rows")
struct WeightedReservoirTests {
  @Test(
    "The best rows of all ranks are those of a sort, whoever has which, with ties and zeros",
    arguments: [1, 2, 5, 16], [1, 7, 100, 1000])
  func best(ranks: Int, limit: Int) throws {
    let generator = Philox(seed: 5)
    for kind in 0..<4 {
      // 400 rows; the keys of an exponential race, few different ones, negative ones, one only.
      let keys = (0..<400).map { n -> Double in
        let u = generator.uniform(purpose: UInt32(kind), row: n, index: 0)
        switch kind {
        case 0: return -Portable.log(u)
        case 1: return (8 * u).rounded(.down) / 4
        case 2: return n % 9 == 0 ? -0.0 : n % 5 == 0 ? 0 : 1e-3 - u
        default: return 0.5
        }
      }
      let sorted = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
      let expected = sorted.prefix(limit).map { [Double($0), -2 * Double($0), keys[$0] + 0] }
      let found = try onRanks(ranks) { world in
        var reservoir = WeightedReservoir(limit: limit)
        // Descending, so that every entry is better than some before.
        for n in keys.indices.reversed() where (n * n) % ranks == world.rank {
          reservoir.enter(
            WeightedReservoir.Entry(
              key: keys[n], row: n, values: [Double(n), -2 * Double(n), keys[n]]))
        }
        return try reservoir.rowsOverAllRanks(columnCount: 3, world)
      }
      for rows in found {
        #expect(rows == expected, "kind \(kind)")
        // Equal numbers, and no -0 on any rank.
        #expect(rows.joined().allSatisfy { $0 != 0 || $0.sign == .plus })
      }
    }
  }
}
