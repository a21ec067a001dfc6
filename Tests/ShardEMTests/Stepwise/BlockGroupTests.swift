import ShardEM
import Testing

@Suite("Groups of blocks")
struct BlockGroupTests {
  @Test("Every group has one block of each run, in an order of the run's own")
  func runs() {
    let groups = BlockGroups(count: 64, seed: 3)
    let orders = (0..<20).map { run in (0..<64).map { groups.group(ofBlock: 64 * run + $0) } }
    for order in orders { #expect(order.sorted() == Array(0..<64)) }
    #expect(Set(orders).count == 20)
    #expect(BlockGroups(count: 64, seed: 4).group(ofBlock: 5) != groups.group(ofBlock: 5))
  }

  @Test("All blocks of one group are its")
  func one() {
    for number in [0, 1, 1000] {
      #expect(BlockGroups(count: 1, seed: 1).group(ofBlock: number) == 0)
    }
  }
}
