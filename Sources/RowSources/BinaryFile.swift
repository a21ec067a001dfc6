import Files

/// A binary file - .npy, or raw numbers - whose rows are memory-mapped or read piece by piece, and
/// converted block by block.
///
/// float16 to float64, all integers and bool; either byte order; C and Fortran order; an array of
/// one dimension is one column.
public struct BinaryFile: NumberFile {
  public let table: Table
  public let kind: String
  public let array: StoredArray

  private let byteCount: Int
  private let form: BinaryForm

  /// Opens a .npy file, of version 1 to 3, and checks its header against its size.
  ///
  /// - Throws: `RowSourceError` if this is no .npy file of real numbers with one or two dimensions,
  ///   has no rows or columns, is truncated or too long, or lacks a chosen column.
  public init(npy path: String, options: ReadOptions = ReadOptions()) throws {
    let file = try InputFile(path: path)
    let array = try StoredArray(
      npyHeader: file.start(atMost: largestNPYHeader), fileBytes: file.size, path: path)
    try self.init(file, ".npy", array, options)
  }

  /// Opens a file of raw numbers, whatever its name.
  ///
  /// - Throws: `RowSourceError` if its first bytes are those of text or another kind of file, its size
  ///   is no whole number of rows, or it lacks a chosen column.
  public init(raw path: String, _ format: RawFormat, options: ReadOptions = ReadOptions()) throws {
    let file = try InputFile(path: path)
    try BinaryFile.requireRaw(file)
    let array = try StoredArray(raw: format, fileBytes: file.size, path: path)
    try self.init(file, "raw", array, options)
  }

  /// Numbers that a file's own kind makes of its bytes are never what was meant.
  private static func requireRaw(_ file: InputFile) throws {
    let start = try file.start(atMost: FileKind.judgedBytes)
    switch FileKind(start) {
    case .npy: throw RowSourceError(.npyAsRaw, path: file.path)
    case .hdf5: throw RowSourceError(.kindAsRaw("an HDF5 file"), path: file.path)
    case .gzip: throw RowSourceError(.kindAsRaw("gzip'ed"), path: file.path)
    case _ where FileKind.looksLikeText(raw: start):
      throw RowSourceError(.textAsRaw, path: file.path)
    case .foreign(let format) where format.isCertain:
      throw RowSourceError(.kindAsRaw(format.name), path: file.path)
    default: break
    }
  }

  private init(
    _ file: InputFile, _ kind: String, _ array: StoredArray, _ options: ReadOptions
  ) throws {
    let name = file.path
    byteCount = file.size
    self.kind = kind
    self.array = array
    let elements = try array.requireNumbers(path: name)
    let found = byteCount - array.dataOffset
    let expected = array.byteCount(elementBytes: elements.byteCount)
    guard found == expected else {
      throw RowSourceError(
        .dataSize(
          bytes: found, expected: expected, shape: array.shape, descriptor: array.descriptor),
        path: name)
    }
    let columns = try options.chosenColumns(names: nil, count: array.columnCount, path: name)
    table = Table(name: name, rowCount: array.shape[0], columnNumbers: columns.map { $0 + 1 })
    form = BinaryForm(
      elements: elements, layout: array.layout(of: columns), dataOffset: array.dataOffset,
      missing: options.missing.marks(decimalComma: false)?.numbers(of: elements.kind) ?? [],
      labels: options.placeOfLabels(among: columns, names: nil, count: array.columnCount))
  }

  /// The pages of all columns, which are the system's to keep.
  public var heldRowBytes: Int { form.elements.byteCount * array.columnCount }
  public var isStreamable: Bool { true }

  public func source(
    of rows: Range<Int>, inMemory: Bool, threads: Int
  ) throws -> any RowSource {
    if inMemory {
      let file = try MappedFile(path: name)
      try requireSize(file.bytes.count)
      return MappedRows(file: file, table: table, form: form)
    }
    let file = try InputFile(path: name)
    try requireSize(file.size)
    return StreamedRows(file: file, table: table, form: form)
  }

  /// The file is opened again to be read, and may be another one by then.
  private func requireSize(_ found: Int) throws {
    guard found == byteCount else {
      throw FileError(.changedSize(bytes: found, expected: byteCount), path: name)
    }
  }
}
