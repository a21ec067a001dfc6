extension StoredArray {
  /// Reads the header of a .npy file.
  ///
  /// Nothing in `file` is trusted: no length in it is used before it is compared with what is
  /// there, and memory is only allocated for text that is.
  ///
  /// Source: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays"; versions 1 to 3
  /// differ in the width of the header's length and in its text encoding only.
  ///
  /// - Parameter file: the first `largestNPYHeader` bytes of the file, or all `fileBytes` of them.
  init(npyHeader file: [UInt8], fileBytes: Int, path: String) throws {
    guard file.starts(with: npyMagic) else { throw RowSourceError(.notNPY, path: path) }
    guard file.count >= 10 else {
      throw RowSourceError(.truncatedHeader(bytes: file.count, expected: 10), path: path)
    }
    guard (1...3).contains(file[6]), file[7] == 0 else {
      throw RowSourceError(
        .unsupportedVersion(major: Int(file[6]), minor: Int(file[7])), path: path)
    }
    let lengthBytes = file[6] == 1 ? 2 : 4
    let start = 8 + lengthBytes
    // The bytes of the length, least significant first; those beyond the end count as 0.
    let length = file[8..<min(start, file.count)].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard start + length <= fileBytes else {
      throw RowSourceError(
        .truncatedHeader(bytes: fileBytes, expected: start + length), path: path)
    }
    // One that goes on beyond what was read is cut off, and so is no dictionary.
    var literal = PythonLiteral(file[start..<min(start + length, file.count)])
    guard let entries = literal.headerEntries() else {
      throw RowSourceError(.malformedHeader, path: path)
    }
    self.init(
      descriptor: entries.descriptor, isFortranOrder: entries.isFortranOrder,
      shape: entries.shape, dataOffset: start + length)
  }
}

/// More bytes than the header of an array of numbers has: those of version 1 have fewer.
let largestNPYHeader = 1 << 17

/// With what a .npy file begins.
let npyMagic: [UInt8] = [0x93] + Array("NUMPY".utf8)

/// The header of a .npy file that holds `shape` elements of type `descriptor` in C order:
/// version 1.0, padded so that the elements begin at a multiple of 64 bytes.
///
/// - Parameters:
///   - shape: the lengths of the dimensions, one to a few.
///   - descriptor: the type as NumPy writes it: `<f8`, `<i4`.
public func npyHeader(shape: [Int], descriptor: String) -> [UInt8] {
  let tuple = shape.map { "\($0)," }.joined(separator: " ")
  let text = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(tuple)), }"
  let unpadded = 10 + text.utf8.count + 1
  let length = (unpadded + 63) / 64 * 64 - 10
  precondition(length <= UInt16.max, "\(shape.count) dimensions in a .npy header")
  var bytes = npyMagic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)]
  bytes += Array(text.utf8)
  bytes += [UInt8](repeating: UInt8(ascii: " "), count: 10 + length - bytes.count - 1)
  bytes.append(UInt8(ascii: "\n"))
  return bytes
}

/// Reads the one Python literal that .npy headers consist of: a dictionary with string keys.
private struct PythonLiteral {
  private let text: ArraySlice<UInt8>
  private var position: Int

  init(_ text: ArraySlice<UInt8>) {
    self.text = text
    position = text.startIndex
  }

  /// The three entries, or nil if the text is anything else than a dictionary of exactly these.
  mutating func headerEntries() -> (descriptor: String, isFortranOrder: Bool, shape: [Int])? {
    var (descriptor, isFortranOrder, shape): (String?, Bool?, [Int]?) = (nil, nil, nil)
    guard take("{") else { return nil }
    while !take("}") {
      guard let key = string(), take(":") else { return nil }
      switch key {
      case "descr": descriptor = string() ?? list()
      case "fortran_order": isFortranOrder = boolean()
      case "shape": shape = integers()
      default: return nil
      }
      guard take(",") || peek() == UInt8(ascii: "}") else { return nil }
    }
    guard peek() == nil, let descriptor, let isFortranOrder, let shape else { return nil }
    return (descriptor, isFortranOrder, shape)
  }

  /// The next byte that is no white space.
  private mutating func peek() -> UInt8? {
    while position < text.endIndex, " \t\r\n".utf8.contains(text[position]) { position += 1 }
    return position < text.endIndex ? text[position] : nil
  }

  private mutating func take(_ word: StaticString) -> Bool {
    _ = peek()
    let bytes = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard text[position...].starts(with: bytes) else { return false }
    position += bytes.count
    return true
  }

  private mutating func boolean() -> Bool? {
    if take("True") { return true }
    return take("False") ? false : nil
  }

  private mutating func string() -> String? {
    guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      return nil
    }
    guard let end = text[(position + 1)...].firstIndex(of: quote) else { return nil }
    defer { position = end + 1 }
    return String(decoding: text[(position + 1)..<end], as: UTF8.self)
  }

  /// The text of a list up to its closing bracket: a record type, not looked into.
  private mutating func list() -> String? {
    guard peek() == UInt8(ascii: "[") else { return nil }
    let start = position
    var depth = 0
    repeat {
      guard position < text.endIndex else { return nil }
      if text[position] == UInt8(ascii: "[") { depth += 1 }
      if text[position] == UInt8(ascii: "]") { depth -= 1 }
      position += 1
    } while depth > 0
    return String(decoding: text[start..<position], as: UTF8.self)
  }

  /// A tuple of non-negative integers: `()`, `(3,)`, `(3, 4)`; Python 2 wrote `(3L, 4L)`.
  private mutating func integers() -> [Int]? {
    guard take("(") else { return nil }
    var values: [Int] = []
    while !take(")") {
      guard let value = integer() else { return nil }
      _ = take("L")
      values.append(value)
      guard take(",") || (values.count > 1 && peek() == UInt8(ascii: ")")) else { return nil }
    }
    return values
  }

  private mutating func integer() -> Int? {
    guard let first = peek(), first.isDigit else { return nil }
    var value = 0
    while position < text.endIndex, text[position].isDigit {
      let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflow) = product.addingReportingOverflow(Int(text[position] & 15))
      if productOverflow || sumOverflow { return nil }
      value = sum
      position += 1
    }
    return value
  }
}

extension UInt8 {
  /// Whether this is the code of `0` to `9`.
  @inline(__always) var isDigit: Bool { self &- 0x30 < 10 }
}
