import RowSources
import Rows

/// Reads one rank's blocks, with their row weights, in whatever form the files have them.
struct BlockReader: Sendable {
  let shards: [any RowSource]
  let weights: RowWeights?
  let blocks: [ShardPlan.Block]

  /// The number of columns of the files.
  var fileColumns: Int { shards[0].columnCount }
  /// The number of data columns.
  var columnCount: Int { weights?.dataColumnCount(ofFileColumns: fileColumns) ?? fileColumns }

  /// The scratch memory for a row: the row as read, the data columns of it, its weight.
  static func rowBytes(fileColumns: Int) -> Int { 8 * (2 * fileColumns + 1) }

  /// Calls `body` with block `number` of this rank; `scratch` is used where a copy is needed.
  func withBlock<Result>(
    _ number: Int, scratch: Workspace, _ body: (RowBlock) throws -> Result
  ) throws -> Result {
    let block = blocks[number]
    let count = block.rows.count
    let read = scratch.reserve(count * BlockReader.rowBytes(fileColumns: fileColumns) / 8)
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
    return (shards[block.shard], block.rows.lowerBound + row, fileColumn(column))
  }

  /// A data column as messages name it.
  func column(_ j: Int) -> RowSourceError.Column { shards[0].column(fileColumn(j)) }

  /// The place in the file of a data column.
  private func fileColumn(_ j: Int) -> Int {
    if case .column(let weightColumn) = weights, j >= weightColumn { return j + 1 }
    return j
  }

  /// The error for a weight of block `number` that is none.
  func faultyWeight(_ value: Double, _ number: Int, row: Int) -> DataSetError {
    let block = blocks[number]
    let shard = shards[block.shard]
    return switch weights! {
    case .column(let column):
      .weight(
        path: shard.name, row: shard.firstRowNumber + block.rows.lowerBound + row,
        column: shard.column(column), value: value)
    case .source(let source):
      .weight(
        path: source.name, row: source.firstRowNumber + block.firstRow + row, value: value)
    }
  }
}
