/// How the rows of all shards are cut into blocks, and which rank has which.
///
/// Blocks belong to the data: every shard is cut from its first row on into blocks of `blockRows`
/// rows, the last one shorter, whoever reads them. Ranks get contiguous runs of whole blocks: a
/// block goes to the rank into whose share of the rows, 1/size of all, its middle row falls. So
/// a rank's rows differ from an even share by less than a block and a row.
public struct ShardPlan: Sendable, Equatable {
  /// The rows of each shard.
  public let rowCounts: [Int]
  /// The rows of each block but the last of a shard.
  public let blockRows: Int
  /// The number of the first row of each shard, counted over all shards.
  public let firstRows: [Int]
  /// The number of rows of all shards.
  public let rowCount: Int
  /// The number of blocks of all shards.
  public let blockCount: Int
  /// The number of the first block of each shard, counted over all shards.
  private let firstBlocks: [Int]

  /// The rows of a block unless said otherwise. The bits of a fit depend on it.
  public static let defaultBlockRows = 1024

  /// - Parameters:
  ///   - rowCounts: of each shard.
  ///   - blockRows: the rows of a block but the last of each shard, at least 1.
  public init(rowCounts: [Int], blockRows: Int = defaultBlockRows) {
    precondition(blockRows > 0, "blocks of \(blockRows) rows")
    self.rowCounts = rowCounts
    self.blockRows = blockRows
    var firstRows: [Int] = []
    var firstBlocks: [Int] = []
    var (row, block) = (0, 0)
    for count in rowCounts {
      firstRows.append(row)
      firstBlocks.append(block)
      row += count
      block += (count + blockRows - 1) / blockRows
    }
    (self.firstRows, self.firstBlocks, rowCount, blockCount) = (firstRows, firstBlocks, row, block)
  }

  /// Consecutive rows of one shard.
  public struct Block: Sendable, Equatable {
    /// The number of the shard, from 0.
    public let shard: Int
    /// The rows, counted from 0 in the shard.
    public let rows: Range<Int>
    /// The number of the first row, counted from 0 over all shards.
    public let firstRow: Int

    /// Some of these rows, counted from 0 in the block.
    package func slice(_ part: Range<Int>) -> Block {
      Block(
        shard: shard, rows: rows.lowerBound + part.lowerBound..<rows.lowerBound + part.upperBound,
        firstRow: firstRow + part.lowerBound)
    }
  }

  /// The blocks of one rank, in row order; empty on some ranks if there are more ranks than blocks.
  public func blocks(ofRank rank: Int, size: Int) -> [Block] {
    blocks(of: runs(ofRank: rank, size: size))
  }

  /// The number of the first row of every block, counted over all shards.
  public var blockStarts: [Int] {
    zip(firstRows, rowCounts).flatMap { Array(stride(from: $0, to: $0 + $1, by: blockRows)) }
  }

  /// The number of a block, counted over all shards.
  package func number(of block: Block) -> Int {
    firstBlocks[block.shard] + block.rows.lowerBound / blockRows
  }

  /// The blocks of which `runs` consist.
  package func blocks(of runs: [Block]) -> [Block] {
    runs.flatMap { run in
      stride(from: run.rows.lowerBound, to: run.rows.upperBound, by: blockRows).map { start in
        Block(
          shard: run.shard, rows: start..<min(start + blockRows, run.rows.upperBound),
          firstRow: firstRows[run.shard] + start)
      }
    }
  }

  /// The same rows as `blocks`, those of one shard in one piece: what a rank must read.
  public func runs(ofRank rank: Int, size: Int) -> [Block] {
    precondition((0..<size).contains(rank), "rank \(rank) of \(size)")
    let own = firstBlock(ofRank: rank, size: size)..<firstBlock(ofRank: rank + 1, size: size)
    return rowCounts.indices.compactMap { shard in
      // Block numbers within the shard; beyond its end they stand for its last row.
      let blocks = own.clamped(to: firstBlocks[shard]..<firstBlock(afterShard: shard))
      guard !blocks.isEmpty else { return nil }
      let start = (blocks.lowerBound - firstBlocks[shard]) * blockRows
      let end = min((blocks.upperBound - firstBlocks[shard]) * blockRows, rowCounts[shard])
      return Block(shard: shard, rows: start..<end, firstRow: firstRows[shard] + start)
    }
  }

  /// The same where `size` ranks divide only these shards among them.
  package func runs(ofRank rank: Int, size: Int, among shards: [Int]) -> [Block] {
    let part = ShardPlan(rowCounts: shards.map { rowCounts[$0] }, blockRows: blockRows)
    return part.runs(ofRank: rank, size: size).map { run in
      let shard = shards[run.shard]
      return Block(
        shard: shard, rows: run.rows, firstRow: firstRows[shard] + run.rows.lowerBound)
    }
  }

  private func firstBlock(afterShard shard: Int) -> Int {
    shard + 1 < firstBlocks.count ? firstBlocks[shard + 1] : blockCount
  }

  /// The first block whose middle row is not before the rank's even share of the rows.
  private func firstBlock(ofRank rank: Int, size: Int) -> Int {
    guard rank < size else { return blockCount }
    // rowCount * rank / size, without overflow.
    let cut = rowCount / size * rank + rowCount % size * rank / size
    guard let shard = firstRows.lastIndex(where: { $0 <= cut }), cut < rowCount else {
      return blockCount
    }
    let block = (cut - firstRows[shard]) / blockRows
    let start = block * blockRows
    let middle = firstRows[shard] + start + min(blockRows, rowCounts[shard] - start) / 2
    return firstBlocks[shard] + block + (middle < cut ? 1 : 0)
  }
}
