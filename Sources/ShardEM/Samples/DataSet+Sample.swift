import Files
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
  /// ranks in messages of 8 MiB. So each holds its share of the sample, and little beside it; or has it in a
  /// scratch file, where memory is short.
  /// - Parameters:
  ///   - wanted: how many rows, roughly; from half of all on the sample is this data set itself.
  ///   - draw: samples of the same seed that differ, from 0.
  ///   - threads: how many threads of this rank read.
  /// - Throws: on every rank the same error if a rank cannot read its rows.
  package func sample(
    rows wanted: Int, seed: UInt64, draw: Int = 0, threads: Int = 1, in world: any Communicator
  ) throws -> DataSet {
    try sample(rows: wanted, seed: seed, draw: draw, threads: threads, transform: nil, in: world)
  }

  /// Collective. The same, of transformed rows; of all rows as they are, where they are the sample.
  ///
  /// - Parameter transform: of rows without missing cells.
  func sample(
    rows wanted: Int, seed: UInt64, draw: Int, threads: Int, transform: ColumnTransform?,
    in world: any Communicator
  ) throws -> DataSet {
    let plan = SamplePlan(rows: wanted, of: rowCount, seed: seed, draw: draw)
    if plan.isWhole { return self }
    let cut = ShardPlan(rowCounts: [plan.rowCount], blockRows: Self.sampleBlockRows)
    let blocks = cut.blocks(ofRank: world.rank, size: world.size)
    let own = (blocks.first?.firstRow ?? 0)..<(blocks.last.map { $0.firstRow + $0.rows.count } ?? 0)
    // Where rows are not held, and the sample is no small part of what searches have.
    let isHeld = memory.holdsRows || own.count * columnCount * 8 <= memory.searchBytes / 2
    let rows = try SampleShare(
      own, of: SampledRows(plan, of: self, threads: threads), transform, isHeld: isHeld, world)

    func source(_ values: [Double], _ name: String) -> any RowSource {
      InMemoryRows(
        name: name, columnCount: 1, values: values, firstRow: own.lowerBound,
        rowCount: plan.rowCount)
    }
    let reader = BlockReader(
      shards: [rows.store.rows(own, of: plan.rowCount, columnCount: columnCount)],
      beside: BesideData(
        weights: rows.weights.map { .source(source($0, "weights")) },
        labels: rows.labels.map { .source(source($0, "labels")) }),
      blocks: blocks, origin: SampleOrigin(plan: plan, whole: self))
    return DataSet(
      of: self, cut, reader, memory: memory.holdingRows,
      weightedRowCount: rows.weightedRowCount, incompleteBlocks: rows.incompleteBlocks,
      ranges: transform?.ranges(ranges))
  }
}

/// Where the rows of a sample are from.
struct SampleOrigin: Sendable {
  let plan: SamplePlan
  /// The data that it is a sample of, perhaps one itself.
  let whole: DataSet
}

/// The rows of a sample that this rank can read: those of its blocks.
private struct SampledRows: Sendable {
  let plan: SamplePlan
  let columnCount: Int
  let isWeighted: Bool
  let isLabelled: Bool
  private let reader: BlockReader
  private let threads: Int
  /// In the order of the sample: rows, the block that has them, and their place in it.
  private let parts: [(part: SamplePlan.Part, block: ShardPlan.Block)]

  /// The numbers of a row: its data, then its weight and label if there are any.
  let width: Int

  init(_ plan: SamplePlan, of data: DataSet, threads: Int) {
    (self.plan, columnCount) = (plan, data.columnCount)
    (isWeighted, isLabelled) = (data.isWeighted, data.isLabelled)
    (reader, self.threads) = (data.reader, threads)
    width = columnCount + (isWeighted ? 1 : 0) + (isLabelled ? 1 : 0)
    parts = data.blocks.flatMap { block in
      plan.parts(of: block.firstRow..<block.firstRow + block.rows.count).map { part in
        let start = part.rows.lowerBound - block.firstRow
        return (part, block.slice(start..<start + part.rows.count))
      }
    }
  }

  /// Overwrites those of the sample's rows `rows` that this rank can read.
  ///
  /// - Parameter numbers: `rows.count` × `width`.
  func read(_ rows: Range<Int>, into numbers: UnsafeMutablePointer<Double>) throws {
    let first = parts.partitioningIndex { $0.part.end > rows.lowerBound }
    let end = parts.partitioningIndex { $0.part.start >= rows.upperBound }
    let wanted = parts[first..<max(first, end)].map { part, block in
      let own = (part.start..<part.end).clamped(to: rows)
      return (
        start: own.lowerBound - rows.lowerBound,
        block: block.slice(own.lowerBound - part.start..<own.upperBound - part.start)
      )
    }
    let reader = reader.replacing(blocks: wanted.map(\.block))
    let workspaces = PerThread(threads: threads) { Workspace() }
    // Each thread writes the rows of its parts.
    nonisolated(unsafe) let numbers = numbers
    try forEachItem(of: wanted.count, threads: threads) { thread, number in
      try reader.withBlock(number, scratch: workspaces[thread]) { block in
        for n in 0..<block.count {
          write(block, n, into: numbers + (wanted[number].start + n) * width)
        }
      }
    }
  }

  private func write(_ block: RowBlock, _ n: Int, into row: UnsafeMutablePointer<Double>) {
    row.update(from: block.rows + n * columnCount, count: columnCount)
    var end = row + columnCount
    for beside in [block.weights, block.labels] {
      guard let beside else { continue }
      end.pointee = beside[n]
      end += 1
    }
  }
}

/// Where the numbers of a sample are kept.
private enum SampleStore {
  case memory([Double])
  /// So many bytes have been written.
  case file(ScratchFile, end: Int)

  mutating func append(_ numbers: [Double]) throws {
    switch self {
    case .memory(var values):
      self = .memory([])
      values += numbers
      self = .memory(values)
    case .file(let file, let end):
      try numbers.withUnsafeBufferPointer { try file.write($0, at: end) }
      self = .file(file, end: end + numbers.count * 8)
    }
  }

  func rows(_ rows: Range<Int>, of rowCount: Int, columnCount: Int) -> any RowSource {
    let table = Table(name: "sample", rowCount: rowCount, columnCount: columnCount)
    switch self {
    case .memory(let values):
      return InMemoryRows(table, values: values, firstRow: rows.lowerBound)
    case .file(let file, _): return file.rows(rows, of: table, at: 0)
    }
  }
}

/// The rows of a sample that this rank gets.
private struct SampleShare {
  /// Row-major.
  private(set) var store: SampleStore
  /// Those of this rank in which cells are missing.
  private(set) var incompleteBlocks: Set<Int> = []
  /// Nil if there are none.
  private(set) var weights: [Double]?
  private(set) var labels: [Double]?
  /// The number of rows of positive weight of all ranks.
  private(set) var weightedRowCount = 0

  /// Collective: a sum for every 8 MiB of the sample, in which each row is its reader's alone. It keeps
  /// all bits of a number but the sign of -0, which all rows lose, on one rank too.
  ///
  /// - Parameters:
  ///   - own: which rows of the sample it gets.
  ///   - sampled: what this rank can read.
  ///   - isHeld: whether this rank keeps its rows in memory, else in a file.
  ///   - transform: of the rows; nil: they are as they were.
  init(
    _ own: Range<Int>, of sampled: SampledRows, _ transform: ColumnTransform?, isHeld: Bool,
    _ world: any Communicator
  ) throws {
    let byteCount = own.count * sampled.columnCount * 8
    store = try world.agree {
      isHeld ? .memory([]) : .file(try ScratchFile(byteCount: max(byteCount, 8)), end: 0)
    }
    if sampled.isWeighted { weights = [] }
    if sampled.isLabelled { labels = [] }
    if isHeld {
      var values: [Double] = []
      values.reserveCapacity(own.count * sampled.columnCount)
      store = .memory(values)
    }
    let (total, length) = (sampled.plan.rowCount, max((1 << 20) / sampled.width, 1))
    for start in stride(from: 0, to: total, by: length) {
      let rows = start..<min(start + length, total)
      var piece = [Double](repeating: 0, count: rows.count * sampled.width)
      try world.agree {
        try piece.withUnsafeMutableBufferPointer {
          try sampled.read(rows, into: $0.baseAddress!)
        }
      }
      if world.size > 1 { try world.sum(&piece) }
      try world.agree { try take(piece, of: rows, own, sampled, transform) }
    }
  }

  private mutating func take(
    _ piece: [Double], of rows: Range<Int>, _ own: Range<Int>, _ sampled: SampledRows,
    _ transform: ColumnTransform?
  ) throws {
    let (width, columns) = (sampled.width, sampled.columnCount)
    weightedRowCount +=
      sampled.isWeighted
      ? (0..<rows.count).count { piece[$0 * width + columns] > 0 } : rows.count
    var values: [Double] = []
    for row in own.clamped(to: rows) {
      let first = (row - rows.lowerBound) * width
      let numbers = piece[first..<first + columns]
      if numbers.contains(where: \.isNaN) {
        incompleteBlocks.insert((row - own.lowerBound) / DataSet.sampleBlockRows)
      }
      values += transform?.transformed(Array(numbers)) ?? numbers.map { $0 + 0 }
      weights?.append(piece[first + columns] + 0)
      labels?.append(piece[first + width - 1] + 0)
    }
    try store.append(values)
  }
}
