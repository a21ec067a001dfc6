import Words

extension Term {
  /// Gives the sentences of errors the names of the Python package's arguments, whose users read them. Once a
  /// process, before the first function has an error.
  static let areNamed: Void = Term.use(\.nameOfArgument)

  /// What the sentences of errors call it.
  private var nameOfArgument: String {
    switch self {
    case .components: "n_components (or n_clusters)"
    case .regularization: "reg_covar (or regularization)"
    case .seed: "random_state"
    case .threads: "n_jobs"
    case .memory: "Files.memory"
    case .columns: "Files.columns"
    case .decimalComma: "Files.decimal_comma"
    case .delimiter: "Files.delimiter"
    case .missing: "missing='em'"
    case .missingWords: "Files.missing_values"
    case .unknownCategories: "unknown_categories='missing'"
    // Files without a header: only the program reads them.
    case .raw: "them to 'shardem shard' as raw rows"
    // Of files that differ between hosts.
    case .local: "rows in memory"
    // What no argument is of, so that no error speaks of it, or is a sentence by itself.
    case .columnCount, .start, .resuming, .resumption, .conversion: rawValue
    }
  }
}
