import RowSources
import Testing
import _TestSupport

/// The integers that every element type of the tests can hold, as 3 rows x 2 columns.
private let small: [Double] = [1, 2, 3, 4, 5, 6]

struct BinaryFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// The bytes of 1 to 6 (in `order`) as elements of a type.
  private func elements(_ kind: String, bigEndian: Bool, order: [Int]) -> [UInt8] {
    func encode<Bits: FixedWidthInteger>(_ value: (Double) -> Bits) -> [UInt8] {
      bytes(order.map { value(small[$0]) }, bigEndian: bigEndian)
    }
    return switch kind {
    case "f2": encode { Float16($0).bitPattern }
    case "f4": encode { Float($0).bitPattern }
    case "f8": encode { $0.bitPattern }
    case "i1": encode { Int8($0) }
    case "i2": encode { Int16($0) }
    case "i4": encode { Int32($0) }
    case "i8": encode { Int64($0) }
    case "u1": encode { UInt8($0) }
    case "u2": encode { UInt16($0) }
    case "u4": encode { UInt32($0) }
    default: encode { UInt64($0) }
    }
  }

  @Test(
    "every element type, byte order, array order and version gives the same rows",
    arguments: ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
  func elementTypes(kind: String) throws {
    let options = ReadOptions(columns: ["2", "1"])
    for order in ["<", ">", "=", "|", ""] {
      for fortran in [false, true] {
        for version: UInt8 in [1, 2, 3] {
          // Without a byte order, as for NumPy, that of this processor.
          let isBig = order == ">" || (order != "<" && 1.littleEndian != 1)
          let data = elements(
            kind, bigEndian: isBig, order: fortran ? [0, 2, 4, 1, 3, 5] : [0, 1, 2, 3, 4, 5])
          let path = try folder.file(
            "a.npy",
            npyFile(
              version: version, descriptor: order + kind, fortran: fortran, shape: "(3, 2)",
              data: data))
          let rows = try BinaryFile(npy: path)
          #expect(rows.rowCount == 3 && rows.columnCount == 2)
          #expect(try rows.read() == small)
          #expect(try rows.read(1..<3) == [3, 4, 5, 6])
          let swapped = try BinaryFile(npy: path, options: options)
          #expect(try swapped.read() == [2, 1, 4, 3, 6, 5])
          let second = try BinaryFile(npy: path, options: ReadOptions(columns: ["2"]))
          #expect(try second.columnCount == 1 && second.read(1..<3) == [4, 6])
        }
      }
    }
  }

  @Test("an array of one dimension is one column, in either order")
  func oneDimension() throws {
    for fortran in [false, true] {
      let path = try folder.file(
        "a.npy",
        npyFile(
          descriptor: "<f8", fortran: fortran, shape: "(3,)",
          data: bytes([1.5, -2, 3].map(\.bitPattern))))
      let rows = try BinaryFile(npy: path)
      #expect(rows.rowCount == 3 && rows.columnCount == 1)
      #expect(try rows.read() == [1.5, -2, 3])
    }
  }

  @Test("extreme values convert as Swift converts them; bool is 0 and 1")
  func extremes() throws {
    func check(_ descriptor: String, _ data: [UInt8], _ expected: [Double]) throws {
      let path = try folder.file(
        "a.npy", npyFile(descriptor: descriptor, shape: "(\(expected.count),)", data: data))
      #expect(try BinaryFile(npy: path).read() == expected)
    }
    // 2^53 + 1 lies between two float64s and rounds to the even one.
    let large: [Int64] = [.min, .max, 1 << 53 + 1, -1]
    try check("<i8", bytes(large), [-0x1p63, 0x1p63, 0x1p53, -1])
    try check(">u8", bytes([UInt64.max, 0], bigEndian: true), [0x1p64, 0])
    try check("|i1", bytes([Int8.min, .max]), [-128, 127])
    try check("|b1", [0, 1, 2], [0, 1, 1])
    try check("<f2", bytes([Float16.leastNonzeroMagnitude.bitPattern]), [0x1p-24])
    try check("<f4", bytes([Float(0.1).bitPattern]), [Double(Float(0.1))])
    try check(">f8", bytes([Double.infinity.bitPattern], bigEndian: true), [.infinity])
  }

  @Test("an aligned native float64 file is used in place, any other through scratch memory")
  func inPlace() throws {
    func usesScratch(_ file: [UInt8], _ options: ReadOptions = ReadOptions()) throws -> Bool {
      let rows = try BinaryFile(npy: try folder.file("a.npy", file), options: options)
        .source(inMemory: true)
      let scratch = UnsafeMutablePointer<Double>.allocate(capacity: 6)
      defer { scratch.deallocate() }
      return try rows.withRows(0..<3, scratch: scratch) { $0 == UnsafePointer(scratch) }
    }
    let native = 1.littleEndian == 1 ? "<f8" : ">f8"
    let data = small.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
    let aligned = npyHeader(shape: [3, 2], descriptor: native) + data
    #expect(try !usesScratch(aligned))
    #expect(try usesScratch(aligned, ReadOptions(columns: ["2", "1"])))
    // Headers of other lengths put the elements at odd addresses.
    for padding in 0..<8 {
      let file = npyFile(
        dictionary: "{'descr': '\(native)', 'fortran_order': False, 'shape': (3, 2)}"
          + String(repeating: " ", count: padding),
        data: data)
      #expect(try usesScratch(file) == !(file.count - data.count).isMultiple(of: 8))
      #expect(try BinaryFile(npy: folder.path + "/a.npy").read() == small)
    }
  }

  @Test("raw numbers are read row after row", arguments: [1, 2, 3, 6])
  func raw(columnCount: Int) throws {
    for type in FloatType.allCases {
      let data =
        type == .float32
        ? bytes(small.map { Float($0).bitPattern }) : bytes(small.map(\.bitPattern))
      let path = try folder.file("a.dat", data)
      let format = RawFormat(type: type, columnCount: columnCount)
      let rows = try BinaryFile(raw: path, format)
      #expect(rows.rowCount == 6 / columnCount && rows.columnCount == columnCount)
      #expect(try rows.read() == small)
      let options = ReadOptions(columns: ["\(columnCount)"])
      let last = try BinaryFile(raw: path, format, options: options)
      let expected = stride(from: columnCount - 1, to: 6, by: columnCount).map { small[$0] }
      #expect(try last.read() == expected)
    }
  }

  @Test("raw files of part of a row, or that are not raw, are refused")
  func rawMessages() throws {
    func message(_ file: [UInt8], columnCount: Int) throws -> String? {
      let path = try folder.file("a.bin", file)
      let format = RawFormat(type: .float32, columnCount: columnCount)
      return folder.message { _ = try BinaryFile(raw: path, format) }
    }
    let numbers = [UInt8](repeating: 0, count: 24)
    let advice = "; check the number of columns and ReadOptions.raw"
    #expect(try message(numbers, columnCount: 3) == nil)
    #expect(
      try message(numbers, columnCount: 4)
        == "a.bin: 24 bytes are no whole number of rows of 4 columns of float32" + advice)
    #expect(
      try message(numbers, columnCount: .max)
        == "a.bin: 24 bytes are no whole number of rows of \(Int.max) columns of float32" + advice)
    #expect(
      try message(Array(numbers.dropLast()), columnCount: 1)
        == "a.bin: 23 bytes are no whole number of rows of 1 column of float32" + advice)
    #expect(try message([], columnCount: 1) == "a.bin: the file is empty")
    let npy = npyHeader(shape: [6], descriptor: "<f4") + numbers
    #expect(
      try message(npy, columnCount: 1)
        == "a.bin: this is a .npy file, which says itself what it holds; leave out ReadOptions.raw")
  }

  @Test("a header written by Python 2, with other quotes, order and spacing, is read")
  func otherHeaders() throws {
    for dictionary in [
      #"{"shape": (3L, 2L), "descr": "<f8", "fortran_order": False}"#,
      "  {\n'fortran_order':False,'descr':'<f8','shape':(3,2,)}   ",
    ] {
      let file = npyFile(dictionary: dictionary, data: bytes(small.map(\.bitPattern)))
      #expect(try BinaryFile(npy: try folder.file("a.npy", file)).read() == small)
    }
  }

  @Test("a written header is aligned, of version 1.0, and reads back", arguments: [[7], [4, 3]])
  func writtenHeader(shape: [Int]) throws {
    let header = npyHeader(shape: shape, descriptor: "<i4")
    #expect(header.count == 64 * (header.count / 64) && header.last == UInt8(ascii: "\n"))
    #expect(Array(header[6..<8]) == [1, 0])
    let values = (0..<Int32(shape.reduce(1, *))).map { $0 * 3 }
    let rows = try BinaryFile(npy: try folder.file("a.npy", header + bytes(values)))
    #expect(rows.array.shape == shape && rows.array.descriptor == "<i4")
    #expect(try rows.read() == values.map(Double.init))
  }

  @Test("what is no .npy file of real numbers is refused, by name")
  func messages() throws {
    func message(_ file: [UInt8], _ options: ReadOptions = ReadOptions()) throws -> String? {
      let path = try folder.file("a.npy", file)
      return folder.message { _ = try BinaryFile(npy: path, options: options) }
    }
    func message(_ descriptor: String, _ shape: String, bytes count: Int = 0) throws -> String? {
      try message(
        npyFile(
          descriptor: descriptor, shape: shape, data: [UInt8](repeating: 0, count: count)))
    }
    #expect(try message([]) == "a.npy: the file is empty")
    #expect(
      try message(Array("1,2\n".utf8))
        == "a.npy: not a .npy file: it does not begin with \\x93NUMPY")
    let good = npyFile(descriptor: "<f8", shape: "(3, 2)", data: bytes(small.map(\.bitPattern)))
    #expect(
      try message(Array(good.prefix(8))) == "a.npy: 8 bytes, but its header alone takes 10; "
        + "the file is truncated")
    #expect(
      try message(Array(good.prefix(30))) == "a.npy: 30 bytes, but its header alone takes 70; "
        + "the file is truncated")
    #expect(
      try message(Array(good.dropLast())) == "a.npy: 47 bytes of data, but shape (3, 2) of <f8 "
        + "takes 48; the file is truncated or its header is wrong")
    #expect(
      try message(good + [0]) == "a.npy: 49 bytes of data, but shape (3, 2) of <f8 takes 48; "
        + "the file is too long or its header is wrong")
    #expect(
      try message("<f8", "(4611686018427387904, 4)") == "a.npy: 0 bytes of data, but shape "
        + "(4611686018427387904, 4) of <f8 takes more than 9223372036854775807; "
        + "the file is truncated or its header is wrong")
    var version9 = good
    version9[6] = 9
    #expect(try message(version9) == "a.npy: .npy version 9.0, expected 1.0, 2.0 or 3.0")
    let expected = ", expected real numbers: float16, float32, float64, an integer type or bool"
    for (descriptor, kind) in [
      ("|O", " (Python objects)"), ("<c16", " (complex numbers)"), ("<U5", " (text)"),
      ("|S3", " (text)"), ("<M8[ns]", " (dates)"), ("|V8", " (records)"), ("<f16", ""),
    ] {
      #expect(
        try message(descriptor, "(3, 2)", bytes: 96)
          == "a.npy: elements of type \(descriptor)\(kind)\(expected)")
    }
    let record = "{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (1,)}"
    #expect(
      try message(npyFile(dictionary: record, data: bytes([0])))
        == "a.npy: elements of type [('x', '<f8')] (records)\(expected)")
    #expect(
      try message("<f8", "(1, 2, 3)", bytes: 48)
        == "a.npy: 3 dimensions (1, 2, 3), expected rows x columns or one column")
    #expect(
      try message("<f8", "()", bytes: 8)
        == "a.npy: 0 dimensions (), expected rows x columns or one column")
    #expect(try message("<f8", "(0, 2)") == "a.npy: no rows of data")
    #expect(try message("<f8", "(0,)") == "a.npy: no rows of data")
    #expect(try message("<f8", "(3, 0)") == "a.npy: no columns of data")
    #expect(
      try message(good, ReadOptions(columns: ["x"]))
        == "a.npy: no column \"x\"; its columns have no names, only the numbers 1 to 2")
    #expect(
      try message(good, ReadOptions(columns: ["3"]))
        == "a.npy: no column 3; columns are counted from 1 to 2")
    #expect(
      try message(good, ReadOptions(columns: ["2", "2"]))
        == "a.npy: column \"2\" is chosen twice")
  }

  @Test("a header that is no dictionary of the three entries is refused")
  func malformedHeaders() throws {
    for dictionary in [
      "", "{", "{}", "[]", "{'descr': '<f8'}", "{'descr': '<f8', 'fortran_order': False}",
      "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1 2)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'other': 1}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x",
      "{'descr': '<f8, 'fortran_order': False, 'shape': (1,)}",
      "{'descr': [('<f8', 'fortran_order': False, 'shape': (1,)}",
    ] {
      let path = try folder.file("a.npy", npyFile(dictionary: dictionary, data: bytes([UInt64(0)])))
      #expect(
        folder.message { _ = try BinaryFile(npy: path) }
          == "a.npy: the header is no dictionary of 'descr', 'fortran_order' and 'shape'")
    }
  }
}
