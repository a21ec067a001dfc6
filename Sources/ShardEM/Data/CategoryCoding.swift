import MessagePassing
import RowSources
import Rows

/// How the categories of a data set's columns, and words that are labels, are found and become numbers.
struct CategoryCoding {
  private let kinds: [ColumnKind]
  /// The file's columns that are none of `kinds`, in order.
  private let besides: [Int]
  /// The one of these that is of labels.
  private let labels: Int?
  private let weights: RowNumbers?
  private let others: OtherCategories

  init(
    _ kinds: [ColumnKind], besides: [Int], labels: Int?, weights: RowNumbers?,
    others: OtherCategories
  ) {
    (self.kinds, self.besides, self.labels) = (kinds, besides, labels)
    (self.weights, self.others) = (weights, others)
  }

  /// What becomes of categories that are none of those that are known beforehand.
  enum OtherCategories {
    /// They are missing cells.
    case missing
    /// They are refused, in rows of weight 0 too.
    case refused
    /// They are refused in rows of positive weight.
    case refusedWhereWeighted
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
  /// learned in one pass over the rows, and sorted; categories of rows of weight 0 are left out.
  ///
  /// - Throws: on every rank the same error: `RowSourceError` about a cell without a category, or a column
  ///   of too many.
  func code(_ shards: ShardLoader, threads: Int, world: any Communicator) throws -> Coded {
    var categories: [Categories?] = kinds.map {
      if case .category(let categories) = $0 { categories } else { nil }
    }
    var others = [OtherValues](
      repeating: others == .missing ? .missing : .refused, count: kinds.count)
    let unknown = kinds.indices.filter { kinds[$0] == .category(nil) }
    // Of these too it must be found which categories rows have that count.
    let known = areWeighed ? kinds.indices.filter { categories[$0] != nil } : []
    let ofWords = try labels.flatMap { try mayBeWords(shards, world) ? $0 : nil }
    let columns = (unknown + known).map(fileColumn) + [ofWords].compactMap { $0 }
    var words: Categories?
    if !columns.isEmpty {
      var found = try learned(columns, shards, threads: threads, world: world)
      if let ofWords {
        words = try world.common { try Self.words(found.removeLast(), column: ofWords, of: shards) }
      }
      for (j, values) in zip(unknown, found) {
        categories[j] = Categories(sorting: values)
        if weights != nil { others[j] = .absent() }
      }
      for (j, values) in zip(known, found.dropFirst(unknown.count)) {
        others[j] = .absent(besides: values.filter { !categories[j]!.has(collected: $0) })
      }
      for j in unknown where categories[j]!.count > Categories.most {
        let file = shards.files[0]
        throw world.common(
          RowSourceError(
            .manyCategories(limit: Categories.most), path: file.name,
            column: file.column(fileColumn(j))))
      }
    }
    let coding = kinds.indices.map { j in
      categories[j].map { ColumnCoding.known($0, others: others[j]) } ?? .number
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
  ///
  /// - Throws: `DataSetError` if there are as many as are collected at most, of which some may be left out.
  private static func words(
    _ found: Set<[UInt8]>, column: Int, of shards: ShardLoader
  ) throws -> Categories? {
    if Categories(sorting: found).areNumbers { return nil }
    guard found.count < Categories.most else {
      let file = shards.files[0]
      throw DataSetError.shape(
        found: "\(file.name): \(file.column(column)): \(Categories.most) different words or more",
        expected: "labels, a word for each class")
    }
    return Categories(sorting: found.subtracting([Array("-1".utf8)]))
  }

  /// Whether rows that count, of those with weights, decide on which categories are refused.
  private var areWeighed: Bool { weights != nil && others == .refusedWhereWeighted }

  /// Collective. Of each data column the different values in the first rows of all.
  func firstValues(
    _ shards: ShardLoader, threads: Int, world: any Communicator
  ) throws -> [Categories] {
    let collections = (0..<shards.files[0].columnCount).map { column in
      besides.contains(column) ? nil : CategoryCollection()
    }
    let first = zip(shards.ownRows, shards.plan.firstRows).map { rows, firstRow in
      rows.clamped(to: 0..<max(0, FoundColumns.rowCount - firstRow))
    }
    try world.agree {
      try collect(first, of: shards, in: collections, threads: threads)
    }
    return try Self.gathered(collections.compactMap { $0 }, world).map { Categories(sorting: $0) }
  }

  /// The values of some columns of the files in the rows of all ranks.
  private func learned(
    _ columns: [Int], _ shards: ShardLoader, threads: Int, world: any Communicator
  ) throws -> [Set<[UInt8]>] {
    var collections = [CategoryCollection?](repeating: nil, count: shards.files[0].columnCount)
    // Labels that are numbers need not be collected.
    for j in columns { collections[j] = CategoryCollection(ignoringMore: j == labels) }
    try world.agree {
      try collect(shards.ownRows, of: shards, in: collections, threads: threads)
    }
    return try Self.gathered(columns.compactMap { collections[$0] }, world)
  }

  /// Counts the values of columns in rows of this rank, those of weight 0 left out but for labels.
  ///
  /// - Parameters:
  ///   - rows: of each file.
  ///   - collections: of the files' columns; nil: of numbers.
  private func collect(
    _ rows: [Range<Int>], of shards: ShardLoader, in collections: [CategoryCollection?],
    threads: Int
  ) throws {
    let known = ofFile(kinds.map(codingBesideOthers), labels: .number)
    let coding = collections.enumerated().map { column, collection -> ColumnCoding in
      // Of words that are learned later there may be any.
      if column == labels {
        return .collected(collection ?? CategoryCollection(ignoringMore: true), areLabels: true)
      }
      return collection.map { .collected($0) } ?? known[column]
    }
    let width = collections.count
    let memory = Workspace()
    for (shard, file) in shards.coded(by: coding).files.enumerated() where !rows[shard].isEmpty {
      let firstRow = shards.plan.firstRows[shard]
      try file.forEachPiece(of: rows[shard], pieceBytes: 8 << 20, threads: threads) {
        cells, piece in
        func count(where isCounted: (_ row: Int) -> Bool) {
          for (j, collection) in collections.enumerated() {
            // A file of labels knows nothing of weights: a column of them says the same.
            collection?.count(cells + j, stride: width, rows: piece.count) {
              j == labels || isCounted($0)
            }
          }
        }
        switch weights {
        case nil: count { _ in true }
        case .column(let column): count { cells[$0 * width + column] != 0 }
        case .source(let source):
          let own = firstRow + piece.lowerBound..<firstRow + piece.upperBound
          try source.withRows(own, scratch: memory.reserve(own.count)) { weights in
            count { weights[$0] != 0 }
          }
        }
      }
    }
  }

  /// How a column is read whose categories need not be collected while those of others are.
  private func codingBesideOthers(_ kind: ColumnKind) -> ColumnCoding {
    guard case .category(let categories?) = kind else { return .number }
    return .known(categories, others: others == .missing ? .missing : .refused)
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
