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
    arguments: [("u1", 1), ("<i2", 2), (">i2", 2), ("<f4", 4), (">f4", 4), ("<i8", 8), (">f8", 8)])
  func types(descriptor: String, size: Int) throws {
    let (rowCount, columnCount) = (5, 3)
    let elements = try #require(BinaryElements(descriptor: descriptor))
    for (rowStride, columnStride) in [(3 * size, size), (size, 5 * size), (-7 * size, 2 * size)] {
      let reach = 8 * (abs(rowStride) + abs(columnStride))
      let memory = UnsafeMutableRawPointer.allocate(byteCount: 2 * reach, alignment: 8)
      defer { memory.deallocate() }
      let base = memory + reach
      for n in 0..<rowCount {
        for j in 0..<columnCount {
          let value = 10 * n + j
          let bytes: [UInt8] =
            switch descriptor.dropFirst(descriptor.utf8.count - 2) {
            case "f4": withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { Array($0) }
            case "f8": withUnsafeBytes(of: Double(value).bitPattern.littleEndian) { Array($0) }
            default: withUnsafeBytes(of: value.littleEndian) { Array($0.prefix(size)) }
            }
          let ordered = descriptor.hasPrefix(">") ? bytes.reversed() : bytes
          (base + n * rowStride + j * columnStride).copyMemory(from: ordered, byteCount: size)
        }
      }
      let source = BorrowedRows(
        of: elements, name: "X", base: base, rowCount: rowCount, columnCount: columnCount,
        rowStride: rowStride, columnStride: columnStride)
      #expect(try values(source, 1..<4) == [10, 11, 12, 20, 21, 22, 30, 31, 32])
    }
  }
}
