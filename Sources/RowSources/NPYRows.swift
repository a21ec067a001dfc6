/// The rows of a .npy file, mapped into memory and converted block by block.
///
/// Versions 1 to 3; float16 to float64, all integers and bool; either byte order; C and Fortran
/// order; an array of one dimension is one column. A native float64 file in C order of which all
/// columns are wanted is used in place.
public struct NPYRows: RowSource {
  public let name: String
  public let rowCount: Int
  public let columnCount: Int
  public let columnNumbers: [Int]
  /// What the file says of itself.
  public let header: NPYHeader

  private let file: MappedFile
  private let elements: NPYElements
  private let layout: NPYElements.Layout
  private let isUsableInPlace: Bool

  /// Opens `path` and checks its header against its size.
  ///
  /// - Throws: `RowSourceError` if this is no .npy file of real numbers with one or two dimensions,
  ///   has no rows or columns, is truncated or too long, or lacks a chosen column.
  public init(path: String, options: ReadOptions = ReadOptions()) throws {
    file = try MappedFile(path: path)
    header = try NPYHeader(of: file.bytes, path: path)
    name = path
    guard let elements = NPYElements(descriptor: header.descriptor) else {
      throw RowSourceError(.unsupportedElements(descriptor: header.descriptor), path: path)
    }
    let shape = header.shape
    guard shape.count == 1 || shape.count == 2 else {
      throw RowSourceError(.unsupportedDimensions(shape: shape), path: path)
    }
    let fileColumns = shape.count == 1 ? 1 : shape[1]
    guard shape[0] > 0 else { throw RowSourceError(.noRows, path: path) }
    guard fileColumns > 0 else { throw RowSourceError(.noColumns, path: path) }
    try NPYRows.requireSize(of: file, header, elementBytes: elements.byteCount)

    let columns = try options.chosenColumns(names: nil, count: fileColumns, path: path)
    let isWhole = columns == Array(0..<fileColumns)
    // A single column is the same in both orders.
    let isByColumn = header.isFortranOrder && fileColumns > 1
    self.elements = elements
    rowCount = shape[0]
    columnCount = columns.count
    columnNumbers = columns.map { $0 + 1 }
    layout = NPYElements.Layout(
      rowStride: isByColumn ? 1 : fileColumns, columnStride: isByColumn ? rowCount : 1,
      columns: isWhole && !isByColumn ? nil : columns, columnCount: columns.count)
    // The mapping begins at a page.
    isUsableInPlace =
      layout.columns == nil && elements.kind == .float64 && !elements.isSwapped
      && header.dataOffset.isMultiple(of: MemoryLayout<Double>.alignment)
    if !isByColumn { file.expectSequentialReading() }
  }

  private static func requireSize(of file: MappedFile, _ header: NPYHeader, elementBytes: Int)
    throws
  {
    let found = file.bytes.count - header.dataOffset
    let expected = header.shape.reduce(elementBytes as Int?) { product, length in
      guard let (bytes, overflow) = product?.multipliedReportingOverflow(by: length) else {
        return nil
      }
      return overflow ? nil : bytes
    }
    guard found == expected else {
      throw RowSourceError(
        .dataSize(
          bytes: found, expected: expected, shape: header.shape, descriptor: header.descriptor),
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
    let data = file.bytes.baseAddress! + header.dataOffset
    guard !isUsableInPlace else {
      let numbers = data.assumingMemoryBound(to: Double.self)
      return try withExtendedLifetime(file) { try body(numbers + rows.lowerBound * columnCount) }
    }
    elements.convert(rows, of: data, layout, into: scratch)
    return try body(scratch)
  }
}
