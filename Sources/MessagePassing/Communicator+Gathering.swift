extension Communicator {
  /// Collective. Every rank's values, in rank order, on every rank. The counts may differ between
  /// ranks.
  public func gather<Value: BitwiseCopyable>(_ values: [Value]) throws -> [[Value]] {
    try gather(values.withUnsafeBytes(Array.init)).map { bytes in
      bytes.withUnsafeBytes { memory in
        stride(from: 0, to: memory.count, by: MemoryLayout<Value>.stride).map {
          memory.loadUnaligned(fromByteOffset: $0, as: Value.self)
        }
      }
    }
  }

  /// Collective. Every rank's texts, of any characters, in rank order, on every rank. The counts may
  /// differ between ranks.
  public func gather(texts: [String]) throws -> [[String]] {
    // Each behind the number of its bytes.
    let bytes = texts.flatMap { Array("\($0.utf8.count) \($0)".utf8) }
    return try gather(bytes).map { bytes in
      var texts: [String] = []
      var rest = bytes[...]
      while let space = rest.firstIndex(of: UInt8(ascii: " ")) {
        let end = space + 1 + Int(String(decoding: rest[..<space], as: UTF8.self))!
        texts.append(String(decoding: rest[(space + 1)..<end], as: UTF8.self))
        rest = rest[end...]
      }
      return texts
    }
  }
}
