/// How data files are to be read where the files themselves do not say.
public struct ReadOptions: Sendable, Equatable {
  /// The columns to read, in this order: names of the header, or numbers counted from 1 (the only
  /// way for binary files). A name that reads as a number wins over that number. Nil: all.
  public var columns: [String]?
  /// The byte between the fields of a text file; nil: comma, semicolon, tab or space, whichever
  /// its first rows agree on. A space stands for any run of spaces and tabs.
  public var delimiter: UInt8?
  /// Whether numbers in text files have a decimal comma, as 1,5, in place of a point.
  public var decimalComma: Bool
  /// Whether the first row of a text file holds the columns' names; nil: exactly if a chosen field
  /// of it is no number (`nan`, `NA` and `inf` count as numbers here, and fields that may be
  /// missing).
  public var header: Bool?
  /// The column of labels, by name or number: whether it has a word or nothing in the first row of text
  /// does not tell a header. Nil: there is none.
  public var labels: String?
  /// Whether cells may be missing, and how files write those that are.
  public var missing: MissingCells
  /// What files of any name hold, if they are raw; nil: their names tell what they are.
  public var raw: RawFormat?
  /// The columns of the model that the data are for; nil without one, or if it has no names.
  public var order: ColumnOrder?
  /// How many bytes of rows are to be held in memory at most, which also limits how long a row of text
  /// may be; nil: as many as there are.
  public var memory: Int?

  public init(
    columns: [String]? = nil, delimiter: UInt8? = nil, decimalComma: Bool = false,
    header: Bool? = nil, missing: MissingCells = .error, raw: RawFormat? = nil,
    order: ColumnOrder? = nil, memory: Int? = nil
  ) {
    self.decimalComma = decimalComma
    self.columns = columns
    self.delimiter = delimiter
    self.header = header
    self.missing = missing
    self.raw = raw
    self.order = order
    self.memory = memory
  }

  /// The chosen columns, counted from 0; if there is an `order`, in that order.
  ///
  /// - Parameters:
  ///   - names: what the file calls its `count` columns; nil if it has no names.
  ///   - path: the file, for the error.
  func chosenColumns(names: [String]?, count: Int, path: String) throws -> [Int] {
    let chosen = try givenColumns(names: names, count: count, path: path)
    guard let order else { return chosen }
    return try ordered(chosen, by: order, names: names, count: count, path: path)
  }

  /// The columns that `columns` chooses, in its order.
  private func givenColumns(names: [String]?, count: Int, path: String) throws -> [Int] {
    guard let columns else { return Array(0..<count) }
    guard !columns.isEmpty else { throw RowSourceError(.noColumns, path: path) }
    let places = places(of: columns, in: names)
    var chosen: [Int] = []
    var seen: Set<Int> = []
    for column in columns {
      let index = try index(of: column, places, names: names, count: count, path: path)
      guard seen.insert(index).inserted else {
        throw RowSourceError(.repeatedColumn(column), path: path)
      }
      chosen.append(index)
    }
    return chosen
  }

  /// The place of a column, counted from 0.
  func index(of column: String, names: [String]?, count: Int, path: String) throws -> Int {
    try index(
      of: column, places(of: [column], in: names), names: names, count: count, path: path)
  }

  /// The place of the labels among chosen columns; nil if they have none there.
  ///
  /// - Parameter names: what the file calls its `count` columns; nil if it has no names.
  func placeOfLabels(among chosen: [Int], names: [String]?, count: Int) -> Int? {
    guard let labels, let column = try? index(of: labels, names: names, count: count, path: "")
    else { return nil }
    return chosen.firstIndex(of: column)
  }

  /// The places of those `names` that are asked for; nil: of more than one column.
  private func places(of columns: [String], in names: [String]?) -> [String: Int?] {
    let wanted = Set(columns)
    var places: [String: Int?] = [:]
    for (index, name) in (names ?? []).enumerated() where wanted.contains(name) {
      places.updateValue(places[name] == nil ? index : nil, forKey: name)
    }
    return places
  }

  private func index(
    of column: String, _ places: [String: Int?], names: [String]?, count: Int, path: String
  ) throws -> Int {
    if let place = places[column] {
      guard let place else { throw RowSourceError(.ambiguousColumn(column), path: path) }
      return place
    }
    guard let number = Int(column), (1...count).contains(number) else {
      throw RowSourceError(.noSuchColumn(column, names: names, count: count), path: path)
    }
    return number - 1
  }
}
