/// The numbers of a prior as somebody gave them, by name: each a number, or lists of them.
public struct PriorNumbers: Sendable, Equatable, CustomStringConvertible {
  /// A number has no extent, a matrix two.
  public struct Entry: Sendable, Equatable {
    public let name: String
    public let shape: [Int]
    /// Row-major.
    public let numbers: [Double]

    public init(_ name: String, shape: [Int], _ numbers: [Double]) {
      (self.name, self.shape, self.numbers) = (name, shape, numbers)
    }
  }

  public let entries: [Entry]

  public init(_ entries: [Entry]) { self.entries = entries }

  /// On one line: `mean [5.8, 3.1], covariance [[0.05, 0.0], [0.0, 5.0]]`.
  public var description: String {
    entries.map { "\($0.name) \(Self.text($0))" }.joined(separator: ", ")
  }

  private static func text(_ entry: Entry) -> String {
    if entry.shape.isEmpty { return "\(entry.numbers[0])" }
    guard entry.shape.count > 1 else { return "\(entry.numbers)" }
    let rows = stride(from: 0, to: entry.numbers.count, by: entry.shape[1]).map {
      Array(entry.numbers[$0..<$0 + entry.shape[1]])
    }
    return "\(rows)"
  }

  /// - Throws: `FitError.unusable` about the first that has another name than `names`.
  func requireNames(_ names: [String]) throws {
    guard let unknown = entries.first(where: { !names.contains($0.name) }) else { return }
    throw FitError.unusable(
      setting: "prior with \(unknown.name)", expected: names.joined(separator: ", "))
  }

  /// A single number of at least `least`, or above it; nil if there is none of the name.
  func number(_ name: String, above least: Double, orEqual: Bool = false) throws -> Double? {
    guard let numbers = try numbers(name, shapes: [[]]) else { return nil }
    guard numbers[0] > least || orEqual && numbers[0] == least else {
      throw FitError.unusable(
        setting: "prior \(name) \(numbers[0])",
        expected: orEqual ? "\(least) or more" : "more than \(least)")
    }
    return numbers[0]
  }

  /// Numbers of one of `shapes`; nil if there are none of the name.
  func numbers(_ name: String, shapes: [[Int]]) throws -> [Double]? {
    guard let entry = entries.first(where: { $0.name == name }) else { return nil }
    guard shapes.contains(entry.shape) else {
      throw FitError.unusable(
        setting: "prior \(name) of \(Self.words(entry.shape))",
        expected: shapes.map(Self.words).joined(separator: ", or "))
    }
    return entry.numbers
  }

  /// Those of some names and, where there is one for each of `count` columns or pair of these, of some
  /// columns.
  func part(named names: [String], columns: [Int], of count: Int) -> PriorNumbers {
    PriorNumbers(
      entries.filter { names.contains($0.name) }.map { entry in
        let shape = entry.shape.map { _ in columns.count }
        let own =
          switch entry.shape.count {
          case 0: entry.numbers
          case 1: columns.map { entry.numbers[$0] }
          default: columns.flatMap { i in columns.map { entry.numbers[i * count + $0] } }
          }
        return Entry(entry.name, shape: shape, own)
      })
  }

  private static func words(_ shape: [Int]) -> String {
    shape.isEmpty ? "a number" : shape.map { "\($0)" }.joined(separator: " x ") + " numbers"
  }
}
