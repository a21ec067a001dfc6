import Foundation
import RowSources
import Testing

/// A temporary folder of one test, removed after it.
final class Folder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("shardem-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The names of all files, hidden ones too, sorted.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: url.appendingPathComponent(name))
  }

  func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

  func create(_ name: String) throws -> FileHandle {
    try write(name, "")
    return try FileHandle(forWritingTo: url.appendingPathComponent(name))
  }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: url.appendingPathComponent(name)))
  }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  /// A model file without the line of the columns' names, which .npy files do not have.
  func namelessModel(_ name: String) throws -> [UInt8] {
    let lines = try text(name).split(separator: "\n", omittingEmptySubsequences: false)
    return Array(lines.filter { !$0.hasPrefix("  \"columns\": ") }.joined(separator: "\n").utf8)
  }

  func json(_ name: String) throws -> [String: Any] {
    try jsonObject(try text(name))
  }

  /// The numbers of a .npy file of 8-byte elements that this program wrote, and its header.
  func npy<Element: BitwiseCopyable>(
    _ name: String, of type: Element.Type
  ) throws -> (header: String, values: [Element]) {
    let bytes = try bytes(name)
    let headerEnd = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    let header = String(decoding: bytes[10..<headerEnd], as: UTF8.self)
    let values = bytes[headerEnd...].withUnsafeBytes { data in
      (0..<data.count / 8).map { data.loadUnaligned(fromByteOffset: 8 * $0, as: type) }
    }
    return (header.trimmingCharacters(in: .whitespacesAndNewlines), values)
  }
}

/// The number at the first `"key": ` of a JSON text, to the last bit: JSONSerialization may be off
/// by one.
func number(_ key: String, in json: String) throws -> Double {
  let start = try #require(json.range(of: "\"\(key)\": ")).upperBound
  return try #require(Double(json[start...].prefix { !",}\n".contains($0) }))
}

func jsonObject(_ text: String) throws -> [String: Any] {
  try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
}

/// A .npy file of float64 numbers.
func npyFile(_ values: [Double], shape: [Int], descriptor: String = "<f8") -> [UInt8] {
  npyHeader(shape: shape, descriptor: descriptor) + values.withUnsafeBytes(Array.init)
}
