import Words

/// What is wrong with a model file.
///
/// Holds facts; `description` writes the sentence. Paths into the JSON count from 0, as jq and
/// every language that reads JSON do; lines and columns of the text count from 1.
public struct ModelFileError: Error, Equatable, Sendable {
  public enum Problem: Equatable, Sendable {
    /// The text is no JSON at this place.
    case notJSON(line: Int, column: Int, reason: String)
    /// An object has a key twice, here for the second time.
    case repeatedKey(String, line: Int, column: Int)
    /// The key is not there.
    case missing
    /// The value is of another kind, or none of those possible.
    case unexpected(found: String, expected: String)
    /// A list has other than as many entries as the key `extent` says.
    case count(Int, expected: Int, extent: String)
    /// A number is infinite or none.
    case notFinite(Double)
    /// The weights sum to something other than 1.
    case weightSum(Double)
    /// Entries [row][column] and [column][row] of a covariance differ.
    case notSymmetric(row: Int, column: Int)
    /// A covariance is singular or indefinite.
    case notPositiveDefinite
  }

  /// The name of the file, as the user knows it; of a model yet to be written, `model`.
  public var file: String
  /// Where in the JSON: `covariances[2][0]`; empty for the whole document.
  public var path: String
  public var problem: Problem

  public init(file: String = "model", path: String, problem: Problem) {
    self.file = file
    self.path = path
    self.problem = problem
  }
}

extension ModelFileError: CustomStringConvertible {
  public var description: String {
    "\(file): " + (path.isEmpty ? "" : "\(path): ") + sentence
  }

  private var sentence: String {
    switch problem {
    case .notJSON(let line, let column, let reason):
      "line \(line), column \(column): not JSON: \(reason)"
    case .repeatedKey(let key, let line, let column):
      "line \(line), column \(column): found the key \(quoted(String(key.prefix(40)))) for the second "
        + "time in one object; remove one of the two"
    case .missing:
      "missing; a model file needs it"
    case .unexpected(let found, let expected):
      "found \(found), expected \(expected)"
    case .count(let found, let expected, let extent):
      "found a list of \(found), but \"\(extent)\" is \(expected)"
    case .notFinite(let value):
      "found \(value), expected a finite number"
    case .weightSum(let sum):
      "sum to \(sum), expected 1"
    case .notSymmetric(let row, let column):
      "not symmetric: [\(row)][\(column)] and [\(column)][\(row)] differ"
    case .notPositiveDefinite:
      "not positive definite, so no covariance; "
        + "add to its diagonal or drop constant and duplicated columns"
    }
  }
}
