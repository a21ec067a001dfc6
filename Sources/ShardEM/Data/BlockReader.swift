import RowSources
import Rows

/// Reads one rank's blocks, with their row weights and labels, in whatever form the files have them.
struct BlockReader: Sendable {
  let shards: [any RowSource]
  let beside: BesideData
  let blocks: [ShardPlan.Block]
  /// Of a sample, which its shards know nothing of.
  var origin: SampleOrigin?
  /// Whose rows count as of weight 0; nil: no row does that has a weight.
  var leftOut: RowPart?

  var hasWeights: Bool { beside.weights != nil || leftOut != nil }

  /// The same rows in other blocks.
  func replacing(blocks: [ShardPlan.Block]) -> BlockReader {
    BlockReader(
      shards: shards, beside: beside, blocks: blocks, origin: origin, leftOut: leftOut)
  }

  /// The number of columns of the files.
  var fileColumns: Int { shards[0].columnCount }
  /// The number of data columns.
  var columnCount: Int { fileColumns - beside.columns.count }

  /// The scratch memory for a row: the row as read, the data columns of it, its weight and label.
  static func rowBytes(fileColumns: Int, areLabelled: Bool) -> Int {
    8 * (2 * fileColumns + (areLabelled ? 2 : 1))
  }

  /// Calls `body` with block `number` of this rank; `scratch` is used where a copy is needed.
  func withBlock<Result>(
    _ number: Int, scratch: Workspace, _ body: (RowBlock) throws -> Result
  ) throws -> Result {
    let block = blocks[number]
    let (count, columns) = (block.rows.count, beside.columns)
    let bytes = BlockReader.rowBytes(fileColumns: fileColumns, areLabelled: beside.labels != nil)
    let read = scratch.reserve(count * bytes / 8)
    let data = read + count * fileColumns
    let ownWeights = data + count * columnCount
    // Where there are both.
    let ownLabels = ownWeights + (beside.weights == nil ? 0 : count)

    return try shards[block.shard].withRows(block.rows, scratch: read) { rows in
      var own = rows
      if !columns.isEmpty {
        BesideData.leaveOut(columns, of: rows, count: count, fileColumns: fileColumns, into: data)
        own = UnsafePointer(data)
      }
      return try withNumbers(beside.weights, of: block, rows, memory: ownWeights) { weights in
        try withNumbers(beside.labels, of: block, rows, memory: ownLabels) { labels in
          let block = RowBlock(
            rows: own, weights: weights, labels: labels, count: count, columnCount: columnCount,
            firstRow: block.firstRow)
          guard let leftOut else { return try body(block) }
          return try block.withoutWeight(of: leftOut, body)
        }
      }
    }
  }

  /// Calls `body` with a number of each of a block's rows; nil if there are none.
  private func withNumbers<Result>(
    _ numbers: RowNumbers?, of block: ShardPlan.Block, _ rows: UnsafePointer<Double>,
    memory: UnsafeMutablePointer<Double>, _ body: (UnsafePointer<Double>?) throws -> Result
  ) throws -> Result {
    switch numbers {
    case nil: return try body(nil)
    case .column(let column):
      for n in 0..<block.rows.count { memory[n] = rows[n * fileColumns + column] }
      return try body(memory)
    case .source(let source):
      let own = block.firstRow..<block.firstRow + block.rows.count
      return try source.withRows(own, scratch: memory) { try body($0) }
    }
  }

  /// The shard that has a value of block `number`, and its row and column there, from 0.
  func place(
    _ number: Int, row: Int, column: Int
  ) -> (shard: any RowSource, row: Int, column: Int) {
    let block = blocks[number]
    if let origin {
      return origin.whole.source(ofRow: origin.plan.row(block.firstRow + row), column: column)
    }
    return (shards[block.shard], block.rows.lowerBound + row, fileColumn(column))
  }

  /// A data column as messages name it.
  func column(_ j: Int) -> RowSourceError.Column {
    origin?.whole.column(j) ?? shards[0].column(fileColumn(j))
  }

  /// The place in the file of a data column.
  func fileColumn(_ j: Int) -> Int {
    beside.columns.reduce(j) { $0 + ($1 <= $0 ? 1 : 0) }
  }

  /// The error for a weight of block `number` that is none.
  func faultyWeight(_ value: Double, _ number: Int, row: Int) -> DataSetError {
    let place = place(of: beside.weights!, number, row: row)
    return .weight(path: place.path, row: place.row, column: place.column, value: value)
  }

  /// The error for a label of block `number` that is none.
  func faultyLabel(_ value: Double, _ number: Int, row: Int, expected: String) -> DataSetError {
    let place = place(of: beside.labels!, number, row: row)
    return .unsuitable(
      path: place.path, row: place.row, column: place.column,
      problem: ValueProblem(row: row, column: nil, value: value, expected: expected))
  }

  /// The file that has the number beside a row, and its row and column there.
  private func place(
    of numbers: RowNumbers, _ number: Int, row: Int
  ) -> (path: String, row: Int, column: RowSourceError.Column?) {
    let block = blocks[number]
    let shard = shards[block.shard]
    return switch numbers {
    case .column(let column):
      (
        shard.name, shard.firstRowNumber + block.rows.lowerBound + row, shard.column(column)
      )
    case .source(let source): (source.name, source.firstRowNumber + block.firstRow + row, nil)
    }
  }
}
