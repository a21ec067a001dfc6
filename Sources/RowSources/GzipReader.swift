/// Parses the rows of a compressed table in order.
final class GzipReader: CSVReader {
  private let window: GzipWindow
  private let format: CSVFormat
  private let path: String
  /// The row with which the window begins.
  private var row = 0
  /// How many rows end in the window, as far as it was searched, and where the last of them ends.
  private var completeRows = 0
  private var completeBytes = 0
  /// How far the window was searched, and whether that is inside a quoted field.
  private var searchedBytes = 0
  private var isInside = false

  /// - Parameter window: begins with the first row.
  init(_ window: GzipWindow, _ format: CSVFormat, path: String) {
    self.window = window
    self.format = format
    self.path = path
    search()
  }

  func read(_ rows: Range<Int>, into output: UnsafeMutablePointer<Double>) throws {
    precondition(rows.lowerBound >= row, "row \(rows.lowerBound) of \(path) after row \(row)")
    while row < rows.lowerBound {
      try findRows()
      skip(min(completeRows, rows.lowerBound - row))
    }
    while row < rows.upperBound {
      try findRows()
      let width = format.columns.count
      try parse(
        min(completeRows, rows.upperBound - row), into: output + (row - rows.lowerBound) * width)
    }
  }

  /// Makes sure that a row is complete.
  private func findRows() throws {
    while completeRows == 0 {
      if window.isAtEnd {
        // The last row ends with the text.
        (completeRows, completeBytes) = (1, window.text.count)
      } else {
        // The window begins with a row that has no end yet.
        guard window.text.count <= format.limits.rowBytes else {
          throw format.limits.longRow(1 + window.droppedNewlines, path: path)
        }
        try window.extend()
        search()
      }
    }
  }

  /// Searches what is new in the window for ends of rows.
  private func search() {
    let text = window.text
    while searchedBytes < text.count {
      let end = min(searchedBytes + 4096, text.count)
      let stretch = UnsafeBufferPointer(rebasing: text[searchedBytes..<end])
      if occurrences(of: .quote, in: stretch) > 0 {
        for byte in searchedBytes..<end {
          if text[byte] == .quote { isInside.toggle() }
          if text[byte] == .newline && !isInside { completeRow(at: byte) }
        }
      } else if !isInside, let last = stretch.lastIndex(of: .newline) {
        completeRows += occurrences(of: .newline, in: stretch) - 1
        completeRow(at: searchedBytes + last)
      }
      searchedBytes = end
    }
  }

  private func completeRow(at newline: Int) {
    completeRows += 1
    completeBytes = newline + 1
  }

  private func skip(_ count: Int) {
    let text = UnsafeBufferPointer(rebasing: window.text[..<completeBytes])
    drop(
      count,
      bytes: count == completeRows
        ? completeBytes : offset(after: count, in: text, isInside: false))
  }

  private func parse(_ count: Int, into output: UnsafeMutablePointer<Double>) throws {
    let text = UnsafeBufferPointer(rebasing: window.text[..<completeBytes])
    do throws(CSVFault) {
      let next = try format.slots.withUnsafeBufferPointer { slots throws(CSVFault) in
        try CSVRowParser(
          text, delimiter: format.delimiter, slots: slots, numbers: format.numbers
        )
        .parse(count, from: text.baseAddress!, width: format.columns.count, into: output)
      }
      drop(count, bytes: next - text.baseAddress!)
    } catch {
      let before = UnsafeBufferPointer(rebasing: text[..<error.offset])
      let line = 1 + window.droppedNewlines + occurrences(of: .newline, in: before)
      throw format.error(error, line: line, path: path)
    }
  }

  /// Lets go of the first `count` rows.
  private func drop(_ count: Int, bytes: Int) {
    window.drop(bytes)
    row += count
    completeRows -= count
    completeBytes -= bytes
    searchedBytes -= bytes
  }
}
