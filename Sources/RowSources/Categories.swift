/// The values of a categorical column, in order: a cell is, in memory, the number of its category, from 0.
///
/// A value is a number, however a file writes it (1, 1.0 and 01 of text and the 1.0 of a binary file are
/// one), or else a word.
public struct Categories: Sendable, Equatable {
  /// Numbers in their shortest form, and words.
  public let names: [String]
  /// By the bytes: what looks alike may be another value.
  private let places: [[UInt8]: Int]
  /// What the categories are that are numbers.
  private let values: [Double?]
  private let placesOfNumbers: [Double: Int]

  /// A column of more values is hardly one of categories.
  public static let most = 1 << 16

  /// - Parameter names: in the order of the numbers in memory; of equal ones the first counts.
  public init(_ names: [String]) {
    self.names = names
    values = names.map(Categories.number)
    places = Dictionary(names.enumerated().map { (Array($1.utf8), $0) }) { first, _ in first }
    placesOfNumbers = Dictionary(
      values.enumerated().compactMap { place, value in value.map { ($0, place) } }
    ) { first, _ in first }
  }

  /// Of these values, each once: numbers first, by size, then words by their bytes.
  ///
  /// - Parameter values: in UTF-8.
  public init(sorting values: Set<[UInt8]>) {
    let numbered = values.map { bytes in
      let name = String(decoding: bytes, as: UTF8.self)
      return (name: name, number: Categories.number(name) ?? .infinity)
    }
    self.init(
      numbered.sorted {
        $0.number == $1.number
          ? $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) : $0.number < $1.number
      }.map(\.name))
  }

  public var count: Int { names.count }

  /// Whether all are numbers.
  public var areNumbers: Bool { values.allSatisfy { $0 != nil } }

  /// Whether all are words.
  public var areWords: Bool { placesOfNumbers.isEmpty }

  /// The number of a category; nil if there is none of this name.
  public func place(of name: String) -> Int? { places[Array(name.utf8)] }

  /// The number of the category that a cell of a binary file says: which is a number itself, or of
  /// words, that such a file cannot hold, is given by its place.
  func place(of value: Double) -> Int? {
    if let place = Int(exactly: value), values.indices.contains(place),
      areWords || values[place] == value
    {
      return place
    }
    return placesOfNumbers[value]
  }

  /// Whether a value that was collected is one of the categories: as what it is called, or the number that
  /// stands for one.
  public func has(collected name: [UInt8]) -> Bool {
    if places[name] != nil { return true }
    return Categories.number(String(decoding: name, as: UTF8.self)).map { place(of: $0) != nil }
      ?? false
  }

  /// The category of a cell, if it is a number.
  public func value(_ place: Int) -> Double? { values[place] }

  /// What a number is called.
  static func name(of value: Double) -> String {
    Int(exactly: value).map { "\($0)" } ?? "\(value)"
  }

  /// Whether a name is that of a number.
  static func isNumber(_ name: String) -> Bool { number(name) != nil }

  /// The number that a name is; nil for a word.
  static func number(_ name: String) -> Double? {
    Array(name.utf8).withUnsafeBufferPointer { DecimalNumbers.shared.finite($0) }
  }

  /// The name of the value in a field without its quotes; nil if that is no UTF-8.
  static func name(
    ofField text: UnsafeBufferPointer<UInt8>, _ numbers: DecimalNumbers
  ) -> String? {
    numbers.finite(text).map(name)
      ?? String(validating: text, as: UTF8.self)?.replacing("\"\"", with: "\"")
  }
}
