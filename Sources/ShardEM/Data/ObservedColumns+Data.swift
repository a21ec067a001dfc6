import Kernels
import MessagePassing
import Rows

/// Exact sums of blocks, about the middles of the ranges and then about the means: the same bits on
/// any number of ranks and threads.
extension ObservedColumns {
  /// Collective: two sums. Of a column without a value of positive weight the mean and variance are 0.
  ///
  /// - Parameters:
  ///   - ranges: of the columns.
  ///   - blockCount: the number of blocks of all ranks.
  init(
    _ reader: BlockReader, within ranges: ColumnRanges, blockCount: Int, threads: Int,
    world: any Communicator
  ) throws {
    let (low, high) = (ranges.minimum, ranges.maximum)
    func sums(about centers: [Double]) throws -> ArraySlice<Double> {
      let own = try world.agree {
        try ObservedColumns.sums(
          reader, about: centers, additions: blockCount, within: ranges, threads: threads)
      }
      var elements = own.elements
      try world.reduce(&elements, by: .exactSums)
      return ExactSums.totals(elements[...])[...]
    }
    let columns = low.indices
    let middles = columns.map { low[$0] / 2 + high[$0] / 2 }
    let shifts = try sums(about: middles)
    func quotient(_ sum: Double, _ weight: Double) -> Double { weight > 0 ? sum / weight : 0 }
    let means = columns.map { j in
      min(max(middles[j] + quotient(shifts[3 * j + 1], shifts[3 * j]), low[j]), high[j])
    }
    let squares = try sums(about: means)
    self.init(
      means: means, variances: columns.map { quotient(squares[3 * $0 + 2], squares[3 * $0]) })
  }

  /// Of this rank's blocks, for each column the sums of w, w (x - c) and w (x - c)² over what is
  /// observed.
  private static func sums(
    _ reader: BlockReader, about centers: [Double], additions: Int, within ranges: ColumnRanges,
    threads: Int
  ) throws -> ExactSums {
    let count = 3 * centers.count
    let sums = PerThread(threads: threads) { ExactSums(count: count, additions: additions) }
    let workspaces = PerThread(threads: threads) { Workspace() }
    try forEachItem(of: reader.blocks.count, threads: threads) { thread, number in
      let workspace = workspaces[thread]
      try reader.withBlock(number, scratch: workspace) { block in
        let numbers = workspace.second.reserve(count)
        add(block, about: centers, to: numbers)
        guard sums[thread].add(numbers) == nil else {
          let largest = centers.indices.map(ranges.magnitude).max() ?? 0
          throw DataSetError.beyondRange(.values(upTo: largest))
        }
      }
    }
    for thread in 1..<threads { sums[0].merge(sums[thread]) }
    return sums[0]
  }

  private static func add(
    _ block: RowBlock, about centers: [Double], to sums: UnsafeMutablePointer<Double>
  ) {
    sums.update(repeating: 0, count: 3 * centers.count)
    for n in 0..<block.count {
      let weight = block.weights?[n] ?? 1
      let row = block.rows + n * block.columnCount
      if weight == 0 { continue }
      for (j, center) in centers.enumerated() where !row[j].isNaN {
        let shift = row[j] - center
        sums[3 * j] += weight
        sums[3 * j + 1] += weight * shift
        sums[3 * j + 2] += weight * shift * shift
      }
    }
  }
}
