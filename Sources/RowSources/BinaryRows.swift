/// The rows of a binary file - .npy, or raw numbers - mapped into memory and converted block by
/// block.
///
/// float16 to float64, all integers and bool; either byte order; C and Fortran order; an array of
/// one dimension is one column. A native float64 file in C order of which all columns are wanted is
/// used in place.
public struct BinaryRows: RowSource {
  public let name: String
  public let rowCount: Int
  public let columnCount: Int
  public let columnNumbers: [Int]
  /// What the file holds.
  public let array: StoredArray

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
      file, StoredArray(npyHeader: file.bytes, path: path), options)
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
      file, StoredArray(raw: format, fileBytes: file.bytes.count, path: path), options)
  }

  private init(_ file: MappedFile, _ array: StoredArray, _ options: ReadOptions) throws {
    let path = file.path
    guard let elements = BinaryElements(descriptor: array.descriptor) else {
      throw RowSourceError(.unsupportedElements(descriptor: array.descriptor), path: path)
    }
    let shape = array.shape
    guard shape.count == 1 || shape.count == 2 else {
      throw RowSourceError(.unsupportedDimensions(shape: shape), path: path)
    }
    let fileColumns = shape.count == 1 ? 1 : shape[1]
    guard shape[0] > 0 else { throw RowSourceError(.noRows, path: path) }
    guard fileColumns > 0 else { throw RowSourceError(.noColumns, path: path) }
    try BinaryRows.requireSize(of: file, array, elementBytes: elements.byteCount)

    let columns = try options.chosenColumns(names: nil, count: fileColumns, path: path)
    let isWhole = columns == Array(0..<fileColumns)
    // A single column is the same in both orders.
    let isByColumn = array.isFortranOrder && fileColumns > 1
    name = path
    self.file = file
    self.array = array
    self.elements = elements
    rowCount = shape[0]
    columnCount = columns.count
    columnNumbers = columns.map { $0 + 1 }
    layout = BinaryElements.Layout(
      rowStride: isByColumn ? 1 : fileColumns, columnStride: isByColumn ? rowCount : 1,
      columns: isWhole && !isByColumn ? nil : columns, columnCount: columns.count)
    // The mapping begins at a page.
    isUsableInPlace =
      layout.columns == nil && elements.kind == .float64 && !elements.isSwapped
      && array.dataOffset.isMultiple(of: MemoryLayout<Double>.alignment)
    if !isByColumn { file.expectSequentialReading() }
  }

  private static func requireSize(of file: MappedFile, _ array: StoredArray, elementBytes: Int)
    throws
  {
    let found = file.bytes.count - array.dataOffset
    let expected = array.shape.reduce(elementBytes as Int?) { product, length in
      guard let (bytes, overflow) = product?.multipliedReportingOverflow(by: length) else {
        return nil
      }
      return overflow ? nil : bytes
    }
    guard found == expected else {
      throw RowSourceError(
        .dataSize(
          bytes: found, expected: expected, shape: array.shape, descriptor: array.descriptor),
        path: file.path)
    }
  }

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
