import RowSources
import Testing

/// The bytes of a .npy file whose header is `dictionary`.
func npyFile(version: UInt8 = 1, dictionary: String, data: [UInt8]) -> [UInt8] {
  let text = Array((dictionary + "\n").utf8)
  let length = text.count
  let lengthBytes = (0..<(version == 1 ? 2 : 4)).map { UInt8(length >> (8 * $0) & 0xff) }
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes + text + data
}

func npyFile(
  version: UInt8 = 1, descriptor: String, fortran: Bool = false, shape: String, data: [UInt8]
) -> [UInt8] {
  npyFile(
    version: version,
    dictionary: "{'descr': '\(descriptor)', 'fortran_order': \(fortran ? "True" : "False"), "
      + "'shape': \(shape), }",
    data: data)
}

/// The bytes of numbers in one of both orders.
func bytes<Bits: FixedWidthInteger>(_ values: [Bits], bigEndian: Bool = false) -> [UInt8] {
  values.flatMap { value in
    withUnsafeBytes(of: bigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
  }
}

extension DataFile {
  /// Some rows as a source that is held in memory, or is not.
  func source(of rows: Range<Int>, inMemory: Bool) throws -> any RowSource {
    try source(of: rows, inMemory: inMemory, threads: 1)
  }

  /// Some rows of text whose rows are found.
  func parse(rows: Range<Int>, threads: Int = 1) throws -> InMemoryRows {
    try #require(source(of: rows, inMemory: true, threads: threads) as? InMemoryRows)
  }

  /// All rows of text.
  func parseAll(threads: Int = 1) throws -> InMemoryRows {
    let file = try found()
    return try file.parse(rows: 0..<file.rowCount, threads: threads)
  }
}

extension NumberFile {
  /// All rows as a source that is held in memory, or is not.
  func source(inMemory: Bool) throws -> any RowSource {
    try source(of: 0..<rowCount, inMemory: inMemory)
  }

  /// The rows `rows`, or all, row-major; the same whether they are held in memory or not.
  func read(_ rows: Range<Int>? = nil) throws -> [Double] {
    let values = try source(inMemory: true).read(rows)
    let streamed = try source(inMemory: false).read(rows)
    #expect(streamed.map(\.bitPattern) == values.map(\.bitPattern))
    return values
  }
}

extension RowSource {
  /// The rows `rows`, or all, row-major.
  func read(_ rows: Range<Int>? = nil) throws -> [Double] {
    let rows = rows ?? 0..<rowCount
    let count = rows.count * columnCount
    let scratch = UnsafeMutablePointer<Double>.allocate(capacity: count)
    defer { scratch.deallocate() }
    return try withRows(rows, scratch: scratch) {
      Array(UnsafeBufferPointer(start: $0, count: count))
    }
  }
}
