/// Whether cells of the data may be missing, and how files write those that are.
///
/// Wherever numbers of the data are in memory, a missing cell is NaN. Infinity is an error in any
/// case.
public enum MissingCells: Sendable, Equatable {
  /// The first missing cell is an error.
  case error
  /// Cells may be missing: NaN in files of numbers; in text also an empty field, `NA`, and these
  /// words, compared with what a field says between blanks and quotes. A word that is a number
  /// stands for all numbers of this value, in files of any kind.
  case allowed(words: [String] = [])

  public var areAllowed: Bool { self != .error }

  /// How missing cells are written; nil if there may be none.
  ///
  /// - Parameter decimalComma: whether fields have a decimal comma: words then may have it too.
  func marks(decimalComma: Bool) -> MissingMarks? {
    guard case .allowed(let words) = self else { return nil }
    return MissingMarks(words, decimalComma: decimalComma)
  }

  /// The same of labels alone: a word that is a number from 0 up is a label, and no missing cell.
  package func ofLabels(decimalComma: Bool) -> MissingCells {
    guard case .allowed(let words) = self else { return self }
    return .allowed(
      words: words.filter { word in
        !MissingMarks([word], decimalComma: decimalComma).numbers.contains { $0 >= 0 }
      })
  }

  /// `values` with NaN for those that stand for missing cells.
  package func marked(_ values: [Double]) -> [Double] {
    guard let numbers = marks(decimalComma: false)?.numbers, !numbers.isEmpty else { return values }
    var values = values
    markMissing(numbers, in: &values, count: values.count)
    return values
  }
}

/// How missing cells are written, as what reads them looks for it.
struct MissingMarks: Sendable {
  private let words: [(text: [UInt8], number: Double?)]
  /// What the words stand for that are numbers.
  let numbers: [Double]

  fileprivate init(_ words: [String], decimalComma: Bool) {
    self.init(
      words.map { word in
        let number =
          MissingMarks.number(word, .shared(decimalComma: decimalComma))
          ?? MissingMarks.number(word, .shared)
        return (Array(word.utf8), number)
      })
  }

  private init(_ words: [(text: [UInt8], number: Double?)]) {
    (self.words, numbers) = (words, words.compactMap(\.number))
  }

  /// Those that stand for unknown labels: no number from 0 up, which is a label.
  var ofLabels: MissingMarks {
    MissingMarks(words.filter { !($0.number.map { $0 >= 0 } ?? false) })
  }

  private static func number(_ word: String, _ decimal: DecimalNumbers) -> Double? {
    Array(word.utf8).withUnsafeBufferPointer(decimal.finite)
  }

  /// The numbers as elements of a file hold them, rounded if these have fewer digits.
  func numbers(of kind: BinaryElements.Kind) -> [Double] {
    numbers.map { number in
      switch kind {
      case .float16: Double(Float16(number))
      case .float32: Double(Float(number))
      default: number
      }
    }.filter(\.isFinite)
  }

  /// Whether a field stands for a missing cell.
  ///
  /// - Parameter text: without the blanks and quotes around it. Numbers are told by their values
  ///   instead.
  func contains(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.isEmpty || isMissingWord(text) || words.contains { text.elementsEqual($0.text) }
  }
}

/// Whether a field is one of the words for a missing cell that any program knows: `NA`, as R writes
/// it, or NaN in any case.
func isMissingWord(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
  if text.count == 2 { return text[0] == UInt8(ascii: "N") && text[1] == UInt8(ascii: "A") }
  return (3...4).contains(text.count) && nonFiniteValue(of: text)?.isNaN == true
}

/// Makes NaN of all among `count` values that are one of `numbers`.
///
/// - Parameters:
///   - labels: the column of labels, of `columnCount`, where numbers from 0 up are no missing cells; nil:
///     there
///     is none.
func markMissing(
  _ numbers: [Double], in values: UnsafeMutablePointer<Double>, count: Int, columnCount: Int = 1,
  labels: Int? = nil
) {
  for number in numbers {
    let spared = number >= 0 ? labels : nil
    for i in 0..<count where values[i] == number {
      if let spared, i % columnCount == spared { continue }
      values[i] = .nan
    }
  }
}
