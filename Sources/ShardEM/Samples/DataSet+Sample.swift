import MessagePassing
import RowSources
import Rows

extension DataSet {
  /// The rows of a block of a sample: those of a tile, so that few rows are work for many threads.
  package static let sampleBlockRows = 256

  /// Collective. A sample of the rows, in their order, with their weights, labels and missing cells: data
  /// of their own, held in memory, of which each rank has its share.
  ///
  /// Which rows these are, `SamplePlan` says, and the sums over them have the same bits on any number of
  /// ranks and threads, and wherever the rows are kept. What is known of the columns, their ranges, and the
  /// means of those in which cells are missing, is what is known of all rows: a column of which the
  /// sample has no value is no failure. Errors about a row name its place in the files. -0 becomes 0.
  ///
  /// Each rank reads what is wanted of its own blocks, and nothing else; the rows come to their new
  /// ranks in messages of 8 MiB. Beside the sample a rank holds the rows that it has read for it.
  /// - Parameters:
  ///   - wanted: how many rows, roughly; from half of all on the sample is this data set itself.
  ///   - draw: samples of the same seed that differ, from 0.
  ///   - threads: how many threads of this rank read.
  /// - Throws: on every rank the same error if a rank cannot read its rows.
  package func sample(
    rows wanted: Int, seed: UInt64, draw: Int = 0, threads: Int = 1, in world: any Communicator
  ) throws -> DataSet {
    let plan = SamplePlan(rows: wanted, of: rowCount, seed: seed, draw: draw)
    if plan.isWhole { return self }
    let read = try world.agree { try SampledRows(plan, of: self, threads: threads) }
    let cut = ShardPlan(rowCounts: [plan.rowCount], blockRows: Self.sampleBlockRows)
    let blocks = cut.blocks(ofRank: world.rank, size: world.size)
    let own = (blocks.first?.firstRow ?? 0)..<(blocks.last.map { $0.firstRow + $0.rows.count } ?? 0)
    let rows = try SampleShare(of: read, own, world)

    func source(_ values: [Double], columns: Int, _ name: String) -> any RowSource {
      InMemoryRows(
        name: name, columnCount: columns, values: values, firstRow: own.lowerBound,
        rowCount: plan.rowCount)
    }
    let reader = BlockReader(
      shards: [source(rows.values, columns: columnCount, "sample")],
      beside: BesideData(
        weights: rows.weights.map { .source(source($0, columns: 1, "weights")) },
        labels: rows.labels.map { .source(source($0, columns: 1, "labels")) }),
      blocks: blocks, origin: SampleOrigin(plan: plan, whole: self))
    return DataSet(
      of: self, cut, reader, memory: memory.holdingRows,
      weightedRowCount: rows.weightedRowCount,
      incompleteBlocks: rows.incompleteBlocks(blocks, columnCount: columnCount))
  }
}

/// Where the rows of a sample are from.
struct SampleOrigin: Sendable {
  let plan: SamplePlan
  /// The data that it is a sample of, perhaps one itself.
  let whole: DataSet
}

/// The rows of a sample that this rank has read: those of its blocks.
private struct SampledRows: Sendable {
  let plan: SamplePlan
  let columnCount: Int
  let isWeighted: Bool
  let isLabelled: Bool
  /// Which rows these are, in the order of the sample.
  let parts: [SamplePlan.Part]
  /// Row-major, of each row its data, then its weight and label if there are any.
  let numbers: [Double]

  /// The numbers of a row.
  var width: Int { columnCount + (isWeighted ? 1 : 0) + (isLabelled ? 1 : 0) }

  init(_ plan: SamplePlan, of data: DataSet, threads: Int) throws {
    (self.plan, columnCount) = (plan, data.columnCount)
    (isWeighted, isLabelled) = (data.isWeighted, data.isLabelled)
    var blocks: [ShardPlan.Block] = []
    var parts: [SamplePlan.Part] = []
    for block in data.blocks {
      let all = block.firstRow..<block.firstRow + block.rows.count
      for part in plan.parts(of: all) {
        blocks.append(
          block.slice(
            part.rows.lowerBound - block.firstRow..<part.rows.upperBound - block.firstRow))
        parts.append(part)
      }
    }
    self.parts = parts
    let width = data.columnCount + (isWeighted ? 1 : 0) + (isLabelled ? 1 : 0)
    numbers = try Self.read(
      data.reader.replacing(blocks: blocks), count: parts.reduce(0) { $0 + $1.rows.count },
      width: width, threads: threads)
  }

  /// All blocks of a reader, one after the other.
  private static func read(
    _ reader: BlockReader, count: Int, width: Int, threads: Int
  ) throws -> [Double] {
    var row = 0
    let starts = reader.blocks.map { block in
      defer { row += block.rows.count }
      return row
    }
    let workspaces = PerThread(threads: threads) { Workspace() }
    return try [Double](unsafeUninitializedCapacity: count * width) { buffer, initialized in
      // Each thread writes the rows of its blocks. Set to 0, as those of a block that fails stay unwritten.
      buffer.initialize(repeating: 0)
      nonisolated(unsafe) let buffer = buffer
      try forEachItem(of: starts.count, threads: threads) { thread, number in
        try reader.withBlock(number, scratch: workspaces[thread]) { block in
          let place = buffer.baseAddress! + starts[number] * width
          for n in 0..<block.count { write(block, n, into: place + n * width) }
        }
      }
      initialized = count * width
    }
  }

  private static func write(
    _ block: RowBlock, _ n: Int, into row: UnsafeMutablePointer<Double>
  ) {
    let count = block.columnCount
    row.update(from: block.rows + n * count, count: count)
    var end = row + count
    for beside in [block.weights, block.labels] {
      guard let beside else { continue }
      end.pointee = beside[n]
      end += 1
    }
  }
}

/// The rows of a sample that this rank gets.
private struct SampleShare {
  /// Row-major.
  private(set) var values: [Double] = []
  /// Nil if there are none.
  private(set) var weights: [Double]?
  private(set) var labels: [Double]?
  /// The number of rows of positive weight of all ranks.
  private(set) var weightedRowCount = 0

  /// Collective: a sum for every 8 MiB of the sample, in which each row is its reader's alone. It keeps
  /// all bits of a number but the sign of -0, which all rows lose, on one rank too.
  ///
  /// - Parameters:
  ///   - read: what this rank has read.
  ///   - own: which rows of the sample it gets.
  init(of read: SampledRows, _ own: Range<Int>, _ world: any Communicator) throws {
    if read.isWeighted { weights = [] }
    if read.isLabelled { labels = [] }
    let (width, total) = (read.width, read.plan.rowCount)
    values.reserveCapacity(own.count * read.columnCount)
    var parts = read.parts[...]
    var numbers = read.numbers[...]
    for start in stride(from: 0, to: total, by: max((1 << 20) / width, 1)) {
      let rows = start..<min(start + max((1 << 20) / width, 1), total)
      var piece = [Double](repeating: 0, count: rows.count * width)
      // Of the last part what is beyond these rows is left for the next.
      while let part = parts.first, part.start < rows.upperBound {
        let present = (part.start..<part.start + part.rows.count).clamped(to: rows)
        let place = (present.lowerBound - start) * width
        let count = present.count * width
        piece.replaceSubrange(place..<place + count, with: numbers.prefix(count))
        numbers = numbers.dropFirst(count)
        if part.start + part.rows.count > rows.upperBound { break }
        parts = parts.dropFirst()
      }
      if world.size > 1 { try world.sum(&piece) }
      take(piece, of: rows, own, read)
    }
  }

  private mutating func take(
    _ piece: [Double], of rows: Range<Int>, _ own: Range<Int>, _ read: SampledRows
  ) {
    let (width, columns) = (read.width, read.columnCount)
    weightedRowCount +=
      read.isWeighted
      ? (0..<rows.count).count { piece[$0 * width + columns] > 0 } : rows.count
    for row in own.clamped(to: rows) {
      let first = (row - rows.lowerBound) * width
      values += piece[first..<first + columns].lazy.map { $0 + 0 }
      weights?.append(piece[first + columns] + 0)
      labels?.append(piece[first + width - 1] + 0)
    }
  }

  /// Those of these blocks in which cells are missing.
  func incompleteBlocks(_ blocks: [ShardPlan.Block], columnCount: Int) -> Set<Int> {
    let first = blocks.first?.firstRow ?? 0
    return Set(
      blocks.indices.filter { number in
        let start = (blocks[number].firstRow - first) * columnCount
        let count = blocks[number].rows.count * columnCount
        return values[start..<start + count].contains(where: \.isNaN)
      })
  }
}
