/// One shard on disk, opened according to its name.
public enum DataFile: Sendable {
  /// Numbers that can be read in place.
  case npy(NPYRows)
  /// Text whose rows must be found and parsed first.
  case csv(CSVFile)

  /// Opens a .npy, .csv, .tsv or .txt file and reads its header.
  ///
  /// - Throws: `RowSourceError` if the file cannot be opened, is of no supported kind, or has no
  ///   rows; faulty values in it are found later.
  public static func open(_ path: String, _ options: ReadOptions = ReadOptions()) throws -> DataFile
  {
    switch DataFiles.suffix(of: path) {
    case "npy": .npy(try NPYRows(path: path, options: options))
    case "csv", "tsv", "txt": .csv(try CSVFile(path: path, options: options))
    default: throw RowSourceError(.unsupportedSuffix, path: path)
    }
  }

  /// The file's path as given.
  public var name: String {
    switch self {
    case .npy(let rows): rows.name
    case .csv(let file): file.name
    }
  }

  /// The number of chosen columns.
  public var columnCount: Int {
    switch self {
    case .npy(let rows): rows.columnCount
    case .csv(let file): file.columnCount
    }
  }

  /// What the file calls the chosen columns; nil if it has no names.
  public var columnNames: [String]? {
    switch self {
    case .npy: nil
    case .csv(let file): file.columnNames
    }
  }

  /// What the first look at the file tells, on which all later reading relies.
  package var summary: String {
    switch self {
    case .npy(let rows):
      let shape = rows.header.shape.map(String.init).joined(separator: " x ")
      return "\(shape) of \(rows.header.descriptor)"
        + (rows.header.isFortranOrder ? " in Fortran order" : "")
    case .csv(let file):
      let delimiter = Character(UnicodeScalar(file.delimiter))
      let names = columnNames.map { "with the names " + $0.joined(separator: ", ") }
      return "\(file.byteCount) bytes, \(columnCount) columns, delimiter \"\(delimiter)\", "
        + (names ?? "without names")
    }
  }
}
