import MessagePassing
import RowSources

/// The rows of this rank in open files, as they are read step by step. All steps are collective.
struct OpenedRows {
  private let opening: DataOpening
  private let files: DataOpening.Files
  private let columns: DataOpening.Columns
  private let shards: ShardLoader
  let weights: RowWeights

  private var world: any Communicator { opening.world }

  init(
    _ opening: DataOpening, _ files: DataOpening.Files, _ columns: DataOpening.Columns,
    _ shards: ShardLoader
  ) {
    (self.opening, self.files, self.columns, self.shards) = (opening, files, columns, shards)
    weights = RowWeights(opening, files, column: columns.weights, shards)
  }

  /// The shards with categories and labels as numbers.
  ///
  /// - Parameter kinds: nil: all columns are of numbers.
  func coded(
    _ kinds: ColumnKinds?, others: CategoryCoding.OtherCategories
  ) throws -> CategoryCoding.Coded {
    let file = files.data[0]
    let count = file.columnCount - columns.all.count
    let numbers = [ColumnKind](repeating: .number, count: count)
    var found = FoundColumns(
      names: DataSet.names(of: files.data, besides: columns.all), count: count, file: file.name)
    if kinds?.looksAtValues == true {
      found.firstValues = try coding(numbers, others, isWeighed: true).firstValues(
        shards, threads: opening.threads, world: world)
    }
    let chosen = try world.common { [found] in try kinds?.choose(found) ?? [] }
    let isWeighed =
      chosen.contains(.category(nil))
      || others == .refusedWhereWeighted && chosen.contains { $0 != .number }
    return try coding(chosen.isEmpty ? numbers : chosen, others, isWeighed: isWeighed)
      .code(shards, threads: opening.threads, world: world)
  }

  /// - Parameter isWeighed: whether weights tell which rows count.
  private func coding(
    _ kinds: [ColumnKind], _ others: CategoryCoding.OtherCategories, isWeighed: Bool
  ) throws -> CategoryCoding {
    CategoryCoding(
      kinds, besides: columns.all, labels: columns.labels,
      weights: isWeighed ? try weights.numbersAlone() : nil, others: others)
  }

  /// The rows themselves, in memory or not.
  ///
  /// - Parameter coded: the same shards.
  func load(_ coded: ShardLoader) throws -> (RowMemory, [any RowSource]) {
    try world.agree {
      let memory = try RowMemory(
        limit: opening.limit, shards.ownRows, of: coded.files,
        beside: [files.weights, files.labels].compactMap { $0 },
        areLabelled: columns.labels != nil || files.labels != nil,
        mayMiss: opening.options.missing.areAllowed, shards.plan, threads: opening.threads)
      return (memory, try coded.load(shards.ownRows, memory, threads: opening.threads))
    }
  }

  /// The labels, and if a file of their own has words for them these; nil: there are none.
  func labels(_ memory: RowMemory) throws -> (numbers: RowNumbers, words: Categories?)? {
    guard let labelFile = files.labels else {
      return columns.labels.map { (.column($0), nil) }
    }
    let total = shards.plan.rowCount
    let file = try LabelFile(
      labelFile, opening.labelOptions, rows: total, threads: opening.threads, world: world)
    let source = try DataSet.load(
      file.loader, beside: shards.ownRange, of: total, memory, threads: opening.threads,
      world: world
    ) { DataSetError.rowsBeside(path: labelFile.name, count: $0, rows: $1) }
    return (.source(source), file.words)
  }
}

/// The weights of this rank's rows. What asks for them is collective.
final class RowWeights {
  private let opening: DataOpening
  private let file: (any DataFile)?
  private let column: Int?
  private let shards: ShardLoader
  /// Once they have been read, and whether they are held in memory.
  private var read: (numbers: RowNumbers, areHeld: Bool)?

  init(
    _ opening: DataOpening, _ files: DataOpening.Files, column: Int?, _ shards: ShardLoader
  ) {
    (self.opening, file, self.column, self.shards) = (opening, files.weights, column, shards)
  }

  /// Nil if there are none.
  func numbers(_ memory: RowMemory) throws -> RowNumbers? {
    guard let file else { return column.map(RowNumbers.column) }
    if let read, read.areHeld == memory.holdsRows { return read.numbers }
    let (threads, world) = (opening.threads, opening.world)
    let source = try DataSet.load(
      DataSet.loader(of: file, threads: threads, world: world), beside: shards.ownRange,
      of: shards.plan.rowCount, memory, threads: threads, world: world
    ) { DataSetError.weightCount(path: file.name, count: $0, rows: $1) }
    read = (.source(source), memory.holdsRows)
    return .source(source)
  }

  /// The same before any rows are in memory.
  func numbersAlone() throws -> RowNumbers? {
    if file == nil { return try numbers(.unlimited) }
    return try numbers(
      opening.world.agree {
        try RowMemory(
          limit: opening.limit, rows: 8 * shards.ownRange.count, distances: 0, blocks: 0)
      })
  }
}
