import Synchronization

/// What the cells of a column are.
public enum ColumnKind: Sendable, Equatable {
  case number
  /// One of these categories; nil: of those that the data have.
  case category(Categories?)
}

/// How the cells of a column become numbers while they are read.
public enum ColumnCoding: Sendable {
  /// They are numbers.
  case number
  /// By the place of their category. Other values are an error, or missing.
  case known(Categories, othersAreMissing: Bool)
  /// They are collected, and stand for nothing yet.
  case collected(CategoryCollection, mayMiss: Bool = false)
  /// They are labels, known in part: numbers; or words, and these the places of the known ones. Where there is
  /// none, or one that is no word, the label is unknown: NaN.
  case label(Categories?)

  /// Whether an empty cell is no error.
  var mayMiss: Bool {
    switch self {
    case .number, .known: false
    case .collected(_, let mayMiss): mayMiss
    case .label: true
    }
  }

  var isNumber: Bool { if case .number = self { true } else { false } }

  /// The number for a value; NaN for one that is missing.
  func code(_ name: String) throws(RowSourceError.Problem) -> Double {
    switch self {
    case .number: return .nan
    case .collected(let collection, _):
      guard collection.insert(name) else { throw .manyCategories(limit: Categories.most) }
      return 0
    case .known(let categories, let othersAreMissing):
      if let place = categories.place(of: name) { return Double(place) }
      if othersAreMissing { return .nan }
      throw .unknownCategory(name, known: categories.names)
    case .label(let words?): return words.place(of: name).map { Double($0) } ?? .nan
    case .label(nil):
      guard let number = Categories.number(name) else { throw .notANumber(name) }
      return number
    }
  }

  /// The same for a value that is a number.
  func code(of value: Double) throws(RowSourceError.Problem) -> Double {
    guard value.isFinite else { throw .notFinite(value) }
    if case .known(let categories, _) = self, let place = categories.place(of: value) {
      return Double(place)
    }
    if case .label(let words) = self { return words?.place(of: value).map { Double($0) } ?? value }
    return try code(Categories.name(of: value))
  }
}

extension RowSourceError.Problem: Error {}

/// The different values of a column, which several threads find.
public final class CategoryCollection: Sendable {
  private let found = Mutex<Set<[UInt8]>>([])

  public init() {}

  /// In UTF-8: strings that look alike may be of different bytes, and are different values.
  public var names: Set<[UInt8]> { found.withLock { $0 } }

  /// False if there are too many.
  func insert(_ name: String) -> Bool {
    found.withLock {
      $0.insert(Array(name.utf8))
      return $0.count <= Categories.most
    }
  }
}
