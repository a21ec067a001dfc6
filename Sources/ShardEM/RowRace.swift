import MessagePassing

/// The few rows with the smallest keys, found without regard to the order in which rows come.
///
/// With the key e / p, e a standard exponential, the row with the smallest key is row n with
/// probability p_n / sum p (and the next ones are draws from what is left): sampling in one pass,
/// without sums over the rows before. Source: Efraimidis & Spirakis, "Weighted random sampling
/// with a reservoir" (Information Processing Letters 97, 2006).
struct RowRace: Sendable {
  /// A row and its key; of equal keys the first row is before the others.
  struct Entry: Sendable, Equatable, Comparable {
    let key: Double
    /// The number of the row over all shards.
    let row: Int
    /// The row itself.
    let values: [Double]

    static func < (a: Entry, b: Entry) -> Bool {
      (a.key, a.row) < (b.key, b.row)
    }
  }

  let limit: Int
  /// The best so far, in order; at most `limit`.
  private(set) var entries: [Entry] = []

  private let ceiling: Double

  /// - Parameter ceiling: a row whose key is larger is not wanted.
  init(limit: Int, ceiling: Double = .infinity) { (self.limit, self.ceiling) = (limit, ceiling) }

  /// A row whose key is larger has no chance; infinity if every row has.
  var worstKey: Double { entries.count < limit ? ceiling : entries[limit - 1].key }

  mutating func enter(_ entry: Entry) {
    guard entries.count < limit || entry < entries[limit - 1] else { return }
    entries.insert(entry, at: place(of: entry))
    if entries.count > limit { entries.removeLast() }
  }

  /// How many entries are before this one, by bisection.
  private func place(of entry: Entry) -> Int {
    var range = 0..<entries.count
    while !range.isEmpty {
      let middle = (range.lowerBound + range.upperBound) / 2
      range =
        entries[middle] < entry ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return range.lowerBound
  }

  mutating func merge(_ other: RowRace) {
    for entry in other.entries { enter(entry) }
  }

  /// Collective. The race over the rows of all ranks, the same on every rank.
  func overAllRanks<World: Communicator>(_ world: World) throws -> RowRace {
    var race = RowRace(limit: limit)
    for bytes in try world.gather(encoded) { race.merge(RowRace(encoded: bytes, limit: limit)) }
    return race
  }

  /// The number of entries, the number of columns, then the entries; 8 bytes each.
  private var encoded: [UInt8] {
    var words: [UInt64] = [UInt64(entries.count), UInt64(entries.first?.values.count ?? 0)]
    for entry in entries {
      words += [entry.key.bitPattern, UInt64(entry.row)]
      words += entry.values.map(\.bitPattern)
    }
    return words.withUnsafeBytes(Array.init)
  }

  private init(encoded bytes: [UInt8], limit: Int) {
    self.init(limit: limit)
    let words = bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
    }
    let (count, columnCount) = (Int(words[0]), Int(words[1]))
    entries = (0..<count).map { number in
      let start = 2 + number * (2 + columnCount)
      return Entry(
        key: Double(bitPattern: words[start]), row: Int(words[start + 1]),
        values: words[(start + 2)..<(start + 2 + columnCount)].map(Double.init(bitPattern:)))
    }
  }
}
