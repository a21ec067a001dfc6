/// What a model calls its columns: which columns of a file with names are read, and in which order.
public struct ColumnOrder: Sendable, Equatable {
  /// The names, of which no two are equal.
  public let names: [String]
  /// Whose they are, as messages say it: `model m.json`.
  public let owner: String
  /// Columns that are read behind them, names or numbers: of row weights, of labels.
  public var besides: [String] = []

  public init(names: [String], owner: String) {
    self.names = names
    self.owner = owner
  }
}

extension ReadOptions {
  /// `chosen` columns in the order of the model, and those of weights and labels behind them.
  ///
  /// Columns go by their names, out of more if none were chosen. A choice by numbers among columns of
  /// other names is the user's word, and stays; so do those of a file without names.
  ///
  /// - Parameters:
  ///   - chosen: the columns that `columns` chooses, counted from 0.
  ///   - names: what the file calls its `count` columns; nil if it has no names.
  /// - Throws: `RowSourceError` if the file lacks a column, or others are chosen by their names.
  func ordered(
    _ chosen: [Int], by order: ColumnOrder, names: [String]?, count: Int, path: String
  ) throws -> [Int] {
    let besides = try order.besides.map {
      try index(of: $0, names: names, count: count, path: path)
    }
    let data = chosen.filter { !besides.contains($0) }
    return try columns(data, by: order, names: names, path: path) + besides
  }

  private func columns(
    _ data: [Int], by order: ColumnOrder, names: [String]?, path: String
  ) throws -> [Int] {
    guard let names else { return data }
    var places: [String: Int] = [:]
    var repeated: Set<String> = []
    for column in data where places.updateValue(column, forKey: names[column]) != nil {
      repeated.insert(names[column])
    }
    let wanted = Set(order.names)
    let missing = order.names.filter { places[$0] == nil }
    let others = columns == nil ? [] : data.map { names[$0] }.filter { !wanted.contains($0) }
    guard missing.isEmpty && others.isEmpty else {
      let all = Set(names)
      let chosen = columns ?? []
      // A number among them: the user's word.
      if !chosen.allSatisfy({ order.besides.contains($0) || all.contains($0) }) { return data }
      throw RowSourceError(
        .otherColumns(others, missing: missing, order, names: names), path: path)
    }
    if let name = order.names.first(where: repeated.contains) {
      throw RowSourceError(.ambiguousColumn(name), path: path)
    }
    return order.names.map { places[$0]! }
  }
}

/// The name among `names` that a writer of `name` may have meant: one that differs in case, in white
/// space or other separators, or in a single letter; nil if there is none.
func likeliest(_ names: [String], for name: String) -> String? {
  func plain(_ name: String) -> [Character] {
    name.lowercased().filter { $0.isLetter || $0.isNumber || $0.isSymbol }.map { $0 }
  }
  let meant = plain(name)
  return names.first { plain($0) == meant }
    // A single letter is most of a short name.
    ?? (meant.count < 4 ? nil : names.first { isOneEdit(plain($0), meant) })
}

/// Whether one letter that is left out, added or replaced makes `a` of `b`.
private func isOneEdit(_ a: [Character], _ b: [Character]) -> Bool {
  guard abs(a.count - b.count) <= 1 else { return false }
  let common = zip(a, b).prefix { $0 == $1 }.count
  let (restOfA, restOfB) = (a.dropFirst(common), b.dropFirst(common))
  return restOfA.dropFirst() == restOfB.dropFirst() || restOfA.dropFirst() == restOfB
    || restOfA == restOfB.dropFirst()
}
