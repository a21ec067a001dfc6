import RowSources
import Words

/// Which labels the rows of a start may have: 0 to K - 1 and -1 for noise, or K words, whose places in order
/// stand for them.
struct GivenLabels {
  private let groupCount: Int
  private let hasNoise: Bool
  /// Nil: labels are numbers.
  private let words: Categories?
  /// The places of numbers among words, or of words among numbers, of which there are more: no labels.
  private let strange: Set<Int>

  init(groupCount: Int, hasNoise: Bool, words: Categories?) {
    (self.groupCount, self.hasNoise, self.words) = (groupCount, hasNoise, words)
    let all = Set(words?.names.indices ?? 0..<0)
    let numbers = all.filter { words?.value($0) != nil }
    strange = 2 * numbers.count > all.count ? all.subtracting(numbers) : numbers
  }

  /// - Throws: `DataSetError.shape` about the file of this name if there are more words than components.
  func requireFew(in name: String) throws {
    guard let known = knownWords, known.count > groupCount else { return }
    throw DataSetError.shape(
      found: "\(name): labels of \(known.count) words, \(Self.list(known))",
      expected: "at most \(groupCount), a component each")
  }

  /// Where some are strange these alone are refused: what others are depends on them.
  func contains(_ label: Double) -> Bool {
    guard let place = Int(exactly: label) else { return false }
    guard strange.isEmpty else { return !strange.contains(place) }
    return place >= (hasNoise ? -1 : 0) && place < groupCount
  }

  /// Whether there are words and numbers, which some row is refused for.
  var areMixed: Bool { !strange.isEmpty }

  /// Components as labels name them.
  func text(_ components: Range<Int>) -> String {
    if let words, !words.names.indices.clamped(to: components).isEmpty {
      return Self.list(words.names.indices.clamped(to: components).map { words.names[$0] })
    }
    let (first, last) = (components.lowerBound, components.upperBound - 1)
    return first == last ? "\(first)" : "\(first) to \(last)"
  }

  /// 0 to K - 1 in words.
  var numbers: String { "0 to \(groupCount - 1)" + (hasNoise ? " and -1 for noise" : "") }

  /// What is a label, in words.
  var expected: String {
    guard words != nil else { return "a label, \(numbers)" }
    guard let knownWords else { return "a number, as other labels are: \(numbers)" }
    let list = Self.list(knownWords)
    return strange.isEmpty ? "a label, one of \(list)" : "a word, as other labels are: \(list)"
  }

  /// Nil where labels are numbers, be they with words among them.
  private var knownWords: [String]? {
    guard let words else { return nil }
    let known = words.names.indices.filter { !strange.contains($0) }
    return known.contains { words.value($0) != nil } ? nil : known.map { words.names[$0] }
  }

  private static func list(_ words: [String]) -> String {
    oneLine(words.joined(separator: ", "), limit: 200)
  }
}
