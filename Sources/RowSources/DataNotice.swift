/// What was decided about the files of a data set that a user may not expect.
public enum DataNotice: Equatable, Sendable {
  /// Sorted files whose order is not that of their bytes; two of them that show it.
  case orderOfNumbers(first: String, second: String)
  /// Files that were listed in the order of their bytes, as shells list those of a pattern.
  case orderOfBytes(first: String, second: String)
  /// What is in a folder beside the data files.
  case leftOut(folder: String, names: [String])
  /// Files without rows.
  case empty([String])
}

extension DataNotice: CustomStringConvertible {
  public var description: String {
    switch self {
    case .orderOfNumbers(let first, let second):
      "files are read in the order of the numbers in their names: \(first) before \(second)"
    case .orderOfBytes(let first, let second):
      "files are read in the order given, \(first) before \(second); quote the pattern, or name the "
        + "folder, to read them in the order of their numbers"
    case .leftOut(let folder, let names):
      "\(folder): not read: \(DataNotice.some(of: names)); a folder stands for the .npy, .csv, .tsv, "
        + ".csv.gz, .tsv.gz, .h5 and .hdf5 files in it"
    case .empty(let paths): "skipped, as there are no rows in it: \(DataNotice.some(of: paths))"
    }
  }

  private static func some(of names: [String]) -> String {
    names.prefix(3).joined(separator: ", ")
      + (names.count > 3 ? " and \(names.count - 3) more" : "")
  }
}
