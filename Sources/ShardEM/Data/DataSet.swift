import MessagePassing
import RowSources
import Rows

/// The rows of all shards as the ranks share them: each rank has its own blocks, all ranks know
/// the shape and the ranges of the whole.
public final class DataSet: Sendable {
  /// The number of data columns, D.
  public let columnCount: Int
  /// How the rows of all shards are cut into blocks.
  public let plan: ShardPlan
  /// The blocks of this rank, in row order.
  public let blocks: [ShardPlan.Block]
  /// The ranges of the columns over all rows of positive weight, on all ranks; 0 to 0 of a column that
  /// has no value there.
  public let ranges: ColumnRanges
  /// The largest row weight; 1 without weights.
  public let largestWeight: Double
  /// The number of rows of positive weight, on all ranks.
  public let weightedRowCount: Int
  /// What is known of the columns if a cell is missing in any row of any rank, of weight 0 too: it is NaN.
  /// Nil if all rows are complete.
  public let observed: ObservedColumns?
  /// The first column that has no value in any row of positive weight, counted from 0; nil if there is
  /// none. Densities are without such columns, but nothing can be fitted to them.
  let emptyColumn: Int?

  /// What the files call the data columns, no two alike; nil if they have no names, or do not agree.
  public let columnNames: [String]?

  /// Of each data column its categories, whose numbers, from 0, the cells are; nil of one of
  /// numbers. Empty if all columns are of numbers.
  public let categories: [Categories?]

  /// Of labels that are words these, in the order of the classes; nil: they are numbers, or there are none.
  public let classNames: [String]?

  /// The files the shards were opened from; none for rows in memory.
  public let files: [any DataFile]
  /// What was decided about the files that a user may not expect; the same on every rank.
  public let notices: [String]
  /// What this rank holds in memory of its rows.
  let memory: RowMemory
  /// Searches for seeds that may yet hold what they know of each row.
  let heldDistances: Permits

  let reader: BlockReader
  /// Those of this rank in which cells are missing.
  private let incompleteBlocks: Set<Int>

  /// Whether this rank holds its rows in memory; else it reads them anew in every pass.
  public var isInMemory: Bool { memory.holdsRows }
  /// Whether the rows have weights of their own.
  public var isWeighted: Bool { reader.hasWeights }
  /// Whether the classes of some rows may be known.
  public var isLabelled: Bool { reader.beside.labels != nil }
  /// Whether these are some of the rows of other data.
  var isSample: Bool { reader.origin != nil }
  /// The number of rows of all shards.
  public var rowCount: Int { plan.rowCount }

  /// Collective. Checks this rank's rows and learns the ranges of all.
  ///
  /// - Parameters:
  ///   - shards: the same on every rank in names and shapes; a rank reads its own blocks only.
  ///   - categories: of the data columns.
  ///   - runs: the rows of this rank; nil: its share of all.
  ///   - missing: whether cells may be missing.
  ///   - memory: what this rank may hold of them beside the shards.
  ///   - threads: how many threads check the rows.
  /// - Throws: on every rank the same error if a value is not finite and may not be missing, a
  ///   weight is negative, or no row has any weight.
  init(
    shards: [any RowSource], files: [any DataFile] = [], notices: [String] = [],
    beside: BesideData, missing: MissingCells, categories: [Categories?] = [],
    classNames: [String]? = nil, plan: ShardPlan, runs: [ShardPlan.Block]? = nil,
    memory: RowMemory = .unlimited, threads: Int, world: any Communicator
  ) throws {
    precondition(!shards.isEmpty, "a data set of no shards")
    self.files = files
    (self.categories, self.classNames) = (categories, classNames)
    self.notices = notices
    self.plan = plan
    self.memory = memory
    blocks = plan.blocks(of: runs ?? plan.runs(ofRank: world.rank, size: world.size))
    reader = BlockReader(shards: shards, beside: beside, blocks: blocks)
    columnCount = reader.columnCount
    // Those of all searches take no more than the rows would.
    heldDistances = Permits(min(memory.heldDistances, reader.columnCount))
    guard columnCount > 0 else { throw DataSetError.onlyWeights(path: shards[0].name) }
    columnNames = DataSet.names(of: files, besides: beside.columns)
    guard plan.rowCount > 0 else { throw DataSetError.noRows }

    let scan = try RowScan.scan(
      reader, mayMiss: missing.areAllowed, threads: threads, world: world)
    largestWeight = scan.largestWeight
    incompleteBlocks = scan.incompleteBlocks
    weightedRowCount = beside.weights == nil ? plan.rowCount : scan.weightedRowCount
    guard largestWeight > 0 else { throw DataSetError.allWeightsZero }
    // The exact sums drop what is below 2^-950: this leaves as much for squares of values.
    guard largestWeight >= 0x1p-500 else {
      throw DataSetError.beyondRange(.weights(upTo: largestWeight))
    }
    (ranges, emptyColumn) = scan.knownRanges
    observed =
      scan.hasMissing
      ? try ObservedColumns(
        reader, within: ranges, blockCount: plan.blockCount, threads: threads, world: world) : nil
  }

  /// The rows of other data, some of which count as of weight 0.
  ///
  /// - Parameters:
  ///   - scan: what `reader` says of the rows that are left; nil: what was known of the other data.
  ///   - observed: of these rows.
  init(
    _ other: DataSet, by reader: BlockReader, _ scan: RowScan?, observed: ObservedColumns?
  ) {
    (self.reader, self.observed) = (reader, observed)
    (columnCount, plan, blocks, files) = (other.columnCount, other.plan, other.blocks, other.files)
    (columnNames, categories) = (other.columnNames, other.categories)
    (classNames, notices) = (other.classNames, other.notices)
    (memory, heldDistances) = (other.memory, other.heldDistances)
    incompleteBlocks = other.incompleteBlocks
    largestWeight = scan?.largestWeight ?? other.largestWeight
    weightedRowCount = scan?.weightedRowCount ?? other.weightedRowCount
    (ranges, emptyColumn) = scan?.knownRanges ?? (other.ranges, other.emptyColumn)
  }

  /// Some rows of a data set, of which is known what is known of that.
  ///
  /// - Parameters:
  ///   - plan: how its rows are cut.
  ///   - reader: of this rank's blocks.
  ///   - weightedRowCount: on all ranks.
  ///   - incompleteBlocks: those of this rank in which cells are missing.
  ///   - ranges: of the columns, if they are others.
  init(
    of whole: DataSet, _ plan: ShardPlan, _ reader: BlockReader, memory: RowMemory,
    weightedRowCount: Int, incompleteBlocks: Set<Int>, ranges: ColumnRanges? = nil
  ) {
    (self.plan, self.reader, blocks) = (plan, reader, reader.blocks)
    (self.weightedRowCount, self.incompleteBlocks) = (weightedRowCount, incompleteBlocks)
    (columnCount, largestWeight) = (whole.columnCount, whole.largestWeight)
    self.ranges = ranges ?? whole.ranges
    (observed, emptyColumn) = (whole.observed, whole.emptyColumn)
    (columnNames, categories, classNames) = (whole.columnNames, whole.categories, whole.classNames)
    (files, notices) = ([], [])
    self.memory = memory
    heldDistances = Permits(whole.columnCount)
  }

  /// Some of this rank's blocks, and of other ranks others, as data of which is known what is known of all.
  ///
  /// - Parameter numbers: in order.
  func part(of numbers: [Int]) -> DataSet {
    let incomplete = numbers.indices.filter { incompleteBlocks.contains(numbers[$0]) }
    return DataSet(
      of: self, plan, reader.replacing(blocks: numbers.map { blocks[$0] }), memory: memory,
      weightedRowCount: weightedRowCount, incompleteBlocks: Set(incomplete))
  }

  /// What a fit needs of its data.
  ///
  /// - Throws: on every rank the same error if a column has no value in any row of positive weight.
  public func requireValues() throws {
    if let emptyColumn { throw DataSetError.noValues(column(emptyColumn)) }
  }

  /// What `files` call their columns but some.
  static func names(of files: [any DataFile], besides columns: [Int]) -> [String]? {
    let named = files.compactMap { $0.columnNames }
    guard var names = named.first, named.allSatisfy({ $0 == names }) else { return nil }
    for column in columns.reversed() { names.remove(at: column) }
    return Set(names).count == names.count ? names : nil
  }

  /// Calls `body` with one of this rank's blocks, in which missing cells are NaN.
  ///
  /// - Parameters:
  ///   - number: 0 to `blocks.count - 1`.
  ///   - scratch: of the calling thread; used for rows that have another form in their file.
  public func withBlock<Result>(
    _ number: Int, scratch: Workspace, _ body: (RowBlock) throws -> Result
  ) throws -> Result {
    try reader.withBlock(number, scratch: scratch, body)
  }

  /// Block `number` of this rank for those who know nothing of missing cells: with the means of the
  /// columns in their place.
  ///
  /// - Parameter scratch: that by which `block` was read. A copy is in its second memory; a block
  ///   without missing cells is not copied.
  func filled(_ block: RowBlock, number: Int, scratch: Workspace) -> RowBlock {
    guard let observed, incompleteBlocks.contains(number) else { return block }
    let rows = scratch.second.reserve(block.count * columnCount)
    rows.update(from: block.rows, count: block.count * columnCount)
    for n in 0..<block.count {
      let row = rows + n * columnCount
      for (j, mean) in observed.means.enumerated() where row[j].isNaN { row[j] = mean }
    }
    return block.replacing(rows: rows)
  }

  /// A column as messages name it, `j` counted from 0 among the data columns.
  public func column(_ j: Int) -> RowSourceError.Column { reader.column(j) }

  /// A row as messages name it, counted from 0 over all shards: its file, and its number there.
  public func place(ofRow row: Int) -> (path: String, row: Int) {
    let place = source(ofRow: row, column: 0)
    return (place.shard.name, place.shard.firstRowNumber + place.row)
  }

  /// The shard that has a value, and its row and column there, from 0; of a sample, that of the data it is
  /// from. `row` counts from 0 over all shards, `column` among the data columns.
  func source(
    ofRow row: Int, column: Int
  ) -> (shard: any RowSource, row: Int, column: Int) {
    if let origin = reader.origin {
      return origin.whole.source(ofRow: origin.plan.row(row), column: column)
    }
    let shard = plan.firstRows.lastIndex { $0 <= row }!
    return (reader.shards[shard], row - plan.firstRows[shard], reader.fileColumn(column))
  }

  /// What is wrong with a value or row of one of this rank's blocks, and where it is in its file.
  func error(about problem: ValueProblem, inBlock number: Int) -> DataSetError {
    let place = reader.place(number, row: problem.row, column: problem.column ?? 0)
    return .unsuitable(
      path: place.shard.name, row: place.shard.firstRowNumber + place.row,
      column: problem.column.map { _ in place.shard.column(place.column) }, problem: problem)
  }

  /// A cell of one of this rank's blocks is missing.
  func error(
    aboutMissing column: Int, row: Int, inBlock number: Int, model: String
  ) -> DataSetError {
    let place = reader.place(number, row: row, column: column)
    return .missing(
      path: place.shard.name, row: place.shard.firstRowNumber + place.row,
      column: place.shard.column(place.column), model: model)
  }

  /// A label of one of this rank's blocks is none of those expected.
  func error(
    aboutLabel value: Double, row: Int, inBlock number: Int, expected: String
  ) -> DataSetError { reader.faultyLabel(value, number, row: row, expected: expected) }

  /// A number of one of this rank's blocks is none, that of one of its rows if it is known which.
  func error(
    aboutNumber name: String, _ value: Double, row: Int?, inBlock number: Int
  ) -> DataSetError {
    let place = reader.place(number, row: row ?? 0, column: 0)
    let first = place.shard.firstRowNumber + place.row
    var last = first
    if row == nil {
      // Those of a sample may be of several shards, of which the first is named.
      let end = reader.place(number, row: blocks[number].rows.count - 1, column: 0)
      if end.shard.name == place.shard.name { last = end.shard.firstRowNumber + end.row }
    }
    return .statistic(path: place.shard.name, rows: first...last, name: name, value: value)
  }

  /// A row of one of this rank's blocks has a log-density that is not finite.
  func error(aboutLogDensity value: Double, row: Int, inBlock number: Int) -> DataSetError {
    let place = reader.place(number, row: row, column: 0)
    return .logDensity(
      path: place.shard.name, row: place.shard.firstRowNumber + place.row, value: value)
  }
}
