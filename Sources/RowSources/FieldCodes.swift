/// The categories of text, as one reader looks them up: each spelling once.
final class FieldCodes {
  private let coding: [ColumnCoding]
  private let numbers: DecimalNumbers
  private let missing: MissingMarks?
  /// By what a field says, of each column.
  private var known: [[[UInt8]: Double]]

  init(_ coding: [ColumnCoding], numbers: DecimalNumbers, missing: MissingMarks?) {
    (self.coding, self.numbers, self.missing) = (coding, numbers, missing)
    known = Array(repeating: [:], count: coding.count)
  }

  func isNumber(_ slot: Int) -> Bool { coding[slot].isNumber }
  func isOfLabels(_ slot: Int) -> Bool { coding[slot].isOfLabels }

  /// - Parameter text: a field without its quotes, which does not stand for a missing cell.
  func code(
    of text: UnsafeBufferPointer<UInt8>, slot: Int
  ) throws(RowSourceError.Problem) -> Double {
    let spelling = Array(text)
    if let code = known[slot][spelling] { return code }
    if text.isEmpty || isMissingWord(text) {
      if isOfLabels(slot) { return .nan }
      throw .noCategory(String(decoding: text, as: UTF8.self))
    }
    if let value = nonFiniteValue(of: text) { throw .notFinite(value) }
    guard text.count <= TextLimits.fieldBytes else { throw .longCategory(bytes: text.count) }
    guard let name = Categories.name(ofField: text, numbers) else { throw .notUTF8("not UTF-8") }
    // With a decimal comma 1.5 is a word, and would be called as the number 1,5 is.
    if numbers.finite(text) == nil, Categories.isNumber(name) { throw .pointNumber(name) }
    let marks = isOfLabels(slot) ? missing?.ofLabels : missing
    let isMissing = marks?.numbers.contains { Categories.name(of: $0) == name } ?? false
    let code = isMissing ? .nan : try coding[slot].code(name)
    // Of others that are missing there may be any number.
    if known[slot].count <= Categories.most { known[slot][spelling] = code }
    return code
  }
}
