import Words

/// What is wrong at which place of a text file's rows.
struct CSVFault: Error {
  /// Where the faulty field or row begins, in bytes from the start of the text that was parsed.
  let offset: Int
  /// The column, counted from 0 in the file; nil: the whole row.
  let column: Int?
  let problem: RowSourceError.Problem
}

/// Parses rows of text into numbers.
///
/// A row of plain numbers, and of missing cells where there may be some, takes one fast pass.
/// Whatever stops it - quotes, a fault - is read again from the row's start by `CSVFields`, which
/// is slower and knows what it saw.
struct CSVRowParser {
  typealias Bytes = UnsafePointer<UInt8>

  /// Where the next row begins, in bytes from the start of the text.
  private(set) var offset = 0
  /// The number of its line.
  private(set) var line: Int

  private let base: Bytes
  private let end: Bytes
  /// Whether the last row ends with the text, or else with a newline that may be still to come.
  private let isWhole: Bool
  private let delimiter: UInt8
  /// Per field of a row, the place of its number in the output; -1: not chosen.
  private let slots: UnsafeBufferPointer<Int>
  private let numbers: DecimalNumbers
  /// How missing cells are written; nil if there may be none.
  private let missing: MissingMarks?
  /// Of the columns that are categories; nil: all are numbers.
  private let codes: FieldCodes?

  /// - Parameter text: from the start of a row on.
  init(
    _ text: UnsafeBufferPointer<UInt8>, isWhole: Bool, line: Int, delimiter: UInt8,
    slots: UnsafeBufferPointer<Int>, numbers: DecimalNumbers, missing: MissingMarks?,
    codes: FieldCodes? = nil
  ) {
    (self.isWhole, self.line, self.delimiter) = (isWhole, line, delimiter)
    (self.slots, self.numbers, self.missing) = (slots, numbers, missing)
    self.codes = codes
    base = text.baseAddress!
    end = base + text.count
  }

  /// Parses `count` rows, row-major with `width` numbers each, or fewer if the text has fewer whole
  /// ones.
  ///
  /// - Returns: how many.
  /// - Throws: `CSVFault` at the first fault in the order of the text, in the row at `offset`.
  mutating func parse(
    _ count: Int, width: Int, into output: UnsafeMutablePointer<Double>
  ) throws(CSVFault) -> Int {
    var position = base + offset
    defer { offset = position - base }
    for row in 0..<count {
      let values = output + row * width
      if codes == nil, let next = plainRow(position, into: values) {
        guard hasEnded(next) else { return row }
        position = next
        line += 1
      } else {
        guard let next = try carefulRow(position, into: values) else { return row }
        line += newlines(position, next)
        position = next
      }
    }
    return count
  }

  /// Whether a row that was read up to `next` has its end in the text.
  @inline(__always)
  private func hasEnded(_ next: Bytes) -> Bool { next < end || isWhole || end[-1] == .newline }

  private func newlines(_ start: Bytes, _ next: Bytes) -> Int {
    occurrences(of: .newline, in: UnsafeBufferPointer(start: start, count: next - start))
  }

  /// Parses one row of unquoted, finite numbers and missing cells; returns where the next row
  /// begins, or nil if the row is of another kind.
  @inline(__always)
  private func plainRow(_ start: Bytes, into output: UnsafeMutablePointer<Double>) -> Bytes? {
    var position = start
    let isSpaced = delimiter == .space
    for field in slots.indices {
      if field > 0 && !isSpaced {
        guard position < end, position.pointee == delimiter else { return nil }
        position += 1
      }
      let separator = position
      skipBlanks(&position)
      if field > 0 && isSpaced && position == separator { return nil }
      // An empty field; behind the end of the text there are none.
      guard position < end && position.pointee != .newline || missing != nil && start < end else {
        return nil
      }
      let slot = slots[field]
      if slot >= 0 {
        if let value = numbers.read(&position, end) {
          guard value.isFinite else { return nil }
          output[slot] = value
        } else {
          guard skipMissing(&position) else { return nil }
          output[slot] = .nan
        }
        if !isSpaced { skipBlanks(&position) }
      } else {
        guard skipField(&position) else { return nil }
      }
    }
    if isSpaced { skipBlanks(&position) }
    if position < end, position.pointee == .carriageReturn { position += 1 }
    guard position < end else { return position }
    return position.pointee == .newline ? position + 1 : nil
  }

  /// Skips spaces, and tabs unless they are the delimiter.
  @inline(__always)
  private func skipBlanks(_ position: inout Bytes) {
    while position < end,
      position.pointee == .space || (position.pointee == .tab && delimiter != .tab)
    {
      position += 1
    }
  }

  /// Skips what stands for a missing cell; false if the field is something else, or has quotes.
  @inline(never)
  private func skipMissing(_ position: inout Bytes) -> Bool {
    guard let missing else { return false }
    var next = position
    guard skipField(&next) else { return false }
    let text = trimmed(UnsafeBufferPointer(start: position, count: next - position))
    // Where blanks separate fields none is empty.
    if text.isEmpty { return delimiter != .space }
    position += text.count
    return missing.contains(text)
  }

  /// Skips a field that is not wanted; false if it has quotes.
  @inline(__always)
  private func skipField(_ position: inout Bytes) -> Bool {
    while position < end {
      let byte = position.pointee
      if byte == .quote { return false }
      if byte == delimiter || byte == .newline { return true }
      if byte == .tab && delimiter == .space { return true }
      position += 1
    }
    return true
  }

  /// Parses one row of any kind; returns where the next row begins, or nil if this one has no end
  /// yet.
  @inline(never)
  private func carefulRow(_ start: Bytes, into output: UnsafeMutablePointer<Double>)
    throws(CSVFault) -> Bytes?
  {
    do {
      let next = try anyRow(start, into: output)
      return hasEnded(next) ? next : nil
    } catch {
      // What looks like a fault may be a row that is cut off.
      let rest = UnsafeBufferPointer(start: start, count: end - start)
      if !isWhole && endOfRow(1, in: rest) == nil { return nil }
      throw error
    }
  }

  private func anyRow(
    _ start: Bytes, into output: UnsafeMutablePointer<Double>
  ) throws(CSVFault) -> Bytes {
    var fields = CSVFields(start, end, delimiter: delimiter)
    // A row that a file has lost is no row of missing cells.
    let missing = start < end ? missing : nil
    var count = 0
    var isBlank = true
    var fault: CSVFault?
    repeat {
      let offset = fields.position - base
      let field = fields.next()
      if fields.hasOpenQuote {
        throw CSVFault(offset: offset, column: count, problem: .openQuote)
      }
      if hasStrayQuote(field) {
        throw CSVFault(offset: offset, column: count, problem: .strayQuote)
      }
      if count < slots.count, slots[count] >= 0, fault == nil,
        let problem = convert(field, missing, slots[count], into: &output[slots[count]])
      {
        fault = CSVFault(offset: offset, column: count, problem: problem)
      }
      isBlank = isBlank && field.isEmpty
      count += 1
    } while !fields.isAtRowEnd
    if count == 1 && isBlank && slots.count > 1 { count = 0 }
    guard count == slots.count else {
      let problem = RowSourceError.Problem.fieldCount(count, expected: slots.count)
      throw CSVFault(offset: start - base, column: nil, problem: problem)
    }
    if let fault { throw fault }
    return fields.position
  }

  /// Writes the number that a field holds to `output`, or returns what it holds instead.
  private func convert(
    _ field: UnsafeBufferPointer<UInt8>, _ missing: MissingMarks?, _ slot: Int,
    into output: inout Double
  ) -> RowSourceError.Problem? {
    let text = unquoted(field)
    let missing = codes?.isOfLabels(slot) == true ? missing?.ofLabels : missing
    if missing?.contains(text) == true {
      output = .nan
      return nil
    }
    if let codes, !codes.isNumber(slot) {
      do throws(RowSourceError.Problem) { output = try codes.code(of: text, slot: slot) } catch {
        return error
      }
      return nil
    }
    guard var position = text.baseAddress, !text.isEmpty else { return .emptyField }
    guard text.count <= TextLimits.fieldBytes else { return .longNumber(bytes: text.count) }
    let last = position + text.count
    // More of the text than any message shows.
    let shown = { String(decoding: text.prefix(400), as: UTF8.self) }
    guard let value = numbers.read(&position, last), position == last else {
      return nonFiniteValue(of: text).map { .notFinite($0) } ?? .notANumber(shown())
    }
    guard value.isFinite else { return .outOfRange(shown()) }
    // Else they are found in all numbers at once.
    let isMissing = codes != nil && missing?.numbers.contains(value) == true
    output = isMissing ? .nan : value
    return nil
  }
}
