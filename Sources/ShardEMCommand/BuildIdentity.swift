import SystemLibrary

/// Which build a program is: the note of its linker (`--build-id`), a digest of all that it links. `strip`
/// leaves it alone.
///
/// Source: System V ABI, chapters 4 and 5 (headers, notes) for ELF of 64 bits in little-endian order.
enum BuildIdentity {
  /// Of this program. Takes some reads of a page.
  static var own: String? { of("/proc/self/exe") }

  /// - Returns: hexadecimal digits; nil of a file without such a note, or that is no program.
  static func of(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    guard let header = FilePiece(of: file, at: 0, count: 64),
      header.bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]),
      let table = header[8, at: 32], let size = header[2, at: 54], let count = header[2, at: 56],
      let segments = FilePiece(of: file, at: table, count: size * count)
    else { return nil }
    for start in (0..<count).map({ $0 * size }) where segments[4, at: start] == noteSegment {
      guard let place = segments[8, at: start + 8], let length = segments[8, at: start + 32],
        let notes = FilePiece(of: file, at: place, count: length)
      else { continue }
      if let identity = identity(in: notes) { return identity }
    }
    return nil
  }

  private static let noteSegment = 4
  private static let identityNote = 3

  /// Notes are three sizes of 4 bytes, a name and what they tell, each filled up to a multiple of 4.
  private static func identity(in notes: FilePiece) -> String? {
    var start = 0
    while let nameSize = notes[4, at: start], let size = notes[4, at: start + 4],
      let kind = notes[4, at: start + 8]
    {
      let name = start + 12
      let content = name + filled(nameSize)
      guard size > 0, content + size <= notes.bytes.count else { return nil }
      if kind == identityNote, notes.bytes[name..<name + nameSize].elementsEqual("GNU\0".utf8) {
        return notes.bytes[content..<content + size].map(hexadecimal).joined()
      }
      start = content + filled(size)
    }
    return nil
  }

  private static func filled(_ size: Int) -> Int { (size + 3) / 4 * 4 }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}

/// Some bytes of a file, and the numbers in them.
private struct FilePiece {
  let bytes: [UInt8]

  /// More than any header or note takes.
  private static let most = 1 << 16

  /// - Returns: nil if the file has not all of these bytes, or they are too many.
  init?(of file: CInt, at offset: Int, count: Int) {
    guard (1...Self.most).contains(count) else { return nil }
    bytes = [UInt8](unsafeUninitializedCapacity: count) { memory, found in
      found = max(0, pread(file, memory.baseAddress, count, offset))
    }
    guard bytes.count == count else { return nil }
  }

  /// The number of `width` bytes from `place` on, the lowest first; nil if they are not there, or it is too
  /// large.
  subscript(width: Int, at place: Int) -> Int? {
    guard place + width <= bytes.count else { return nil }
    let number = bytes[place..<place + width].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(exactly: number)
  }
}
