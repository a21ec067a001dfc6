import RowSources
import Words

/// What the columns of a data file hold: numbers, or words too.
struct ColumnSurvey {
  private let file: any DataFile
  private let mayMiss: Bool
  private var scan: ColumnScan
  /// The values of the columns with words, by their places.
  private var words: [Int: CategoryCollection] = [:]

  /// Reads the file; once more for each column with a word, up to that.
  ///
  /// - Throws: `RowSourceError` about the first value that is not finite and may not be missing, or
  ///   another fault of a row.
  init(_ file: any DataFile, mayMiss: Bool) throws {
    (self.file, self.mayMiss) = (file, mayMiss)
    scan = ColumnScan(columnCount: file.columnCount, mayMiss: mayMiss)
    while let column = try read() {
      for column in [column] + words.keys {
        words[column] = CategoryCollection(ignoringMore: true)
      }
    }
  }

  /// - Returns: the column of the first word that is met where a number was expected; nil if there is
  ///   none, and all has been read.
  private mutating func read() throws -> Int? {
    let (words, width) = (words, file.columnCount)
    let coding = (0..<width).map { words[$0].map({ ColumnCoding.collected($0) }) ?? .number }
    let coded = file.coded(by: coding)
    var scan = ColumnScan(columnCount: width, mayMiss: mayMiss)
    do {
      try coded.forEachPiece(of: 0..<file.rowCount, pieceBytes: 1 << 20, threads: 1) {
        values, rows in
        if let bad = scan.add(values, count: rows.count) {
          throw file.notFinite(
            values[bad.row * width + bad.column], row: rows.lowerBound + bad.row, column: bad.column
          )
        }
        for (j, collection) in words {
          collection.count(values + j, stride: width, rows: rows.count) { _ in true }
        }
      }
    } catch let error as RowSourceError {
      guard let column = file.columnNumbers.firstIndex(where: { $0 == error.column?.number }),
        words[column] == nil, error.problem.isWord
      else { throw error }
      return column
    }
    self.scan = scan
    return nil
  }

  /// A table of the columns of numbers, and one of those with words, each in the file's order.
  var text: String {
    let columns = 0..<file.columnCount
    return numberTable(columns.filter { words[$0] == nil })
      + wordTable(columns.filter { words[$0] != nil })
  }

  private func numberTable(_ columns: [Int]) -> String {
    if columns.isEmpty { return "" }
    let lines = columns.map { j in
      let isEmpty = scan.minimum[j] > scan.maximum[j]
      return title(j)
        + [scan.minimum[j], scan.maximum[j]].map { isEmpty ? "-" : significant($0, 6) } + missing(j)
    }
    return aligned(
      [["column", "name", "smallest", "largest"] + (mayMiss ? ["missing"] : [])] + lines)
  }

  private func wordTable(_ columns: [Int]) -> String {
    if columns.isEmpty { return "" }
    let counts = columns.map { words[$0]?.counts }
    let numbers = zip(columns, counts).map { j, counts in
      title(j) + [counts.map { "\($0.count)" } ?? "more than \(Categories.most)"] + missing(j)
    }
    let table = aligned(
      [["column", "name", "values"] + (mayMiss ? ["missing"] : [])] + numbers)
    let mostFrequent = ["most frequent"] + counts.map(ColumnSurvey.mostFrequent)
    return zip(table.split(separator: "\n"), mostFrequent).map { "\($0)  \($1)\n" }.joined()
  }

  /// Three values; of those that are equally frequent the first that is met.
  private static func mostFrequent(_ counts: [(name: String, count: Int)]?) -> String {
    guard let counts, !counts.isEmpty else { return "-" }
    return counts.enumerated()
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.prefix(3)
      .map { "\(oneLine($0.element.name)) (\($0.element.count))" }.joined(separator: ", ")
  }

  private func title(_ j: Int) -> [String] {
    ["\(file.columnNumbers[j])", oneLine(file.columnNames?[j] ?? "")]
  }

  private func missing(_ j: Int) -> [String] { mayMiss ? ["\(scan.missing[j])"] : [] }
}

extension RowSourceError.Problem {
  /// Whether a field is no number that may be a category: a missing one may not.
  fileprivate var isWord: Bool {
    switch self {
    case .notANumber(let field): !["", "NA", "NaN"].contains(field)
    case .longNumber: true
    default: false
    }
  }
}
