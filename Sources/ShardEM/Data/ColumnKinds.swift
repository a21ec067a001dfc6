import RowSources

/// Decides what the cells of data columns are.
public struct ColumnKinds {
  let looksAtValues: Bool
  let choose: (FoundColumns) throws -> [ColumnKind]

  /// - Parameters:
  ///   - looksAtValues: whether `choose` needs `FoundColumns.firstValues`.
  ///   - choose: the same on every rank; none: all are of numbers.
  public init(
    looksAtValues: Bool = false, _ choose: @escaping (FoundColumns) throws -> [ColumnKind]
  ) {
    (self.looksAtValues, self.choose) = (looksAtValues, choose)
  }
}

/// The data columns, before their rows are read.
public struct FoundColumns: Sendable {
  /// Nil if they have none.
  public let names: [String]?
  /// Their number, D.
  public let count: Int
  /// The file they were found in: the first, whose columns are those of all.
  public let file: String
  /// Of each column the different values in the first rows, at most `rowCount` of them; missing cells
  /// and rows of weight 0 left out.
  public internal(set) var firstValues: [Categories] = []

  /// How many rows are looked at for that.
  public static let rowCount = 10_000

  init(names: [String]?, count: Int, file: String) {
    (self.names, self.count, self.file) = (names, count, file)
  }
}
