import MessagePassing

extension WeightedReservoir {
  /// Collective. The rows of the best entries of all ranks, in order; at most `limit`, the same on
  /// every rank.
  ///
  /// Only keys are gathered, of at most twice as many rows as are wanted, and each of these rows comes
  /// from its owner in a sum: no rank holds more than a few times what is returned, however many ranks
  /// there are.
  ///
  /// A sum keeps all bits of a number but the sign of -0, which all rows lose, on one rank too.
  package func rowsOverAllRanks(
    columnCount: Int, _ world: any Communicator
  ) throws -> [[Double]] {
    let own = entries
    let winners = try Self.best(limit, of: own.map { Place(key: $0.key, row: $0.row) }, world)
    var rows = [Double](repeating: 0, count: winners.count * columnCount)
    // Both are in order, and the winners among the own entries are the first of these.
    var number = 0
    for (n, winner) in winners.enumerated()
    where number < own.count && own[number].row == winner.row {
      rows.replaceSubrange(n * columnCount..<(n + 1) * columnCount, with: own[number].values)
      number += 1
    }
    if world.size > 1 { try world.sum(&rows) }
    return winners.indices.map { n in
      rows[n * columnCount..<(n + 1) * columnCount].map { $0 + 0 }
    }
  }

  /// A key and its row, as numbers without a sign in the same order.
  private struct Place: Comparable {
    let key: UInt64
    let row: UInt64

    init(key: Double, row: Int) {
      // Adding 0 makes one zero of the two.
      let bits = (key + 0).bitPattern
      self.key = bits >> 63 == 0 ? bits | 1 << 63 : ~bits
      self.row = UInt64(row)
    }

    static func < (a: Place, b: Place) -> Bool { (a.key, a.row) < (b.key, b.row) }

    /// The number's `index`-th byte of 16, the most significant first.
    func digit(_ index: Int) -> Int {
      Int((index < 8 ? key : row) >> UInt64(56 - 8 * (index % 8)) & 0xff)
    }
  }

  /// Collective. The first `limit` places of all ranks, in order.
  ///
  /// - Parameter own: those of this rank, in order.
  private static func best(
    _ limit: Int, of own: [Place], _ world: any Communicator
  ) throws -> [Place] {
    if world.size == 1 { return Array(own.prefix(limit)) }
    let sent = own[..<(try hopeful(limit, of: own, world))]
    let gathered = try world.gather(Array(sent))
    return Array(gathered.joined().sorted().prefix(limit))
  }

  /// Collective. How many of this rank's places may be among the first `limit` of all ranks: with
  /// those of all other ranks at least as many as there are of these, and at most twice as many.
  ///
  /// Selection by digits: counts of the places by their next byte, summed over ranks, tell in which
  /// byte the last one lies that is wanted. Two or three bytes will mostly do: keys of a race lie
  /// evenly near 0, and the second byte tells numbers apart that differ by a sixteenth.
  private static func hopeful(
    _ limit: Int, of own: [Place], _ world: any Communicator
  ) throws -> Int {
    // `own[..<first]` are among the best; which of `own[first..<end]` are, further digits tell.
    var (first, end) = (0, own.count)
    var wanted = Double(limit)
    for index in 0..<16 {
      var counts = [Double](repeating: 0, count: 256)
      for place in own[first..<end] { counts[place.digit(index)] += 1 }
      let ownCounts = counts
      try world.sum(&counts)
      // The byte of the last that is wanted; all bytes if there are not as many.
      var digit = 0
      var before = 0.0
      while digit < 256, before + counts[digit] < wanted {
        before += counts[digit]
        digit += 1
      }
      if digit == 256 { return end }
      first += Int(ownCounts[..<digit].reduce(0, +))
      end = first + Int(ownCounts[digit])
      wanted -= before
      if counts[digit] <= wanted + Double(limit) { return end }
    }
    return end
  }
}
