import Logging
import ModelFiles
import RowSources
import ShardEM
import Words

/// The columns of a model that data are read for.
struct ModelColumns {
  /// The model file.
  let path: String
  /// Their number.
  let count: Int
  /// What the model calls them; nil if it has no names.
  let names: [String]?
  /// Of each column the categories that it may have; nil of one of numbers. Empty: all are.
  private let categories: [[String]?]

  init(_ file: ModelFile, path: String) {
    (self.path, count, names) = (path, file.dimensions, file.columns)
    categories = file.mixture.categories
  }

  /// What the cells of data for it are; nil: numbers.
  var kinds: ColumnKinds? {
    if categories.isEmpty { return nil }
    let kinds = categories.map { $0.map { ColumnKind.category(Categories($0)) } ?? .number }
    return ColumnKinds { found in
      // Before a word is met where other columns have numbers.
      guard kinds.count == found.count else {
        throw ColumnMismatch(
          data: found.file, found: found.count, model: path, expected: kinds.count)
      }
      return kinds
    }
  }

  /// How files with names are to be read.
  var order: ColumnOrder? { names.map { ColumnOrder(names: $0, owner: "model \(path)") } }

  /// Says what was assumed of which column is which, where names do not tell or tell something else
  /// than the order of the data.
  ///
  /// - Parameter reading: how the data were read; they have as many columns as the model.
  func log(_ data: DataSet, _ reading: ReadingOptions, to log: Logger) {
    guard data.columnCount == count else { return }
    guard let names else {
      if let found = data.columnNames {
        log.info(
          """
          \(path) has no column names: the columns \(list(found)) are taken in their order
          """)
      }
      return
    }
    let files = data.files
    if let file = files.first(where: { $0.columnNames == nil }) {
      log.info(
        """
        \(file.name) has no column names: its columns are taken in the order of \(path): \
        \(list(names))
        """)
    }
    let named = files.compactMap { file in file.columnNames.map { (file, Array($0.prefix(count))) }
    }
    if let (file, found) = named.first(where: { $0.1 != names }) {
      log.warning(
        """
        \(file.name): the columns \(list(found)), chosen by number, are taken for \(list(names)) of \
        \(path)
        """)
    } else if let (file, _) = named.first(where: { reading.isReordered($0.0, names) }) {
      log.info("\(file.name): columns put in the order of \(path): \(list(names))")
    }
  }
}

/// Names of columns, in one line.
private func list(_ names: [String]) -> String {
  oneLine(names.joined(separator: ", "), limit: 200)
}

extension ReadingOptions {
  /// Warns of a file whose columns are called otherwise than those of the first that names them, as
  /// only those that are chosen by number can be.
  func warnOfOtherNames(in files: [any DataFile], to log: Logger) {
    let named = files.filter { $0.columnNames != nil }
    guard let first = named.first, let expected = first.columnNames,
      let other = named.first(where: { $0.columnNames != expected }), let found = other.columnNames
    else { return }
    log.warning(
      """
      \(other.name): the columns \(list(found)), chosen by number, are taken for \
      \(list(expected)) of \(first.name)
      """)
  }

  /// Whether the columns of a file are read in another order than it, or `--columns`, has them in.
  fileprivate func isReordered(_ file: any DataFile, _ names: [String]) -> Bool {
    let wanted = Set(names)
    if let columns = readOptions.columns, columns.allSatisfy(wanted.contains) {
      return columns != names
    }
    let numbers = file.columnNumbers.prefix(names.count)
    return zip(numbers, numbers.dropFirst()).contains { $0 > $1 }
  }
}
