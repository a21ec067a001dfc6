/// The rows of a binary file - .npy, or raw numbers - mapped into memory and converted block by
/// block.
///
/// float16 to float64, all integers and bool; either byte order; C and Fortran order; an array of
/// one dimension is one column. A native float64 file in C order of which all columns are wanted is
/// used in place.
public struct BinaryRows: NumberFile, RowSource {
  public let name: String
  public let kind: String
  public let array: StoredArray
  public let columnNumbers: [Int]

  private let file: MappedFile
  private let elements: BinaryElements
  private let layout: BinaryElements.Layout
  private let isUsableInPlace: Bool

  /// Opens a .npy file, of version 1 to 3, and checks its header against its size.
  ///
  /// - Throws: `RowSourceError` if this is no .npy file of real numbers with one or two dimensions,
  ///   has no rows or columns, is truncated or too long, or lacks a chosen column.
  public init(npy path: String, options: ReadOptions = ReadOptions()) throws {
    let file = try MappedFile(path: path)
    try self.init(
      file, ".npy", StoredArray(npyHeader: file.bytes, path: path), options)
  }

  /// Opens a file of raw numbers, whatever its name.
  ///
  /// - Throws: `RowSourceError` if its size is no whole number of rows, or it lacks a chosen column.
  public init(raw path: String, _ format: RawFormat, options: ReadOptions = ReadOptions()) throws {
    let file = try MappedFile(path: path)
    guard !file.bytes.starts(with: npyMagic) else {
      throw RowSourceError(.npyAsRaw, path: path)
    }
    try self.init(
      file, "raw", StoredArray(raw: format, fileBytes: file.bytes.count, path: path), options)
  }

  private init(
    _ file: MappedFile, _ kind: String, _ array: StoredArray, _ options: ReadOptions
  ) throws {
    name = file.path
    self.kind = kind
    self.file = file
    self.array = array
    elements = try array.requireNumbers(path: name)
    let found = file.bytes.count - array.dataOffset
    let expected = array.byteCount(elementBytes: elements.byteCount)
    guard found == expected else {
      throw RowSourceError(
        .dataSize(
          bytes: found, expected: expected, shape: array.shape, descriptor: array.descriptor),
        path: name)
    }
    let columns = try options.chosenColumns(names: nil, count: array.columnCount, path: name)
    columnNumbers = columns.map { $0 + 1 }
    layout = array.layout(of: columns)
    // The mapping begins at a page.
    isUsableInPlace =
      layout.columns == nil && elements.kind == .float64 && !elements.isSwapped
      && array.dataOffset.isMultiple(of: MemoryLayout<Double>.alignment)
    if layout.columnStride == 1 { file.expectSequentialReading() }
  }

  public func source(of rows: Range<Int>, inMemory: Bool) -> any RowSource { self }

  public func withRows<Result>(
    _ rows: Range<Int>, scratch: UnsafeMutablePointer<Double>,
    _ body: (UnsafePointer<Double>) throws -> Result
  ) throws -> Result {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= rowCount,
      "rows \(rows) of \(name), which has \(rowCount)")
    let data = file.bytes.baseAddress! + array.dataOffset
    guard !isUsableInPlace else {
      let numbers = data.assumingMemoryBound(to: Double.self)
      return try withExtendedLifetime(file) { try body(numbers + rows.lowerBound * columnCount) }
    }
    elements.convert(rows, of: data, layout, into: scratch)
    return try body(scratch)
  }
}
