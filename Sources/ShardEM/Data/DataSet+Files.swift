import MessagePassing
import RowSources

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
  ///   - predictingAllRows: whether that is an error in rows of weight 0 too, which else count as absent.
  ///   - memory: what each rank may hold rows in; rows beyond it are read anew whenever they are
  ///     needed, from the files or, of text and HDF5, from a copy (`ScratchFile`).
  ///   - threads: how many threads of this rank read.
  /// - Throws: on every rank the same error, about the first faulty file and row.
  public static func open(
    _ arguments: [String], options: ReadOptions = ReadOptions(),
    placement: FilePlacement = .shared, weights: String? = nil, labels: String? = nil,
    kinds: ColumnKinds? = nil, unknownCategoriesAreMissing: Bool = false,
    predictingAllRows: Bool = false,
    memory limit: MemoryLimit = .share(0.5), threads: Int = 1, world: any Communicator
  ) throws -> DataSet {
    try world.requireSame(
      [
        word("weights", weights), word("labels", labels), "files \(placement.word)",
        "unknown categories \(unknownCategoriesAreMissing ? "missing" : "refused")",
        "rows of weight 0 \(predictingAllRows ? "looked at" : "absent")",
      ] + options.words)
    let opening = try DataOpening(
      options, weights: weights, labels: labels, limit: limit.byteCount(in: world),
      threads: threads, world: world)
    let files = try opening.files(arguments, placement)
    let columns = try opening.columns(of: files)
    let shards = try ShardLoader(files.data, in: files.group, threads: threads, world: world)
    let rows = OpenedRows(opening, files, columns, shards)
    let others: CategoryCoding.OtherCategories =
      unknownCategoriesAreMissing ? .missing : predictingAllRows ? .refused : .refusedWhereWeighted
    let coded = try rows.coded(kinds, others: others)
    let (memory, sources) = try rows.load(coded.shards)
    let found = try rows.labels(memory)
    return try DataSet(
      shards: sources, files: coded.shards.files, notices: files.notices,
      beside: BesideData(weights: rows.weights.numbers(memory), labels: found?.numbers),
      missing: options.missing, categories: coded.categories,
      classNames: (found?.words ?? coded.words)?.names, plan: shards.plan, runs: shards.runs,
      memory: memory, threads: threads, world: world)
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
}
