import Foundation

/// A table in Markdown that is printed line by line, as its rows become known.
struct Table {
  private let widths: [Int]

  /// Prints the head.
  ///
  /// - Parameter firstWidth: of the first column, in characters.
  init(_ titles: [String], firstWidth: Int = 26) {
    widths = titles.indices.map { max($0 == 0 ? firstWidth : 8, titles[$0].count) }
    print("\n" + line(titles))
    print("|" + widths.indices.map { $0 == 0 ? " --- |" : " ---: |" }.joined())
  }

  func add(_ fields: [String]) {
    print(line(fields))
    fflush(nil)
  }

  private func line(_ fields: [String]) -> String {
    let cells = fields.indices.map { column in
      let blanks = String(repeating: " ", count: max(0, widths[column] - fields[column].count))
      return column == 0 ? fields[column] + blanks : blanks + fields[column]
    }
    return "| " + cells.joined(separator: " | ") + " |"
  }
}

/// `value` to three significant digits.
func digits(_ value: Double) -> String { String(format: "%.3g", value) }

func percent(_ part: Double) -> String { String(format: "%.1f %%", 100 * part) }

func mebibytes(_ bytes: Int) -> String { String(format: "%.0f", Double(bytes) / 0x1p20) }
