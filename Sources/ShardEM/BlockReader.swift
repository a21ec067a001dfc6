import MixtureModels
import RowSources

/// Reads one rank's blocks, with their row weights, in whatever form the files have them.
struct BlockReader: Sendable {
  let shards: [any RowSource]
  let weights: RowWeights?
  let blocks: [ShardPlan.Block]

  /// The number of columns of the files.
  var fileColumns: Int { shards[0].columnCount }
  /// The number of data columns.
  var columnCount: Int { weights?.dataColumnCount(ofFileColumns: fileColumns) ?? fileColumns }

  /// Calls `body` with block `number` of this rank; `scratch` is used where a copy is needed.
  func withBlock<Result>(
    _ number: Int, scratch: Workspace, _ body: (RowBlock) throws -> Result
  ) throws -> Result {
    let block = blocks[number]
    let count = block.rows.count
    // The rows as read, the data columns of them, the weights.
    let read = scratch.reserve(count * (fileColumns + columnCount + 1))
    let data = read + count * fileColumns
    let ownWeights = data + count * columnCount

    func give(_ rows: UnsafePointer<Double>, _ weights: UnsafePointer<Double>?) throws -> Result {
      try body(
        RowBlock(
          rows: rows, weights: weights, count: count, columnCount: columnCount,
          firstRow: block.firstRow))
    }
    return try shards[block.shard].withRows(block.rows, scratch: read) { rows in
      switch weights {
      case nil:
        return try give(rows, nil)
      case .column(let column):
        RowWeights.split(
          rows, count: count, fileColumns: fileColumns, weightColumn: column, data: data,
          weights: ownWeights)
        return try give(data, ownWeights)
      case .source(let source):
        let weightRows = block.firstRow..<block.firstRow + count
        return try source.withRows(weightRows, scratch: ownWeights) { try give(rows, $0) }
      }
    }
  }

  /// The shard that has a value of block `number`, and its row and column there, from 0.
  func place(
    _ number: Int, row: Int, column: Int
  ) -> (shard: any RowSource, row: Int, column: Int) {
    let block = blocks[number]
    var column = column
    if case .column(let weightColumn) = weights, column >= weightColumn { column += 1 }
    return (shards[block.shard], block.rows.lowerBound + row, column)
  }

  /// The file and the row in it, as an editor counts, of the weight of a row of block `number`.
  func placeOfWeight(_ number: Int, row: Int) -> (path: String, row: Int) {
    let block = blocks[number]
    if case .source(let source) = weights {
      return (source.name, source.firstRowNumber + block.firstRow + row)
    }
    let shard = shards[block.shard]
    return (shard.name, shard.firstRowNumber + block.rows.lowerBound + row)
  }
}
