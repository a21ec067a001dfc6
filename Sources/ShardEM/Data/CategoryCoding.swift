import MessagePassing
import RowSources

/// How the categories of a data set's columns, and words that are labels, are found and become numbers.
struct CategoryCoding {
  private let kinds: [ColumnKind]
  /// The file's columns that are none of `kinds`, in order.
  private let besides: [Int]
  /// The one of these that is of labels.
  private let labels: Int?
  private let othersAreMissing: Bool

  init(_ kinds: [ColumnKind], besides: [Int], labels: Int?, othersAreMissing: Bool) {
    (self.kinds, self.besides, self.labels) = (kinds, besides, labels)
    self.othersAreMissing = othersAreMissing
  }

  /// Shards whose columns are coded.
  struct Coded {
    let shards: ShardLoader
    /// Of the data columns; empty: all are of numbers.
    var categories: [Categories?] = []
    /// The words that are labels, in order; nil: labels are numbers.
    var words: Categories?
  }

  /// Collective. The shards with their categories and labels as numbers; unknown categories and words are
  /// learned in one pass over the rows, and sorted.
  ///
  /// - Throws: on every rank the same error: `RowSourceError` about a cell without a category, or a column
  ///   of too many.
  func code(_ shards: ShardLoader, threads: Int, world: any Communicator) throws -> Coded {
    var categories: [Categories?] = kinds.map {
      if case .category(let categories) = $0 { categories } else { nil }
    }
    let unknown = kinds.indices.filter { kinds[$0] == .category(nil) }
    let ofWords = try labels.flatMap { try mayBeWords(shards, world) ? $0 : nil }
    let columns = unknown.map(fileColumn) + [ofWords].compactMap { $0 }
    var words: Categories?
    if !columns.isEmpty {
      var found = try learned(columns, shards, threads: threads, world: world)
      if ofWords != nil { words = Self.words(found.removeLast()) }
      for (j, values) in zip(unknown, found) { categories[j] = Categories(sorting: values) }
      for j in unknown where categories[j]!.count > Categories.most {
        let file = shards.files[0]
        throw world.common(
          RowSourceError(
            .manyCategories(limit: Categories.most), path: file.name,
            column: file.column(fileColumn(j))))
      }
    }
    let coding = categories.map { categories in
      categories.map { ColumnCoding.known($0, othersAreMissing: othersAreMissing) } ?? .number
    }
    return Coded(
      shards: shards.coded(by: ofFile(coding, labels: .label(words))),
      categories: categories.allSatisfy { $0 == nil } ? [] : categories, words: words)
  }

  /// Collective. Whether files are text, which may have words for labels.
  private func mayBeWords(_ shards: ShardLoader, _ world: any Communicator) throws -> Bool {
    var areText = [shards.files.contains { $0 is CSVFile } ? 1.0 : 0.0]
    try world.maximum(&areText)
    return areText[0] > 0
  }

  /// The labels that are known ones, if some are words.
  private static func words(_ found: Set<[UInt8]>) -> Categories? {
    if Categories(sorting: found).areNumbers { return nil }
    return Categories(sorting: found.subtracting([Array("-1".utf8)]))
  }

  /// Collective. Of each data column the different values in the first rows of all.
  func firstValues(_ shards: ShardLoader, world: any Communicator) throws -> [Categories] {
    let columns = (0..<shards.files[0].columnCount).filter { !besides.contains($0) }
    let collections = columns.map { _ in CategoryCollection() }
    let coding = ofFile(
      collections.map { .collected($0) }, labels: .collected(CategoryCollection(), mayMiss: true))
    try world.agree {
      for run in shards.runs where run.firstRow < FoundColumns.rowCount {
        let rows = run.rows.prefix(FoundColumns.rowCount - run.firstRow)
        try shards.files[run.shard].coded(by: coding)
          .forEachPiece(of: rows, pieceBytes: 8 << 20, threads: 1) { _, _ in }
      }
    }
    return try Self.gathered(collections, world).map { Categories(sorting: $0) }
  }

  /// The values of some columns of the files in the rows of all ranks.
  private func learned(
    _ columns: [Int], _ shards: ShardLoader, threads: Int, world: any Communicator
  ) throws -> [Set<[UInt8]>] {
    let collections = columns.map { _ in CategoryCollection() }
    // Of words that are learned later there may be any.
    var coding = ofFile(
      Array(repeating: .number, count: kinds.count),
      labels: .collected(CategoryCollection(), mayMiss: true))
    for (j, collection) in zip(columns, collections) {
      coding[j] = .collected(collection, mayMiss: j == labels)
    }
    try world.agree {
      for (file, rows) in zip(shards.coded(by: coding).files, shards.ownRows) where !rows.isEmpty {
        try file.forEachPiece(of: rows, pieceBytes: 8 << 20, threads: threads) { _, _ in }
      }
    }
    return try CategoryCoding.gathered(collections, world)
  }

  /// Collective. What all ranks have collected.
  private static func gathered(
    _ collections: [CategoryCollection], _ world: any Communicator
  ) throws -> [Set<[UInt8]>] {
    let names = collections.map { $0.names.map { String(decoding: $0, as: UTF8.self) } }
    // How many there are of each column, and all one after the other.
    let counts = try world.gather(names.map(\.count))
    let texts = try world.gather(texts: Array(names.joined()))
    var found = [Set<[UInt8]>](repeating: [], count: collections.count)
    for (counts, texts) in zip(counts, texts) {
      var rest = texts[...]
      for (column, count) in counts.enumerated() {
        found[column].formUnion(rest.prefix(count).map { Array($0.utf8) })
        rest = rest.dropFirst(count)
      }
    }
    return found
  }

  private func fileColumn(_ j: Int) -> Int { besides.reduce(j) { $0 + ($1 <= $0 ? 1 : 0) } }

  /// The coding of all columns of the files.
  private func ofFile(_ coding: [ColumnCoding], labels own: ColumnCoding) -> [ColumnCoding] {
    besides.reduce(into: coding) { coding, column in
      coding.insert(column == labels ? own : .number, at: column)
    }
  }
}
