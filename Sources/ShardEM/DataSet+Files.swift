import MessagePassing
import RowSources

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension DataSet {
  /// Collective. Opens the shards that `arguments` name: files, patterns, folders.
  ///
  /// Every rank reads every header, and then the rows of its own blocks only; text files are
  /// searched for rows by all ranks, each a part of them.
  /// - Parameters:
  ///   - weights: a file with one weight per row over all shards, or if there is none of that
  ///     name, a column of the data (name, or number from 1), which then is no data column.
  ///   - memory: what each rank may hold rows in; rows beyond it are read anew whenever they are
  ///     needed, from the files or, of text and HDF5, from a copy (`ScratchFile`).
  ///   - threads: how many threads of this rank read.
  /// - Throws: on every rank the same error, about the first faulty file and row.
  public static func open<World: Communicator>(
    _ arguments: [String], options: ReadOptions = ReadOptions(), weights: String? = nil,
    memory limit: MemoryLimit = .share(0.5), threads: Int = 1, world: World
  ) throws -> DataSet {
    var options = options
    var weightsPath: String?
    if let weights {
      // What one rank sees, all must open.
      var exists = [access(DataFiles.path(of: weights), F_OK) == 0 ? 1.0 : 0.0]
      try world.maximum(&exists)
      if exists[0] > 0 { weightsPath = weights }
    }
    let weightColumn = weightsPath == nil ? weights : nil
    if let weightColumn { options.include(weightColumn) }

    let (files, weightIndex, weightFile) = try world.agree {
      let (files, index) = try open(arguments, options, weightColumn: weightColumn)
      return (files, index, try weightsPath.map(openWeights))
    }
    try world.requireSameFiles(files + [weightFile].compactMap { $0 })
    let shards = try ShardLoader(files, threads: threads, world: world)
    let plan = ShardPlan(rowCounts: shards.rowCounts)
    let runs = plan.runs(ofRank: world.rank, size: world.size)
    let rows = files.indices.map { shard in runs.first { $0.shard == shard }?.rows ?? 0..<0 }
    let bytes = try limit.byteCount(in: world)
    let (memory, sources) = try world.agree {
      let memory = try RowMemory(
        limit: bytes, rows, of: files, weights: weightFile, plan, threads: threads)
      return (memory, try shards.load(rows, memory, threads: threads))
    }

    var rowWeights = weightIndex.map(RowWeights.column)
    if let weightFile {
      rowWeights = try .source(
        loadWeights(weightFile, plan: plan, runs: runs, memory, threads: threads, world: world))
    }
    return try DataSet(
      shards: sources, files: files, weights: rowWeights, plan: plan, memory: memory,
      threads: threads, world: world)
  }

  /// The files that `arguments` name, and the place of the column of weights in them.
  private static func open(
    _ arguments: [String], _ options: ReadOptions, weightColumn: String?
  ) throws -> ([DataFile], Int?) {
    do {
      let files = try DataFiles.expand(arguments, options).map { try DataFile.open($0, options) }
      try DataFile.requireSameColumns(files, options)
      return (files, try weightColumn.map { try DataFile.index(ofColumn: $0, in: files, options) })
    } catch let error as RowSourceError {
      guard let weightColumn, case .noSuchColumn(weightColumn, _, _) = error.problem else {
        throw error
      }
      throw DataSetError.noWeights(weightColumn, error)
    }
  }

  private static func openWeights(_ path: String) throws -> DataFile {
    let file = try DataFile.open(path)
    guard file.columnCount == 1 else {
      throw DataSetError.weightColumns(path: path, count: file.columnCount)
    }
    return file
  }

  /// Collective. The weights of the rows, of which this rank reads those of its own.
  private static func loadWeights<World: Communicator>(
    _ file: DataFile, plan: ShardPlan, runs: [ShardPlan.Block], _ memory: RowMemory,
    threads: Int, world: World
  ) throws -> any RowSource {
    let loader = try ShardLoader([file], threads: threads, world: world)
    guard loader.rowCounts == [plan.rowCount] else {
      throw DataSetError.weightCount(
        path: file.name, count: loader.rowCounts[0], rows: plan.rowCount)
    }
    // This rank's rows follow each other over all shards.
    let first = runs.first?.firstRow ?? 0
    let count = runs.reduce(0) { $0 + $1.rows.count }
    return try world.agree { try loader.load([first..<first + count], memory, threads: threads)[0] }
  }
}

extension RowMemory {
  /// For one rank's `rows` of each file, and a weight for each from a file of its own if there is one.
  fileprivate init(
    limit: Int, _ rows: [Range<Int>], of files: [DataFile], weights: DataFile?, _ plan: ShardPlan,
    threads: Int
  ) throws {
    let rowCount = rows.reduce(0) { $0 + $1.count }
    let bytes = zip(rows, files).reduce(0) { $0 + $1.0.count * $1.1.heldRowBytes }
    let blockRows = min(plan.blockRows, plan.rowCount)
    try self.init(
      limit: limit, rows: bytes + rowCount * (weights?.heldRowBytes ?? 0),
      distances: rowCount * NearestCandidates.rowBytes,
      blocks: threads * blockRows * BlockReader.rowBytes(fileColumns: files[0].columnCount))
  }
}

extension ReadOptions {
  /// Makes sure that a column is read where columns are chosen.
  fileprivate mutating func include(_ column: String) {
    guard let columns, !columns.contains(column) else { return }
    self.columns = columns + [column]
  }
}
