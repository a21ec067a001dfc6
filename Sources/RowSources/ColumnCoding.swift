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
  /// By the place of their category.
  case known(Categories, others: OtherValues)
  /// They are collected: by the place where the collection has them.
  case collected(CategoryCollection, areLabels: Bool = false)
  /// They are labels, known in part: numbers; or words, and these the places of the known ones, but for -1.
  /// Where there is none, or another word, the label is unknown: NaN.
  case label(Categories?)

  /// Whether cells are labels: an empty one is no error.
  var isOfLabels: Bool {
    switch self {
    case .number, .known: false
    case .collected(_, let areLabels): areLabels
    case .label: true
    }
  }

  var isNumber: Bool { if case .number = self { true } else { false } }

  /// The number for a value; NaN for one that is missing.
  func code(_ name: String) throws(RowSourceError.Problem) -> Double {
    switch self {
    case .number: return .nan
    case .collected(let collection, _):
      guard let place = collection.place(of: name) else {
        throw .manyCategories(limit: Categories.most)
      }
      return Double(place)
    case .known(let categories, let others):
      if let place = categories.place(of: name) { return Double(place) }
      switch others {
      case .refused: throw .unknownCategory(name, known: categories.names)
      case .missing: return .nan
      case .absent(let refused):
        guard !refused.contains(Array(name.utf8)) else {
          throw .unknownCategory(name, known: categories.names)
        }
        return 0
      }
    case .label(let words?):
      return words.place(of: name).map { Double($0) } ?? (name == "-1" ? -1 : .nan)
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

/// What becomes of values that are none of the known categories.
public enum OtherValues: Sendable {
  /// They are an error.
  case refused
  /// They are missing cells.
  case missing
  /// They are any category where only rows that count as absent have them; those of other rows, in UTF-8, are
  /// an error.
  case absent(besides: Set<[UInt8]> = [])
}

extension RowSourceError.Problem: Error {}

/// The different values of a column, which several threads find, and how often each was counted.
public final class CategoryCollection: Sendable {
  private struct Found {
    /// By UTF-8: strings that look alike may be of different bytes, and are different values.
    var places: [[UInt8]: Int] = [:]
    var counts: [Int] = []
    var isFull = false
  }
  private let found = Mutex(Found())
  private let ignoresMore: Bool

  /// - Parameter ignoresMore: whether values beyond `Categories.most` are left out, rather than an
  ///   error.
  public init(ignoringMore ignoresMore: Bool = false) { self.ignoresMore = ignoresMore }

  /// The values that were counted, in UTF-8.
  public var names: Set<[UInt8]> {
    found.withLock { found in Set(found.places.filter { found.counts[$0.value] > 0 }.keys) }
  }

  /// All values in the order in which they were found; nil if there are more than `Categories.most`.
  public var counts: [(name: String, count: Int)]? {
    found.withLock { found in
      if found.isFull { return nil }
      return found.places.sorted { $0.value < $1.value }.map {
        (String(decoding: $0.key, as: UTF8.self), found.counts[$0.value])
      }
    }
  }

  /// Counts cells of the column, NaN for those that are missing.
  ///
  /// - Parameters:
  ///   - cells: places of values, `stride` numbers from each to the next.
  ///   - isCounted: whether the row counts, by its number among these.
  public func count(
    _ cells: UnsafePointer<Double>, stride: Int, rows: Int, where isCounted: (_ row: Int) -> Bool
  ) {
    found.withLock { found in
      for row in 0..<rows where isCounted(row) {
        let place = cells[row * stride]
        if place < Double(found.counts.count) { found.counts[Int(place)] += 1 }
      }
    }
  }

  /// The place of a value, by the order in which they are found, or one that is not counted; nil if
  /// there are too many.
  func place(of name: String) -> Int? {
    found.withLock { found in
      let bytes = Array(name.utf8)
      if let place = found.places[bytes] { return place }
      guard found.counts.count < Categories.most else {
        found.isFull = true
        return ignoresMore ? Categories.most : nil
      }
      found.places[bytes] = found.counts.count
      found.counts.append(0)
      return found.counts.count - 1
    }
  }
}
