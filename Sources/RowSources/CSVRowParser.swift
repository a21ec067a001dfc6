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
/// A row of plain numbers takes one fast pass. Whatever stops it - quotes, a fault - is read again
/// from the row's start by `CSVFields`, which is slower and knows what it saw.
struct CSVRowParser {
  typealias Bytes = UnsafePointer<UInt8>

  private let base: Bytes
  private let end: Bytes
  private let delimiter: UInt8
  /// Per field of a row, the place of its number in the output; -1: not chosen.
  private let slots: UnsafeBufferPointer<Int>
  private let numbers: DecimalNumbers

  /// - Parameter text: up to the end of a row; not empty.
  init(
    _ text: UnsafeBufferPointer<UInt8>, delimiter: UInt8, slots: UnsafeBufferPointer<Int>,
    numbers: DecimalNumbers
  ) {
    self.numbers = numbers
    base = text.baseAddress!
    end = base + text.count
    self.delimiter = delimiter
    self.slots = slots
  }

  /// Parses `count` rows from `position` on, row-major with `width` numbers each.
  ///
  /// - Returns: where the next row begins.
  /// - Throws: `CSVFault` at the first fault in the order of the text.
  func parse(
    _ count: Int, from position: Bytes, width: Int, into output: UnsafeMutablePointer<Double>
  ) throws(CSVFault) -> Bytes {
    var position = position
    for row in 0..<count {
      let values = output + row * width
      if let next = plainRow(position, into: values) {
        position = next
      } else {
        position = try carefulRow(position, into: values)
      }
    }
    return position
  }

  /// Parses one row of unquoted, finite numbers; returns where the next row begins, or nil if the
  /// row is of another kind.
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
      guard position < end, position.pointee != .newline else { return nil }
      let slot = slots[field]
      if slot >= 0 {
        guard let value = numbers.read(&position, end), value.isFinite else { return nil }
        output[slot] = value
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

  /// Parses one row of any kind; returns where the next row begins.
  @inline(never)
  private func carefulRow(_ start: Bytes, into output: UnsafeMutablePointer<Double>)
    throws(CSVFault) -> Bytes
  {
    var fields = CSVFields(start, end, delimiter: delimiter)
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
        let problem = convert(field, into: &output[slots[count]])
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
    _ field: UnsafeBufferPointer<UInt8>, into output: inout Double
  ) -> RowSourceError.Problem? {
    let text = unquoted(field)
    guard var position = text.baseAddress, !text.isEmpty else { return .emptyField }
    guard text.count <= TextLimits.fieldBytes else { return .longNumber(bytes: text.count) }
    let last = position + text.count
    // More of the text than any message shows.
    let shown = { String(decoding: text.prefix(400), as: UTF8.self) }
    guard let value = numbers.read(&position, last), position == last else {
      return nonFiniteValue(of: text).map { .notFinite($0) } ?? .notANumber(shown())
    }
    guard value.isFinite else { return .outOfRange(shown()) }
    output = value
    return nil
  }
}
