/// Parses rows of a text in order, from any place in it on.
///
/// Unchecked: one thread at a time uses it.
final class CSVPartReader: @unchecked Sendable {
  private let window: TextWindow
  private let format: CSVFormat
  private let codes: FieldCodes?
  /// The row with which, or within which, the window begins.
  private var row: Int
  /// The number of the line with which it begins.
  private var line: Int
  /// Whether it begins inside a quoted field.
  private var isInside: Bool

  init(_ window: TextWindow, _ format: CSVFormat, row: Int, line: Int, isInside: Bool) {
    (self.window, self.format, codes) = (window, format, format.fieldCodes())
    (self.row, self.line, self.isInside) = (row, line, isInside)
  }

  /// Parses the rows `rows`, which are not before those of the time before, into row-major
  /// `output`.
  ///
  /// - Throws: `RowSourceError` for their first fault, or `FileError`.
  func read(_ rows: Range<Int>, into output: UnsafeMutablePointer<Double>) throws {
    precondition(
      rows.lowerBound >= row, "row \(rows.lowerBound) of \(window.path) after row \(row)")
    try skip(to: rows.lowerBound)
    while row < rows.upperBound {
      let place = output + (row - rows.lowerBound) * format.columns.count
      if try parse(rows.upperBound - row, into: place) == 0 {
        // The window begins with a row that has no end yet.
        guard window.text.count <= format.limits.rowBytes else {
          throw format.limits.longRow(line, path: window.path)
        }
        try window.extend()
      }
    }
  }

  /// Drops the text before a row.
  private func skip(to target: Int) throws {
    while row < target {
      let text = window.text
      let scan = CSVPartScan(text, tabsAreBlank: format.tabsAreBlank)
      let ends = scan.rowEnds(fromInside: isInside)
      if ends >= target - row,
        let end = endOfRow(target - row, in: text, isInside: isInside)
      {
        line += occurrences(of: .newline, in: UnsafeBufferPointer(rebasing: text[..<end]))
        (row, isInside) = (target, false)
        window.drop(end)
      } else {
        line += scan.newlines
        // Of a file that has lost rows meanwhile there is no text for the next one.
        (row, isInside) = (window.isAtEnd ? target : row + ends, isInside != scan.togglesQuotes)
        window.drop(text.count)
        try window.extend()
      }
    }
  }

  /// Parses at most `count` rows, as many as the window has whole, and drops their text.
  private func parse(_ count: Int, into output: UnsafeMutablePointer<Double>) throws -> Int {
    let text = window.text
    return try format.slots.withUnsafeBufferPointer { slots in
      var parser = CSVRowParser(
        text, isWhole: window.isAtEnd, line: line, delimiter: format.delimiter, slots: slots,
        numbers: format.numbers, missing: format.missing, codes: codes)
      do throws(CSVFault) {
        let parsed = try parser.parse(count, width: format.columns.count, into: output)
        if codes == nil {
          markMissing(
            format.missing?.numbers ?? [], in: output, count: parsed * format.columns.count)
        }
        window.drop(parser.offset)
        (row, line) = (row + parsed, parser.line)
        return parsed
      } catch {
        let before = UnsafeBufferPointer(rebasing: text[parser.offset..<error.offset])
        throw format.error(
          error, line: parser.line + occurrences(of: .newline, in: before), path: window.path)
      }
    }
  }
}
