import RowSources
import ShardEM

/// Divides the rows of one rank, which come in order, among the shards they belong to.
final class ShardWriter {
  private let plan: ShardPlan
  private let outputs: [SharedOutput]
  private let columnCount: Int
  private let type: FloatType
  private let opener: PartOpener
  private var open: (shard: Int, part: SharedPart)?

  init(
    _ plan: ShardPlan, _ outputs: [SharedOutput], columnCount: Int, type: FloatType,
    opener: @escaping PartOpener
  ) {
    self.opener = opener
    self.plan = plan
    self.outputs = outputs
    self.columnCount = columnCount
    self.type = type
  }

  func write(_ piece: RowStream.Piece) throws {
    switch type {
    case .float64: try write(piece.values, firstRow: piece.firstRow)
    case .float32:
      let singles = piece.values.map(Float.init)
      if let bad = singles.firstIndex(where: \.isInfinite) {
        throw piece.error(.beyondFloat32(piece.values[bad]), at: bad)
      }
      try singles.withUnsafeBufferPointer { try write($0, firstRow: piece.firstRow) }
    }
  }

  private func write<Element: BitwiseCopyable>(
    _ values: UnsafeBufferPointer<Element>, firstRow: Int
  ) throws {
    let end = firstRow + values.count / columnCount
    var row = firstRow
    while row < end {
      let shard = plan.firstRows.lastIndex { $0 <= row }!
      let rowOfShard = row - plan.firstRows[shard]
      let count = min(end - row, plan.rowCounts[shard] - rowOfShard)
      try part(of: shard).write(
        values.baseAddress! + (row - firstRow) * columnCount, firstRow: rowOfShard, count: count)
      row += count
    }
  }

  /// The part of a shard; what was open of another one is closed.
  private func part(of shard: Int) throws -> SharedPart {
    if let open, open.shard == shard { return open.part }
    try close()
    let part = try opener(outputs[shard])
    open = (shard, part)
    return part
  }

  /// Makes sure that all is on disk.
  func close() throws {
    try open?.part.close()
    open = nil
  }
}
