/// How a file stores an array of one or two dimensions: what the header of a .npy file says, or
/// what is known of a file without header.
public struct StoredArray: Sendable, Equatable {
  /// The type of the elements as NumPy writes it, such as `<f8`; of a record type its Python text.
  public let descriptor: String
  /// Whether the first index varies fastest in the file.
  public let isFortranOrder: Bool
  /// The lengths of the dimensions.
  public let shape: [Int]
  /// Where the elements begin, in bytes from the start of the file; 0 if its library knows.
  public let dataOffset: Int
  /// What else the file says of the elements, in words; empty if nothing.
  private let note: String

  init(
    descriptor: String, isFortranOrder: Bool = false, shape: [Int], dataOffset: Int = 0,
    note: String = ""
  ) {
    self.descriptor = descriptor
    self.note = note
    self.isFortranOrder = isFortranOrder
    self.shape = shape
    self.dataOffset = dataOffset
  }

  /// `3 x 4 of <f8`, the order if it is not C's, and what else the file says.
  package var summary: String {
    let lengths = shape.map(String.init).joined(separator: " x ")
    return "\(lengths) of \(descriptor)" + (isFortranOrder ? " in Fortran order" : "")
      + (note.isEmpty ? "" : " (\(note))")
  }
}

/// Files of numbers alone, row after row, which say nothing of themselves.
public struct RawFormat: Sendable, Equatable {
  /// The type of all numbers, in little-endian order.
  public let type: FloatType
  /// How many numbers a row has.
  public let columnCount: Int

  public init(type: FloatType, columnCount: Int) {
    precondition(columnCount > 0, "rows of \(columnCount) columns")
    self.type = type
    self.columnCount = columnCount
  }
}

/// The binary numbers of IEEE 754 that files of this program hold, named as NumPy does.
public enum FloatType: String, Sendable, CaseIterable {
  case float32, float64

  /// The size of a number.
  public var byteCount: Int { self == .float32 ? 4 : 8 }
  /// The type in little-endian order as NumPy writes it.
  public var descriptor: String { self == .float32 ? "<f4" : "<f8" }
}

extension StoredArray {
  /// A file of `format` that has `fileBytes` bytes.
  ///
  /// - Throws: `RowSourceError` if these are no whole number of rows.
  init(raw format: RawFormat, fileBytes: Int, path: String) throws {
    let (rowBytes, isBeyond) = format.type.byteCount
      .multipliedReportingOverflow(by: format.columnCount)
    guard !isBeyond, fileBytes.isMultiple(of: rowBytes) else {
      throw RowSourceError(.rawSize(bytes: fileBytes, format), path: path)
    }
    self.init(
      descriptor: format.type.descriptor, shape: [fileBytes / rowBytes, format.columnCount])
  }
}
