import Synchronization

/// The few rows with the smallest keys, found without regard to the order in which rows come.
///
/// With the key e / p, e a standard exponential, the row with the smallest key is row n with
/// probability p_n / sum p (and the next ones are draws from what is left): sampling in one pass,
/// without sums over the rows before. Source: Efraimidis & Spirakis, "Weighted random sampling
/// with a reservoir" (Information Processing Letters 97, 2006).
package struct WeightedReservoir: Sendable {
  /// A row and its key; of equal keys the first row is before the others.
  package struct Entry: Sendable, Equatable, Comparable {
    package let key: Double
    /// The number of the row over all shards.
    package let row: Int
    /// The row itself.
    package let values: [Double]

    package init(key: Double, row: Int, values: [Double]) {
      (self.key, self.row, self.values) = (key, row, values)
    }

    package static func < (a: Entry, b: Entry) -> Bool {
      (a.key, a.row) < (b.key, b.row)
    }
  }

  let limit: Int
  /// A row whose key is larger has no chance; infinity if every row has.
  private(set) var worstKey: Double

  /// The best so far among others, in any order; fewer than twice the limit.
  private var pool: [Entry] = []

  /// - Parameter ceiling: a row whose key is larger is not wanted.
  package init(limit: Int, ceiling: Double = .infinity) {
    (self.limit, worstKey) = (limit, ceiling)
  }

  /// The best, in order; at most `limit`.
  var entries: [Entry] { Array(pool.sorted().prefix(limit)) }

  /// O(log limit) operations an entry: half of the pool is sorted away once for every `limit`.
  package mutating func enter(_ entry: Entry) {
    guard entry.key <= worstKey else { return }
    pool.append(entry)
    if pool.count < 2 * limit { return }
    pool = entries
    if let last = pool.last { worstKey = min(worstKey, last.key) }
  }

  mutating func merge(_ other: WeightedReservoir) {
    for entry in other.pool { enter(entry) }
  }
}

/// A reservoir of rows that several threads find.
final class SharedReservoir: Sendable {
  private let reservoir: Mutex<WeightedReservoir>

  init(limit: Int) { reservoir = Mutex(WeightedReservoir(limit: limit)) }

  var worstKey: Double { reservoir.withLock { $0.worstKey } }
  var result: WeightedReservoir { reservoir.withLock { $0 } }

  func merge(_ other: WeightedReservoir) { reservoir.withLock { $0.merge(other) } }
}
