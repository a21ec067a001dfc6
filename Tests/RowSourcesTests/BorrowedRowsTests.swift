import RowSources
import Testing

@Suite struct BorrowedRowsTests {
  /// The rows `rows` of `source`, as it gives them.
  private func values(_ source: BorrowedRows, _ rows: Range<Int>) throws -> [Double] {
    let scratch = UnsafeMutablePointer<Double>.allocate(
      capacity: max(1, rows.count * source.columnCount))
    defer { scratch.deallocate() }
    return try source.withRows(rows, scratch: scratch) {
      Array(UnsafeBufferPointer(start: $0, count: rows.count * source.columnCount))
    }
  }

  @Test func rowsWithoutGapsAreReadInPlace() throws {
    let numbers = (0..<12).map(Double.init)
    try numbers.withUnsafeBytes { memory in
      let base = try #require(memory.baseAddress)
      let source = BorrowedRows(
        name: "X", base: base, rowCount: 4, columnCount: 3, rowStride: 24, columnStride: 8)
      #expect(try values(source, 1..<3) == [3, 4, 5, 6, 7, 8])
      let scratch = UnsafeMutablePointer<Double>.allocate(capacity: 6)
      defer { scratch.deallocate() }
      try source.withRows(1..<3, scratch: scratch) {
        #expect(UnsafeRawPointer($0) == base + 24)
      }
    }
  }

  /// Columns one after the other, both directions reversed, gaps, and memory that is not aligned.
  @Test func anyStridesGiveTheSameRows() throws {
    let (rowCount, columnCount) = (5, 3)
    for (rowStride, columnStride, offset) in [
      (8, 40, 0), (-24, -8, 0), (80, 16, 0), (8, -40, 0), (25, 8, 1), (8, 41, 3),
    ] {
      let reach = abs(rowStride) * (rowCount - 1) + abs(columnStride) * (columnCount - 1) + 8
      let memory = UnsafeMutableRawPointer.allocate(byteCount: offset + reach, alignment: 8)
      defer { memory.deallocate() }
      let base =
        memory + offset + max(0, -rowStride) * (rowCount - 1)
        + max(0, -columnStride) * (columnCount - 1)
      for n in 0..<rowCount {
        for j in 0..<columnCount {
          (base + n * rowStride + j * columnStride).storeBytes(
            of: Double(10 * n + j), as: Double.self)
        }
      }
      let source = BorrowedRows(
        name: "X", base: base, rowCount: rowCount, columnCount: columnCount, rowStride: rowStride,
        columnStride: columnStride)
      #expect(try values(source, 1..<4) == [10, 11, 12, 20, 21, 22, 30, 31, 32])
      #expect(try values(source, 4..<4) == [])
    }
  }

  @Test(
    "Numbers of every type are read as float64, whatever their strides",
    arguments: [
      "b1", "i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8",
      "<u8", ">u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8",
    ])
  func types(descriptor: String) throws {
    let (rowCount, columnCount) = (5, 3)
    let elements = try #require(BinaryElements(descriptor: descriptor))
    let size = try #require(Int(descriptor.suffix(1)))
    for (rowStride, columnStride) in [(3 * size, size), (size, 5 * size), (-7 * size, 2 * size)] {
      let reach = 8 * (abs(rowStride) + abs(columnStride))
      let memory = UnsafeMutableRawPointer.allocate(byteCount: 2 * reach, alignment: 8)
      defer { memory.deallocate() }
      let base = memory + reach
      for n in 0..<rowCount {
        for j in 0..<columnCount {
          (base + n * rowStride + j * columnStride).copyMemory(
            from: bytes(of: 10 * n + j, descriptor, size), byteCount: size)
        }
      }
      let source = BorrowedRows(
        of: elements, name: "X", base: base, rowCount: rowCount, columnCount: columnCount,
        rowStride: rowStride, columnStride: columnStride)
      let expected: [Double] =
        descriptor == "b1" ? [0, 1, 0, 0, 1, 0, 0, 1, 0] : [10, 11, 12, 20, 21, 22, 30, 31, 32]
      #expect(try values(source, 1..<4) == expected)
    }
  }

  /// The bytes of a number, 0 to 127, in the type and order of a descriptor; of a bool those of its parity.
  private func bytes(of value: Int, _ descriptor: String, _ size: Int) -> [UInt8] {
    let bytes: [UInt8] =
      switch descriptor.suffix(2) {
      case "f2": withUnsafeBytes(of: Float16(value).bitPattern.littleEndian) { Array($0) }
      case "f4": withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { Array($0) }
      case "f8": withUnsafeBytes(of: Double(value).bitPattern.littleEndian) { Array($0) }
      case "b1": [UInt8(value % 2)]
      default: withUnsafeBytes(of: value.littleEndian) { Array($0.prefix(size)) }
      }
    return descriptor.hasPrefix(">") ? bytes.reversed() : bytes
  }

  @Test(
    "The highest bit is a sign in types that have one",
    arguments: [
      ("i1", -1), ("u1", 0xff), ("<i2", -1), ("<u2", 0xffff), ("<i4", -1), ("<u4", 0xffff_ffff),
      ("<i8", -1), ("<u8", 0x1p64),
    ])
  func signs(descriptor: String, expected: Double) throws {
    let elements = try #require(BinaryElements(descriptor: descriptor))
    try #expect(one(UInt64.max, elements) == expected)
  }

  @Test("Whole numbers beyond 2^53 are the nearest float64, of two as near the even one")
  func largeWholeNumbers() throws {
    let large: UInt64 = 1 << 53
    let (unsigned, signed) = (BinaryElements(descriptor: "<u8"), BinaryElements(descriptor: "<i8"))
    // From 2^53 on float64 has every second number.
    for (value, expected) in [(large, 0x1p53), (large + 1, 0x1p53), (large + 3, 0x1p53 + 4)] {
      try #expect(one(value, #require(unsigned)) == expected)
      try #expect(one(value, #require(signed)) == expected)
      try #expect(one(~value + 1, #require(signed)) == -expected)
    }
  }

  /// The number of which `bits` has the bytes.
  private func one(_ bits: UInt64, _ elements: BinaryElements) throws -> Double {
    try withUnsafeBytes(of: bits.littleEndian) {
      let source = BorrowedRows(
        of: elements, name: "X", base: try #require($0.baseAddress), rowCount: 1, columnCount: 1,
        rowStride: 8, columnStride: 8)
      return try values(source, 0..<1)[0]
    }
  }
}
