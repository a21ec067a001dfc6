import Words

/// A value that a family cannot model, such as a 3 among the bits of a Bernoulli mixture; or a row, by a
/// number of all its values.
///
/// It knows nothing of files: who reads the rows puts file, row and column before `description`.
public struct ValueProblem: Error, Equatable, Sendable, CustomStringConvertible {
  /// The row within the block, from 0.
  public var row: Int
  /// The column, from 0; nil for a row as a whole.
  public var column: Int?
  /// What was found; NaN for a missing cell.
  public var value: Double
  /// What the file has for it, if that is a word.
  public var word: String?
  /// What the value is, in words before it: `a length of`. Empty for one of the data's.
  public var quantity: String
  /// What the family takes, in words: `0 or 1`.
  public var expected: String

  public init(
    row: Int, column: Int?, value: Double, word: String? = nil, quantity: String = "",
    expected: String
  ) {
    self.row = row
    self.column = column
    self.value = value
    self.word = word
    self.quantity = quantity
    self.expected = expected
  }

  public var description: String {
    "found \(found), expected \(expected)"
  }

  private var found: String {
    if let word { return quoted(oneLine(word, limit: 200)) }
    // What is made of a row may be wrong in a late digit.
    guard quantity.isEmpty else { return "\(quantity) \(unpointed(value))" }
    return value.isNaN ? "a missing cell" : shortened(value)
  }
}
