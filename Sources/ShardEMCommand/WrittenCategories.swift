import Host
import Logging
import MixtureModels
import ModelFiles
import RowSources
import ShardEM
import Words

/// How the categories of a model are written: in text by their names, in binary files as numbers.
struct WrittenCategories: Sendable {
  /// Of each column; empty if all are of numbers.
  private let columns: [Categories?]

  init(_ model: ModelFile) {
    columns = model.mixture.categories.map { $0.map(Categories.init) }
  }

  /// What text has for a cell; nil: its number.
  func word(_ cell: Double, column: Int) -> String? {
    guard !columns.isEmpty, let categories = columns[column] else { return nil }
    return categories.names[Int(cell)]
  }

  /// Writes, in place, what binary files have for the cells of rows: categories that are numbers as these,
  /// words as their places, from 0, as they are read again.
  func number(_ cells: inout UnsafeMutableBufferPointer<Double>) {
    for (j, categories) in columns.enumerated() {
      guard let categories, !categories.areWords else { continue }
      for i in stride(from: j, to: cells.count, by: columns.count) {
        cells[i] = categories.value(Int(cells[i])) ?? .nan
      }
    }
  }

  /// - Throws: if a column's categories are numbers as well as words, which a binary file cannot tell apart.
  func requireNumbers(_ model: ModelFile, output: String) throws(UnwritableCategories) {
    for (j, categories) in columns.enumerated() {
      guard let categories, !categories.areWords,
        let word = categories.names.indices.first(where: { categories.value($0) == nil })
      else { continue }
      throw UnwritableCategories(
        output: output, column: model.columns?[j] ?? "\(j + 1)", word: categories.names[word])
    }
  }

  /// Says what the numbers of words mean.
  func logPlaces(_ model: ModelFile, to log: Logger) {
    for (j, categories) in columns.enumerated() {
      guard let categories, categories.areWords else { continue }
      let list = categories.names.enumerated().map { "\($0) \($1)" }.joined(separator: ", ")
      log.info(
        """
        binary files hold no words: column \(model.columns?[j] ?? "\(j + 1)") has the numbers of its \
        categories, \(oneLine(list, limit: 200))
        """)
    }
  }
}

/// Categories that a binary file cannot hold.
struct UnwritableCategories: InputError, CustomStringConvertible {
  let output: String
  let column: String
  let word: String

  var description: String {
    "\(plain(output)): the categories of column \(column) are numbers and words, such as \(quoted(word)), "
      + "which a file of numbers cannot hold; expected text, or a model of other categories"
  }
}
