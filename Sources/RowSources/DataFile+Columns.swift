extension DataFile {
  /// Checks that files, opened with the same options, can be the shards of one data set: they have
  /// as many columns, and unless the columns were chosen, those that name them do so alike.
  ///
  /// Files without names go by the order of their columns.
  /// - Throws: `RowSourceError` naming the first shard that differs.
  public static func requireSameColumns(_ files: [DataFile], _ options: ReadOptions) throws {
    for file in files where file.columnCount != files[0].columnCount {
      throw RowSourceError(
        .columnCount(
          file.columnCount, otherPath: files[0].name, otherCount: files[0].columnCount),
        path: file.name)
    }
    let named = files.filter { $0.columnNames != nil }
    guard options.columns == nil, let first = named.first else { return }
    for file in named { try file.requireNames(of: first) }
  }

  private func requireNames(of other: DataFile) throws {
    for (index, (name, otherName)) in zip(columnNames!, other.columnNames!).enumerated()
    where name != otherName {
      throw RowSourceError(
        .columnName(otherPath: other.name, otherName: otherName), path: self.name,
        column: RowSourceError.Column(number: index + 1, name: name))
    }
  }

  /// The place of a column, counted from 0, in all of `files`, which have passed
  /// `requireSameColumns`.
  ///
  /// - Parameter column: a name or number, as in `options.columns`, one of these if there are any.
  /// - Throws: `RowSourceError` if there is no such column.
  public static func index(
    ofColumn column: String, in files: [DataFile], _ options: ReadOptions
  ) throws -> Int {
    if let index = options.columns?.firstIndex(of: column) { return index }
    let file = files.first { $0.columnNames != nil } ?? files[0]
    return try ReadOptions(columns: [column]).chosenColumns(
      names: file.columnNames, count: file.columnCount, path: file.name)[0]
  }
}
