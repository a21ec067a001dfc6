import MessagePassing
import RowSources
import SystemLibrary

extension DataSet {
  /// Collective. Opens the shards that `arguments` name: files, patterns, folders.
  ///
  /// Files without rows are left out, as long as some have rows. Every rank reads every header, and
  /// then the rows of its own blocks only; text files are searched for rows by all ranks, each a part
  /// of them.
  /// - Parameters:
  ///   - placement: where a rank's `arguments` have a meaning. Of hosts with files of their own, each
  ///     rank names those of its host; the shards are then all of them, in the order of their names.
  ///   - weights: a file with one weight per row over all shards (which must be shared), or if there
  ///     is none of that name, a column of the data (name, or number from 1), which then is no data
  ///     column.
  ///   - labels: likewise what is known of the rows' classes: numbers from 0, or words, the classes in
  ///     their order; -1, NaN and in text an empty field or NA where it is unknown.
  ///   - kinds: what the cells of the data columns are; nil: numbers.
  ///   - unknownCategoriesAreMissing: whether what is none of the categories that `kinds` names is a
  ///     missing cell, rather than an error.
  ///   - memory: what each rank may hold rows in; rows beyond it are read anew whenever they are
  ///     needed, from the files or, of text and HDF5, from a copy (`ScratchFile`).
  ///   - threads: how many threads of this rank read.
  /// - Throws: on every rank the same error, about the first faulty file and row.
  public static func open(
    _ arguments: [String], options: ReadOptions = ReadOptions(),
    placement: FilePlacement = .shared, weights: String? = nil, labels: String? = nil,
    kinds: ColumnKinds? = nil, unknownCategoriesAreMissing: Bool = false,
    memory limit: MemoryLimit = .share(0.5), threads: Int = 1, world: any Communicator
  ) throws -> DataSet {
    try world.requireSame(
      [
        word("weights", weights), word("labels", labels), "files \(placement.word)",
        "unknown categories \(unknownCategoriesAreMissing ? "missing" : "refused")",
      ] + options.words)
    var options = options
    let bytes = try limit.byteCount(in: world)
    options.memory = bytes
    let weightsPath = try existingFile(weights, world)
    let labelsPath = try existingFile(labels, world)
    let weightColumn = weightsPath == nil ? weights : nil
    let labelColumn = labelsPath == nil ? labels : nil
    options.labels = labelColumn
    for column in [weightColumn, labelColumn].compactMap({ $0 }) { options.include(column) }
    options.order?.besides = [weightColumn, labelColumn].compactMap { $0 }

    // Where a weight is missing, what weights must be is said; labels may be missing.
    let weightOptions = ReadOptions(
      decimalComma: options.decimalComma, missing: .allowed(), memory: bytes)
    let labelOptions = LabelFile.options(reading: options)
    let (opened, weightFile, labelFile) = try world.agree { [options] in
      (
        try naming(weightColumn) {
          try naming(labelColumn) { try DataFiles.open(arguments, options) }
        },
        try weightsPath.map { try openWeights($0, weightOptions) },
        try labelsPath.map { try LabelFile.open($0, labelOptions) }
      )
    }
    var files = opened.files
    var notices = opened.notices.map(\.description)
    let group: FileGroup
    switch placement {
    case .shared:
      try world.agree(opened.requireRows)
      try world.requireSameFiles(files + [weightFile, labelFile].compactMap { $0 })
      group = FileGroup(of: files, sharedBy: world)
    case .local(let host):
      if let weightFile { throw DataSetError.localWeights(path: weightFile.name) }
      if let labelFile { throw DataSetError.localLabels(path: labelFile.name) }
      let all = try LocalFiles(files, on: host, world: world)
      (files, group) = (all.files, all.group)
      notices = try all.notices(opened, world: world)
      // The other hosts have none either.
      try world.agree { if all.files.isEmpty { try opened.requireRows() } }
    }
    // All ranks know the columns of all files.
    let (weightIndex, labelIndex) = try world.common { [files, options] in
      try files.requireSameColumns(options)
      func index(_ column: String?) throws -> Int? {
        try naming(column) { try column.map { try files.index(ofColumn: $0, options) } }
      }
      let (weightIndex, labelIndex) = (try index(weightColumn), try index(labelColumn))
      if let labelIndex, labelIndex == weightIndex {
        throw DataSetError.shape(
          found: "\(files[0].column(labelIndex)) as that of weights and of labels",
          expected: "a column of each")
      }
      try files.requireDistinctNames(
        besides: [weightIndex, labelIndex].compactMap { $0 }, options)
      return (weightIndex, labelIndex)
    }

    var shards = try ShardLoader(files, in: group, threads: threads, world: world)
    let (plan, runs, rows) = (shards.plan, shards.runs, shards.ownRows)
    let besides = [weightIndex, labelIndex].compactMap { $0 }.sorted()
    let count = files[0].columnCount - besides.count
    // This rank's rows follow each other over all shards.
    let firstRow = runs.first?.firstRow ?? 0
    let own = firstRow..<firstRow + rows.reduce(0) { $0 + $1.count }
    /// Collective.
    func rowWeights(_ memory: RowMemory) throws -> RowNumbers? {
      guard let weightFile else { return weightIndex.map(RowNumbers.column) }
      return try .source(
        load(
          loader(of: weightFile, threads: threads, world: world), beside: own, of: plan.rowCount,
          memory, threads: threads, world: world
        ) { DataSetError.weightCount(path: weightFile.name, count: $0, rows: $1) })
    }
    /// Collective. Where categories are learned, weights tell which rows count.
    func coding(_ kinds: [ColumnKind], isLearning: Bool) throws -> CategoryCoding {
      var weights = weightIndex.map(RowNumbers.column)
      if isLearning, weightFile != nil {
        let memory = try world.agree {
          try RowMemory(limit: bytes, rows: 8 * own.count, distances: 0, blocks: 0)
        }
        weights = try rowWeights(memory)
      }
      return CategoryCoding(
        kinds, besides: besides, labels: labelIndex, weights: weights,
        othersAreMissing: unknownCategoriesAreMissing)
    }
    let numbers = [ColumnKind](repeating: .number, count: count)
    var found = FoundColumns(
      names: names(of: files, besides: besides), count: count, file: files[0].name)
    if kinds?.looksAtValues == true {
      found.firstValues = try coding(numbers, isLearning: true).firstValues(
        shards, threads: threads, world: world)
    }
    let chosen = try world.common { [found] in try kinds?.choose(found) ?? [] }
    let coded = try coding(
      chosen.isEmpty ? numbers : chosen, isLearning: chosen.contains(.category(nil))
    ).code(shards, threads: threads, world: world)
    shards = coded.shards
    let (memory, sources) = try world.agree { [files = shards.files, shards] in
      let memory = try RowMemory(
        limit: bytes, rows, of: files, beside: [weightFile, labelFile].compactMap { $0 },
        areLabelled: labels != nil, mayMiss: options.missing.areAllowed, plan, threads: threads)
      return (memory, try shards.load(rows, memory, threads: threads))
    }

    var (rowLabels, words) = (labelIndex.map(RowNumbers.column), coded.words)
    if let labelFile {
      let file = try LabelFile(
        labelFile, labelOptions, rows: plan.rowCount, threads: threads, world: world)
      words = file.words
      rowLabels = try .source(
        load(
          file.loader, beside: own, of: plan.rowCount, memory, threads: threads, world: world
        ) { DataSetError.rowsBeside(path: labelFile.name, count: $0, rows: $1) })
    }
    return try DataSet(
      shards: sources, files: shards.files, notices: notices,
      beside: BesideData(weights: rowWeights(memory), labels: rowLabels), missing: options.missing,
      categories: coded.categories, classNames: words?.names, plan: plan, runs: runs,
      memory: memory, threads: threads, world: world)
  }

  /// Collective. The path if there is such a file.
  private static func existingFile(
    _ path: String?, _ world: any Communicator
  ) throws -> String? {
    guard let path else { return nil }
    // What one rank sees, all must open.
    var exists = [access(DataFiles.path(of: path), F_OK) == 0 ? 1.0 : 0.0]
    try world.maximum(&exists)
    return exists[0] > 0 ? path : nil
  }

  /// Says of a column that is missing that it was to be that of the weights or labels.
  private static func naming<Value>(
    _ column: String?, _ body: () throws -> Value
  ) throws -> Value {
    do {
      return try body()
    } catch let error as RowSourceError {
      guard let column, case .noSuchColumn(column, _, _) = error.problem else { throw error }
      throw DataSetError.noWeights(column, error)
    }
  }

  private static func openWeights(
    _ path: String, _ options: ReadOptions
  ) throws -> any DataFile {
    let file = try DataFiles.file(path, options)
    guard file.columnCount == 1 else {
      throw DataSetError.weightColumns(path: path, count: file.columnCount)
    }
    return file
  }
}

extension RowMemory {
  /// For one rank's `rows` of each file, and numbers for each from files of their own.
  fileprivate init(
    limit: Int, _ rows: [Range<Int>], of files: [any DataFile], beside: [any DataFile],
    areLabelled: Bool, mayMiss: Bool, _ plan: ShardPlan, threads: Int
  ) throws {
    let rowCount = rows.reduce(0) { $0 + $1.count }
    let blockRows = min(plan.blockRows, plan.rowCount)
    let columns = files[0].columnCount
    let blocks =
      threads * blockRows
      * (BlockReader.rowBytes(fileColumns: columns, areLabelled: areLabelled)
        + (mayMiss ? 8 * columns : 0))
    let unpacking = try RowMemory.unpackingBytes(
      zip(rows, files).filter { !$0.0.isEmpty }.map(\.1) + beside,
      limit: limit, threads: threads)
    let bytes = zip(rows, files).reduce(0) { $0 + $1.0.count * $1.1.heldRowBytes }
    try self.init(
      limit: limit, rows: bytes + rowCount * beside.reduce(0) { $0 + $1.heldRowBytes },
      distances: rowCount * NearestCandidates.rowBytes, blocks: blocks, unpacking: unpacking)
  }

  /// The memory in which `threads` files at a time are unpacked while they are read.
  ///
  /// - Throws: `RowSourceError` about the file that takes most if that is more than the limit.
  private static func unpackingBytes(
    _ files: [any DataFile], limit: Int, threads: Int
  ) throws -> Int {
    let largest = files.sorted { $0.unpackingBytes > $1.unpackingBytes }.prefix(threads)
    let bytes = largest.reduce(0) { sum, file in
      let (next, isBeyond) = sum.addingReportingOverflow(file.unpackingBytes)
      return isBeyond ? .max : next
    }
    if bytes > min(limit, 1 << 60), let file = largest.first {
      throw RowSourceError(.hdf5(.chunks(bytes: bytes, limit: limit)), path: file.name)
    }
    return bytes
  }
}

extension FilePlacement {
  fileprivate var word: String { if case .local = self { "of each host" } else { "of all" } }
}

extension MissingCells {
  /// As what ranks need alike.
  var word: String {
    switch self {
    case .error: "no missing cells"
    case .allowed([]): "missing cells"
    case .allowed(let words): "missing cells written " + words.joined(separator: ",")
    }
  }
}

extension ReadOptions {
  /// What ranks need alike.
  fileprivate var words: [String] {
    [
      word("columns", columns?.joined(separator: ",")), word("delimiter", delimiter),
      word("header", header), word("raw", raw.map { "\($0.type) x \($0.columnCount)" }),
      missing.word,
    ]
  }

  /// Makes sure that a column is read where columns are chosen.
  fileprivate mutating func include(_ column: String) {
    guard let columns, !columns.contains(column) else { return }
    self.columns = columns + [column]
  }
}
