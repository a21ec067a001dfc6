import Foundation
import RowSources
import Testing

/// A folder for the files of one test, gone when the test ends.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "shardem-rows-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and returns its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    return path + "/" + name
  }

  func file(_ name: String, _ text: String) throws -> String { try file(name, Array(text.utf8)) }

  func folder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: path + "/" + name, withIntermediateDirectories: true)
    return path + "/" + name
  }

  /// All names in the folder, hidden ones too, sorted.
  var contents: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []
  }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
  }

  /// The message of the error that `body` throws, the folder's path left out; nil without one.
  func message(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return "\(error)".replacingOccurrences(of: path + "/", with: "")
    }
  }
}

/// SplitMix64: the same numbers on every run and machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

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
