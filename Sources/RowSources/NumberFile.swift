import Files

/// A file of numbers that was looked at and found in order, of which any rows can be read.
public protocol NumberFile: Sendable {
  /// The file, and what is read of it, as given.
  var name: String { get }
  /// Which rows these are, whatever their file and dataset are called; nil if that is unknown.
  var identity: FileIdentity? { get }
  /// What kind of file it is, in a word.
  var kind: String { get }
  /// What it holds.
  var array: StoredArray { get }
  /// The numbers of the chosen columns in the file, from 1.
  var columnNumbers: [Int] { get }

  /// The bytes that a row takes in memory.
  var heldRowBytes: Int { get }
  /// Whether a source that is not in memory can be read many times, by several threads at a time,
  /// at little cost beside that of the disk.
  var isStreamable: Bool { get }
  /// The bytes of memory that unpacking takes, beside those of the rows, while a source reads.
  var unpackingBytes: Int { get }

  /// A source of the rows `rows`.
  ///
  /// - Parameter inMemory: whether they are held in memory, rather than read from the file each time
  ///   and in order.
  /// - Throws: `FileError` if they cannot be read.
  func source(of rows: Range<Int>, inMemory: Bool) throws -> any RowSource
}

extension NumberFile {
  public var identity: FileIdentity? { FileIdentity(ofExisting: name) }
  public var unpackingBytes: Int { 0 }
  /// The number of rows of the file.
  public var rowCount: Int { array.shape[0] }
  /// The number of chosen columns.
  public var columnCount: Int { columnNumbers.count }
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
