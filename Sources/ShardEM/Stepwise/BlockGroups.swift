import Kernels
import RowSources

/// Groups of blocks, each with a share of every part of the data: of each run of as many blocks as there are
/// groups every group gets one, in an order drawn for the run. So data that are sorted, or in which
/// something comes back from file to file, look the same in all of them; and every rank has an even share of
/// each. A function of the numbers of the blocks and the seed.
package struct BlockGroups: Sendable, Equatable {
  /// How many there are.
  package let count: Int
  private let seed: UInt64

  package init(count: Int, seed: UInt64) {
    precondition(count > 0, "\(count) groups of blocks")
    (self.count, self.seed) = (count, seed)
  }

  /// The group of a block, by its number over all shards.
  package func group(ofBlock number: Int) -> Int {
    let (run, own) = number.quotientAndRemainder(dividingBy: count)
    let random = RandomStream.groups.row(run, of: Philox(seed: seed))
    let place = random.uniform(own)
    // The place of its number among those of the run.
    return (0..<count).count { other in
      let number = random.uniform(other)
      return number < place || number == place && other < own
    }
  }
}

extension DataSet {
  /// The blocks of each group, as data of their own, of which is known what is known of all.
  func groups(_ groups: BlockGroups) -> [DataSet] {
    var members = [[Int]](repeating: [], count: groups.count)
    for number in blocks.indices {
      members[groups.group(ofBlock: plan.number(of: blocks[number]))].append(number)
    }
    return members.map { part(of: $0) }
  }
}
