import Synchronization

/// What the sentences of errors call the things that can be set or done, which the users of a program
/// know by its own names: a library says "raise the memory limit", the command "raise --memory".
package enum Term: String, Hashable, Sendable {
  // Of a fit.
  case components = "the number of components"
  case regularization
  case seed = "the seed"
  case threads = "the number of threads"
  case memory = "the memory limit"
  /// With the path of a model behind it.
  case start = "the start"
  case resuming
  /// With the path of checkpoints behind it.
  case resumption = "resume"

  // Of data.
  case columns = "ReadOptions.columns"
  case columnCount = "the number of columns"
  case raw = "ReadOptions.raw"
  case decimalComma = "ReadOptions.decimalComma"
  /// With its name behind it.
  case delimiter = "ReadOptions.delimiter"
  /// Cells may be missing.
  case missing = "MissingCells.allowed"
  /// How they are written.
  case missingWords = "its words"
  /// Categories that a model does not know are missing cells.
  case unknownCategories = "DataSet.open(unknownCategoriesAreMissing:)"
  /// Of files that each host has for itself.
  case local = "local placement"
  case conversion = "convert the data to .npy files"

  private static let name = Mutex<@Sendable (Term) -> String>(\.rawValue)

  /// Gives all terms a program's names; to be called before there are errors.
  package static func use(_ name: @escaping @Sendable (Term) -> String) {
    self.name.withLock { $0 = name }
  }
}

extension Term: CustomStringConvertible {
  package var description: String { Self.name.withLock { $0 }(self) }
}
