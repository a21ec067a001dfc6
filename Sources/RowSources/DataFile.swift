import Files

/// One shard on disk, opened according to its name.
public enum DataFile: Sendable {
  /// Numbers of which any rows can be read.
  case numbers(any NumberFile)
  /// Text whose rows must be found and parsed first.
  case csv(CSVFile)
  /// A file that other ranks read.
  case remote(RemoteFile)

  /// Opens a .npy file, a dataset in an HDF5 file, a text file, gzip'ed or not, or a raw file if
  /// the options say so, and reads its header.
  ///
  /// The first bytes decide which it is. The name only says what they leave open: whether a file is
  /// text (.csv, .tsv, .txt), or what it was before it was damaged.
  /// - Throws: `FileError` or `RowSourceError` if the file cannot be opened, is of no supported kind, or has no
  ///   rows; faulty values in it are found later.
  public static func open(_ path: String, _ options: ReadOptions = ReadOptions()) throws -> DataFile
  {
    if let format = options.raw {
      return .numbers(try BinaryFile(raw: path, format, options: options))
    }
    let name = HDF5Name(path)
    let kind = try FileKind(of: name?.path ?? path)
    switch kind {
    case .wideText(let encoding): throw RowSourceError(.notUTF8(encoding), path: path)
    case .foreign(let format): throw RowSourceError(.foreign(format), path: path)
    case _ where name?.dataset != nil || kind == .hdf5:
      return try hdf5(name ?? HDF5Name(file: path), options)
    case .npy: return .numbers(try BinaryFile(npy: path, options: options))
    case .gzip: return .csv(try CSVFile(path: path, options: options))
    case .text where name == nil && DataFiles.suffix(of: path) != "npy":
      return .csv(try CSVFile(path: path, options: options))
    default: return try openByName(path, options)
    }
  }

  /// Opens a file whose first bytes do not say what it is.
  private static func openByName(_ path: String, _ options: ReadOptions) throws -> DataFile {
    if let name = HDF5Name(path) { return try hdf5(name, options) }
    switch DataFiles.suffix(of: path) {
    case "npy": return .numbers(try BinaryFile(npy: path, options: options))
    case "csv", "tsv", "txt", "csv.gz", "tsv.gz", "txt.gz":
      return .csv(try CSVFile(path: path, options: options))
    default: throw RowSourceError(.unsupportedSuffix, path: path)
    }
  }

  private static func hdf5(_ name: HDF5Name, _ options: ReadOptions) throws -> DataFile {
    #if HDF5
      return .numbers(try HDF5File(name, options: options))
    #else
      throw RowSourceError(.hdf5(.withoutLibrary), path: name.path)
    #endif
  }

  /// The file's path as given.
  public var name: String {
    switch self {
    case .numbers(let file): file.name
    case .csv(let file): file.name
    case .remote(let file): file.name
    }
  }

  /// Which rows these are, whatever the file is called; nil if that is unknown.
  var identity: FileIdentity? {
    if case .numbers(let file) = self { file.identity } else { FileIdentity(ofExisting: name) }
  }

  /// The number of chosen columns.
  public var columnCount: Int { columnNumbers.count }

  /// The numbers of the chosen columns in the file, from 1.
  package var columnNumbers: [Int] {
    switch self {
    case .numbers(let file): file.columnNumbers
    case .csv(let file): file.columnNumbers
    case .remote(let file): file.columnNumbers
    }
  }

  /// The number of rows; nil of text, whose rows must be searched for.
  package var rowCount: Int? {
    switch self {
    case .numbers(let file): file.rowCount
    case .csv: nil
    case .remote(let file): file.rowCount
    }
  }

  /// The parts to scan for rows; 0 if their number is known.
  package var scanPartCount: Int {
    switch self {
    case .numbers: 0
    case .csv(let file): file.scanPartCount
    case .remote(let file): file.scanPartCount
    }
  }

  /// What messages call the first row.
  var firstRowNumber: Int {
    switch self {
    case .numbers: 1
    case .csv(let file): file.firstRowNumber
    case .remote(let file): file.firstRowNumber
    }
  }

  /// Whether rows that are not in memory can be read many times at little cost.
  package var isStreamable: Bool {
    if case .numbers(let file) = self { file.isStreamable } else { false }
  }

  /// The bytes that a row takes in memory.
  package var heldRowBytes: Int {
    if case .numbers(let file) = self { file.heldRowBytes } else { 8 * columnCount }
  }

  /// The bytes of memory that unpacking takes while rows are read.
  package var unpackingBytes: Int {
    if case .numbers(let file) = self { file.unpackingBytes } else { 0 }
  }

  /// The error for a value that cannot be used, at a row and chosen column counted from 0.
  package func error(
    _ problem: RowSourceError.Problem, row: Int, column: Int
  ) -> RowSourceError {
    RowSourceError(
      problem, path: name, row: firstRowNumber + row,
      column: .init(number: columnNumbers[column], name: columnNames?[column]))
  }

  /// What the file calls the chosen columns; nil if it has no names.
  public var columnNames: [String]? {
    switch self {
    case .numbers: nil
    case .csv(let file): file.columnNames
    case .remote(let file): file.columnNames
    }
  }

  /// What the first look at the file tells, on which all later reading relies.
  package var summary: String {
    switch self {
    case .numbers(let file):
      return file.array.summary
    case .csv(let file):
      let delimiter = Character(UnicodeScalar(file.delimiter))
      let names = columnNames.map { "with the names " + $0.joined(separator: ", ") }
      return "\(file.byteCount) bytes, \(columnCount) columns, delimiter \"\(delimiter)\", "
        + (names ?? "without names")
    case .remote(let file):
      return file.summary
    }
  }
}
