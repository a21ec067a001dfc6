import Words

extension Term {
  /// What the sentences of errors call it on this program's command line.
  var nameOnCommandLine: String {
    switch self {
    case .components: "--components"
    case .regularization: "--regularization"
    case .seed: "--seed"
    case .threads: "--threads"
    case .memory: "--memory"
    case .start: "--init"
    case .resuming: "--resume"
    case .resumption: "add --resume"
    case .columns: "--columns"
    case .columnCount: "--columns-count"
    case .raw: "--raw"
    case .decimalComma: "--decimal comma"
    case .delimiter: "--delimiter"
    case .missing: "--missing em"
    case .missingWords: "--missing-values"
    case .unknownCategories: "--unknown-categories missing"
    case .local: "--local"
    case .conversion: "convert the data by 'shardem shard'"
    }
  }
}
