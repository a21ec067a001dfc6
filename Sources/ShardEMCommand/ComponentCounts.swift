import ArgumentParser

/// Numbers of components, as a command line lists them: `1-9`, `2,4,8`, `1-4,8`.
struct ComponentCounts: CustomStringConvertible {
  /// In the order in which they are listed, each once.
  let values: [Int]
  /// As it was given.
  let description: String

  /// More models than these nobody looks at.
  static let most = 1000

  /// - Throws: `ValidationError` unless it is a list of numbers and ranges, `1-9` or `1..9`, from 1 up.
  init(argument: String) throws {
    var values: [Int] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let range = Self.range(part), values.count + range.count <= Self.most else {
        throw ValidationError(
          "expected numbers from 1 up and ranges of them, such as 1-9 or 2,4,8-12, at most \(Self.most)"
        )
      }
      values += range.filter { !values.contains($0) }
    }
    (self.values, description) = (values, argument)
  }

  private static func range(_ text: Substring) -> ClosedRange<Int>? {
    for separator in ["..", "-"] {
      let ends = text.split(separator: separator, omittingEmptySubsequences: false)
      guard ends.count == 2 else { continue }
      guard let first = number(ends[0]), let last = number(ends[1]), first <= last else {
        return nil
      }
      return first...last
    }
    return number(text).map { $0...$0 }
  }

  private static func number(_ text: Substring) -> Int? {
    guard text.allSatisfy(\.isNumber), let number = Int(text), number > 0 else { return nil }
    return number
  }
}
