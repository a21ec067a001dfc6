extension [any DataFile] {
  /// Checks that files, opened with the same options, can be the shards of one data set: they have
  /// as many columns, and unless the columns were chosen, those that name them do so alike.
  ///
  /// Files without names go by the order of their columns.
  /// - Throws: `RowSourceError` naming the first shard that differs.
  public func requireSameColumns(_ options: ReadOptions) throws {
    for file in self where file.columnCount != self[0].columnCount {
      throw RowSourceError(
        .columnCount(
          file.columnCount, otherPath: self[0].name, otherCount: self[0].columnCount),
        path: file.name)
    }
    let named = filter { $0.columnNames != nil }
    guard options.columns == nil, let first = named.first else { return }
    for file in named { try requireNames(of: file, as: first) }
  }

  private func requireNames(of file: any DataFile, as other: any DataFile) throws {
    for (index, (name, otherName)) in zip(file.columnNames!, other.columnNames!).enumerated()
    where name != otherName {
      throw RowSourceError(
        .columnName(otherPath: other.name, otherName: otherName), path: file.name,
        column: RowSourceError.Column(number: index + 1, name: name))
    }
  }

  /// Checks that no two columns have one name: a model could not tell them apart. Columns that were
  /// chosen by numbers may have, and columns without a name.
  ///
  /// - Parameter indices: columns that may be called as others, counted from 0.
  /// - Throws: `RowSourceError` naming the column.
  public func requireDistinctNames(besides indices: [Int], _ options: ReadOptions) throws {
    guard options.columns == nil, let file = first(where: { $0.columnNames != nil }) else {
      return
    }
    var found: Set<String> = []
    for (column, name) in file.columnNames!.enumerated()
    where !indices.contains(column) && !name.isEmpty {
      if !found.insert(name).inserted {
        throw RowSourceError(.ambiguousColumn(name), path: file.name)
      }
    }
  }

  /// The place of a column, counted from 0, in all of the files, which have passed
  /// `requireSameColumns`.
  ///
  /// - Parameter column: a name or number, as in `options.columns`, one of these if there are any, or
  ///   of those beside the others in `options.order` if there is one.
  /// - Throws: `RowSourceError` if there is no such column.
  public func index(ofColumn column: String, _ options: ReadOptions) throws -> Int {
    if let besides = options.order?.besides, let place = besides.firstIndex(of: column) {
      return self[0].columnCount - besides.count + place
    }
    if let index = options.columns?.firstIndex(of: column) { return index }
    let file = first { $0.columnNames != nil } ?? self[0]
    return try ReadOptions(columns: [column]).chosenColumns(
      names: file.columnNames, count: file.columnCount, path: file.name)[0]
  }
}
