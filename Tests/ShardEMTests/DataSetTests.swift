import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing

@Suite("DataSet")
struct DataSetTests {
  @Test("Ranks know the ranges of all rows, and read their own", arguments: [1, 2, 3, 9])
  func rangesOfAllRanks(ranks: Int) throws {
    let values: [Double] = (0..<40).map { Double(($0 * 29) % 41) - 20 }
    let seen = try onRanks(ranks) { world in
      let data = try DataSet(
        values: values, columnCount: 2, shardRows: [7, 13], blockRows: 3, world: world)
      for j in 0..<2 {
        let column: [Double] = (0..<20).map { values[2 * $0 + j] }
        #expect(data.ranges.minimum[j] == column.min())
        #expect(data.ranges.maximum[j] == column.max())
      }
      #expect(data.rowCount == 20 && data.weightedRowCount == 20 && data.largestWeight == 1)
      let scratch = Workspace()
      return try data.blocks.indices.flatMap { number in
        try data.withBlock(number, scratch: scratch) { block in
          #expect(block.firstRow == data.blocks[number].firstRow)
          return Array(UnsafeBufferPointer(start: block.rows, count: 2 * block.count))
        }
      }
    }
    #expect(seen.flatMap { $0 } == values)
  }

  @Test("Rows of weight 0 have no part in the ranges, but must be finite")
  func zeroWeights() throws {
    let data = try DataSet(
      values: [100, 1, 2, -100], columnCount: 1, weights: [0, 2, 0.5, 0],
      world: SoloCommunicator())
    #expect(data.ranges == ColumnRanges(minimum: [1], maximum: [2]))
    #expect(data.largestWeight == 2 && data.weightedRowCount == 2)
    #expect(throws: RowSourceError.self) {
      try DataSet(
        values: [.nan, 1], columnCount: 1, weights: [0, 1], world: SoloCommunicator())
    }
  }

  @Test("The first faulty value is named, on every rank", arguments: [1, 2, 5])
  func faultyValue(ranks: Int) throws {
    var values = Array(repeating: 1.0, count: 60)
    values[31] = .infinity
    values[58] = .nan
    let messages = try onRanks(ranks) { [values] world in
      do {
        _ = try DataSet(
          values: values, columnCount: 2, shardRows: [10, 20], blockRows: 4, threads: 2,
          world: world)
        return "no error"
      } catch { return "\(error)" }
    }
    for message in messages {
      #expect(message.hasPrefix("shard 2: row 6, column 2: "), "\(message)")
    }
  }

  @Test("Weights are finite, not negative, not all 0, and as many as rows")
  func faultyWeights() throws {
    func open(_ weights: [Double]) throws {
      _ = try DataSet(
        values: [1, 2, 3], columnCount: 1, weights: weights, world: SoloCommunicator())
    }
    #expect(throws: DataSetError.weight(path: "weights", row: 2, value: -1)) {
      try open([1, -1, 1])
    }
    #expect(throws: DataSetError.weight(path: "weights", row: 3, value: .infinity)) {
      try open([1, 0, .infinity])
    }
    #expect(throws: DataSetError.allWeightsZero) { try open([0, 0, 0]) }
    #expect(throws: DataSetError.beyondRange(.weights(upTo: 1e-300))) { try open([1e-300, 0, 0]) }
    #expect(throws: DataSetError.weightCount(path: "weights", count: 2, rows: 3)) {
      try open([1, 1])
    }
  }
}
