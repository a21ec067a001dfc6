import MessagePassing

/// How much memory each rank may hold rows in. No result depends on it.
public enum MemoryLimit: Sendable, Equatable {
  /// So many bytes.
  case bytes(Int)
  /// This part, above 0 to 1, of what is available to the rank (`Communicator.memoryShare`).
  case share(Double)

  /// Collective. In bytes, for this rank.
  func byteCount(in world: any Communicator) throws -> Int {
    // Whatever the limit of this rank: others may have another.
    let available = try world.memoryShare()
    // Where nothing is limited, all of a share of `Int.max` would be no `Int`.
    switch self {
    case .bytes(let count): return count
    case .share(let part): return Int(Double(available) * min(part, 0x1.fffffffffffffp-1))
    }
  }
}

/// What a rank holds in memory from one look at its rows to the next.
struct RowMemory: Sendable, Equatable {
  /// Whether it holds the rows themselves; else they are read anew each time.
  let holdsRows: Bool
  /// How many searches for seeds may hold what they know of each row at a time.
  let heldDistances: Int
  /// The bytes that are left for the sums of searches that run together.
  let searchBytes: Int
  /// How many bytes of rows to read at a time where they are only passed on.
  let pieceBytes: Int

  /// All of it.
  static let unlimited = RowMemory(
    holdsRows: true, heldDistances: .max, searchBytes: .max, pieceBytes: 32 << 20)

  /// That of a sample, which is held.
  var holdingRows: RowMemory {
    RowMemory(
      holdsRows: true, heldDistances: .max, searchBytes: searchBytes, pieceBytes: pieceBytes)
  }

  private init(holdsRows: Bool, heldDistances: Int, searchBytes: Int, pieceBytes: Int) {
    (self.holdsRows, self.pieceBytes) = (holdsRows, pieceBytes)
    (self.heldDistances, self.searchBytes) = (heldDistances, searchBytes)
  }

  /// - Parameters:
  ///   - limit: in bytes.
  ///   - rows: the bytes of the rank's rows and their weights in memory.
  ///   - distances: those of a search for seeds.
  ///   - blocks: those of a block for each thread, without which nothing goes.
  ///   - unpacking: those that reading the files takes, at most `limit`; given back before there are
  ///     blocks or distances.
  /// - Throws: `DataSetError.memory` if not even blocks fit.
  init(limit: Int, rows: Int, distances: Int, blocks: Int, unpacking: Int = 0) throws {
    holdsRows = rows + max(distances, unpacking) <= limit
    // Beside the first search for seeds, others share what is left with the sums of fits.
    let free = limit - (holdsRows ? rows : blocks)
    searchBytes = max(free, 0) / 2
    heldDistances = free < distances ? 0 : max(searchBytes / max(distances, 1), 1)
    pieceBytes = min(RowMemory.unlimited.pieceBytes, max(limit - unpacking, limit / 8))
    guard holdsRows || blocks <= limit else {
      throw DataSetError.memory(limit: limit, blocks: blocks)
    }
  }
}
