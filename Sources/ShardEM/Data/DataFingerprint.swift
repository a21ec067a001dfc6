import MessagePassing
import Rows
import Words

/// What tells data from others: their shape, their names, and a digest of some of their rows.
///
/// The same for the same data on any number of ranks. Data that differ only in rows that were not
/// looked at are not told apart.
public struct DataFingerprint: Sendable, Equatable {
  /// The names of the files without their folders: data may move. Empty for rows in memory.
  public let files: [String]
  /// The number of rows of each shard.
  public let rows: [Int]
  /// The number of data columns.
  public let columns: Int
  /// The names of the data columns; nil if they have none.
  public let columnNames: [String]?
  /// Of each column its categories; nil of one of numbers. Empty: all are.
  public let categories: [[String]?]
  /// A digest of the values, weights and labels of at most `sampleCount` blocks, evenly spread.
  public let sample: String

  /// How many blocks are looked at: few enough to be read at once, 8 KiB a column each.
  static let sampleCount = 64

  /// The first difference of these data from `earlier` ones, in words; nil if there is none.
  package func difference(from earlier: DataFingerprint) -> String? {
    if columns != earlier.columns { return "\(counted(columns, "column")), not \(earlier.columns)" }
    let names = zip(columnNames ?? [], earlier.columnNames ?? []).enumerated()
    if let (number, (name, earlierName)) = names.first(where: { $1.0 != $1.1 }) {
      return "a column \(number + 1) named \(quoted(name)), not \(quoted(earlierName))"
    }
    if categories != earlier.categories {
      return "other categories in some columns: words mean other numbers"
    }
    if rows.count != earlier.rows.count {
      return "\(counted(rows.count, "shard")), not \(earlier.rows.count)" + oddFile(earlier)
    }
    for i in rows.indices where rows[i] != earlier.rows[i] {
      return "\(counted(rows[i], "row")) in \(name(i)), not \(earlier.rows[i])"
    }
    for (name, earlierName) in zip(files, earlier.files) where name != earlierName {
      return "\(name), not \(earlierName)"
    }
    return sample == earlier.sample ? nil : "other values, weights or labels in some rows"
  }

  /// The first file that is missing, or else the first that is new.
  private func oddFile(_ earlier: DataFingerprint) -> String {
    let (names, earlierNames) = (Set(files), Set(earlier.files))
    let missing = earlier.files.first { !names.contains($0) }
    let new = files.first { !earlierNames.contains($0) }
    return missing.map { ": no \($0)" } ?? new.map { ": \($0) is new" } ?? ""
  }

  private func name(_ shard: Int) -> String {
    shard < files.count ? files[shard] : "shard \(shard + 1)"
  }
}

extension Engine {
  /// Collective. Reads the sampled blocks, each on the rank that has it.
  public func fingerprint() throws -> DataFingerprint {
    // The block that holds row N i / samples, for each i.
    let samples = min(DataFingerprint.sampleCount, max(data.rowCount, 1))
    let (step, rest) = data.rowCount.quotientAndRemainder(dividingBy: samples)
    let targets = (0..<samples).map { $0 * step + $0 * rest / samples }
    let digests = try world.agree {
      let scratch = Workspace()
      return try data.blocks.indices.compactMap { number -> SampledBlock? in
        let block = data.blocks[number]
        let rows = block.firstRow..<block.firstRow + block.rows.count
        guard targets.contains(where: rows.contains) else { return nil }
        return SampledBlock(
          firstRow: block.firstRow,
          digest: try data.withBlock(number, scratch: scratch) { $0.digest.value })
      }
    }
    // In row order, whoever has them.
    let sampled = try world.gather(digests)
    var sample = Digest()
    for block in sampled.joined().sorted(by: { $0.firstRow < $1.firstRow }) {
      withUnsafeBytes(of: block.digest) { for byte in $0 { sample.add(UInt64(byte)) } }
    }
    return DataFingerprint(
      files: data.files.map { String($0.name.split(separator: "/").last ?? "") },
      rows: data.plan.rowCounts, columns: data.columnCount, columnNames: data.columnNames,
      categories: data.categories.map { $0?.names }, sample: String(sample.value, radix: 16))
  }
}

/// The digest of the values of a block.
private struct SampledBlock {
  let firstRow: Int
  let digest: UInt64
}

extension RowBlock {
  /// Of the values, and of the weights and labels if there are any.
  fileprivate var digest: Digest {
    var digest = Digest(UnsafeBufferPointer(start: rows, count: count * columnCount))
    for numbers in [weights, labels] {
      for number in UnsafeBufferPointer(start: numbers, count: numbers == nil ? 0 : count) {
        digest.add(number.bitPattern)
      }
    }
    return digest
  }
}
