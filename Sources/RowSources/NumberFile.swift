/// A file of numbers that was looked at and found in order, of which any rows can be read.
public protocol NumberFile: DataFile {
  /// What kind of file it is, in a word.
  var kind: String { get }
  /// What it holds.
  var array: StoredArray { get }
}

extension NumberFile {
  public var summary: String { array.summary }
  public var details: String {
    "\(kind), \(array.summary)" + (array.isFortranOrder ? "" : " in C order")
  }

  public func coded(by coding: [ColumnCoding]) -> any DataFile {
    // Labels without words are what they are.
    let coding = coding.map { if case .label(nil) = $0 { ColumnCoding.number } else { $0 } }
    return coding.allSatisfy(\.isNumber) ? self : CodedFile(base: self, coding: coding)
  }

  public var scanPartCount: Int { 0 }
  public func scan(part number: Int) -> CSVPartScan { preconditionFailure("\(name) has no text") }
  public func found(by scans: [CSVPartScan]) -> any DataFile { self }

  public func forEachPiece(
    of rows: Range<Int>, pieceBytes: Int, threads: Int,
    _ body: (UnsafePointer<Double>, Range<Int>) throws -> Void
  ) throws {
    let source = try source(of: rows, inMemory: false, threads: threads)
    try RowSources.forEachPiece(of: rows, columnCount: columnCount, pieceBytes: pieceBytes) {
      piece, memory in
      try source.withRows(piece, scratch: memory) { try body($0, piece) }
    }
  }
}

extension StoredArray {
  /// The number of columns; an array of one dimension is one column.
  var columnCount: Int { shape.count == 1 ? 1 : shape[1] }

  /// The elements of the array.
  ///
  /// - Throws: `RowSourceError` unless these are real numbers, in one or two dimensions, and more
  ///   than none.
  func requireNumbers(path: String) throws -> BinaryElements {
    guard let elements = BinaryElements(descriptor: descriptor) else {
      throw RowSourceError(.unsupportedElements(descriptor: descriptor), path: path)
    }
    guard shape.count == 1 || shape.count == 2 else {
      throw RowSourceError(.unsupportedDimensions(shape: shape), path: path)
    }
    guard shape[0] > 0 else { throw RowSourceError(.noRows, path: path) }
    guard columnCount > 0 else { throw RowSourceError(.noColumns, path: path) }
    return elements
  }

  /// The size of all elements of `elementBytes` bytes each; nil beyond `Int.max`.
  func byteCount(elementBytes: Int) -> Int? {
    shape.reduce(elementBytes as Int?) { product, length in
      guard let (bytes, overflow) = product?.multipliedReportingOverflow(by: length) else {
        return nil
      }
      return overflow ? nil : bytes
    }
  }

  /// Where the elements of the chosen columns, counted from 0, are.
  func layout(of columns: [Int]) -> BinaryElements.Layout {
    let isWhole = columns == Array(0..<columnCount)
    // A single column is the same in both orders.
    let isByColumn = isFortranOrder && columnCount > 1
    return BinaryElements.Layout(
      rowStride: isByColumn ? 1 : columnCount, columnStride: isByColumn ? shape[0] : 1,
      columns: isWhole && !isByColumn ? nil : columns, columnCount: columns.count)
  }
}
