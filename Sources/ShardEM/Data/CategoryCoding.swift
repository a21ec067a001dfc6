import MessagePassing
import RowSources

/// How the categories of a data set's columns are found and become numbers.
struct CategoryCoding {
  private let kinds: [ColumnKind]
  /// The file's column of the weights, which is none of `kinds`.
  private let weights: Int?
  private let othersAreMissing: Bool

  init(_ kinds: [ColumnKind], weights: Int?, othersAreMissing: Bool) {
    (self.kinds, self.weights, self.othersAreMissing) = (kinds, weights, othersAreMissing)
  }

  /// Collective. The shards with their categories as numbers, and the categories; unknown ones are learned
  /// in one pass over the rows, and sorted.
  ///
  /// - Throws: on every rank the same error: `RowSourceError` about a cell without a category, or a column
  ///   of too many.
  func code(
    _ shards: ShardLoader, threads: Int, world: any Communicator
  ) throws -> (ShardLoader, [Categories?]) {
    if kinds.allSatisfy({ $0 == .number }) { return (shards, []) }
    var categories: [Categories?] = kinds.map {
      if case .category(let categories) = $0 { categories } else { nil }
    }
    let unknown = kinds.indices.filter { kinds[$0] == .category(nil) }
    if !unknown.isEmpty {
      let found = try learned(unknown, shards, threads: threads, world: world)
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
    return (shards.coded(by: ofFile(coding)), categories)
  }

  /// Collective. Of each data column the different values in the first rows of all.
  static func firstValues(
    _ shards: ShardLoader, weights: Int?, world: any Communicator
  ) throws -> [Categories] {
    let count = shards.files[0].columnCount
    let collections = (0..<count).map { _ in CategoryCollection() }
    let coding = collections.enumerated().map { j, collection in
      j == weights ? ColumnCoding.number : .collected(collection)
    }
    try world.agree {
      for run in shards.runs where run.firstRow < FoundColumns.rowCount {
        let rows = run.rows.prefix(FoundColumns.rowCount - run.firstRow)
        try shards.files[run.shard].coded(by: coding)
          .forEachPiece(of: rows, pieceBytes: 8 << 20, threads: 1) { _, _ in }
      }
    }
    return try gathered(collections, world).enumerated().filter { $0.offset != weights }
      .map { Categories(sorting: $0.element) }
  }

  /// The values of some columns in the rows of all ranks.
  private func learned(
    _ columns: [Int], _ shards: ShardLoader, threads: Int, world: any Communicator
  ) throws -> [Set<[UInt8]>] {
    let collections = columns.map { _ in CategoryCollection() }
    var coding = [ColumnCoding](repeating: .number, count: kinds.count)
    for (j, collection) in zip(columns, collections) { coding[j] = .collected(collection) }
    try world.agree {
      for (file, rows) in zip(shards.coded(by: ofFile(coding)).files, shards.ownRows)
      where !rows.isEmpty {
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

  private func fileColumn(_ j: Int) -> Int { j < weights ?? .max ? j : j + 1 }

  private func ofFile(_ coding: [ColumnCoding]) -> [ColumnCoding] {
    var coding = coding
    if let weights { coding.insert(.number, at: weights) }
    return coding
  }
}
