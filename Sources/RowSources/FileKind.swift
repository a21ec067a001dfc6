import Files

/// What the first bytes of a file say that it is, whatever its name.
enum FileKind: Equatable, Sendable {
  case npy
  case hdf5
  case gzip
  /// Text in two or four bytes a character; the name of the encoding.
  case wideText(String)
  /// A format that is known but not read.
  case foreign(ForeignFormat)
  /// Text of one byte a character, or UTF-8.
  case text
  case unknown

  /// No more bytes than this are looked at.
  static let judgedBytes = 4096

  /// - Throws: `FileError` if there is no such file, or it cannot be read.
  init(of path: String) throws {
    self.init(try InputFile(path: path).start(atMost: FileKind.judgedBytes))
  }

  /// - Parameter start: the first `judgedBytes` of a file, or all if there are fewer.
  init(_ start: some RandomAccessCollection<UInt8>) {
    let start = Array(start.prefix(FileKind.judgedBytes))
    self =
      if start.starts(with: npyMagic) {
        .npy
      } else if FileKind.isHDF5(start) {
        .hdf5
      } else if FileKind.isGzip(start) {
        .gzip
      } else if let encoding = FileKind.wideEncoding(start) {
        .wideText(encoding)
      } else if let format = ForeignFormat(start) {
        .foreign(format)
      } else {
        FileKind.isText(start) ? .text : .unknown
      }
  }

  /// The signature stands at the beginning, or behind a block for the user's own of 512 bytes or a
  /// multiple by a power of 2: MATLAB writes one.
  private static func isHDF5(_ start: [UInt8]) -> Bool {
    let signature = [0x89] + Array("HDF\r\n\u{1a}\n".utf8)
    return [0, 512, 1024, 2048].contains { start.dropFirst($0).starts(with: signature) }
  }

  /// By the magic number, the only method, and flags without the reserved ones.
  private static func isGzip(_ start: [UInt8]) -> Bool {
    start.starts(with: [0x1f, 0x8b]) && (start.count < 4 || start[2] == 8 && start[3] < 0x20)
  }

  /// By a byte order mark, or printable characters of which all upper bytes are 0.
  private static func wideEncoding(_ start: [UInt8]) -> String? {
    if start.starts(with: [0xff, 0xfe, 0, 0]) || start.starts(with: [0, 0, 0xfe, 0xff]) {
      return "UTF-32"
    }
    if start.starts(with: [0xff, 0xfe]) || start.starts(with: [0xfe, 0xff]) { return "UTF-16" }
    return encodingByZeros(start)
  }

  private static func encodingByZeros(_ start: [UInt8]) -> String? {
    for (encoding, width) in [("UTF-32", 4), ("UTF-16", 2)] {
      for place in [0, width - 1] {
        let characters = stride(from: place, to: start.count, by: width).map { start[$0] }
        let zeros = start.indices.count { $0 % width != place && start[$0] == 0 }
        if characters.contains(.newline), characters.allSatisfy(isPrintable),
          zeros + characters.count == start.count
        {
          return encoding
        }
      }
    }
    return nil
  }

  /// Whether the first KiB is text: no control characters, and UTF-8 or, in an encoding of one
  /// byte a character, one in eight bytes beyond ASCII at most.
  static func isText(_ start: some Collection<UInt8>) -> Bool {
    let bytes = Array(start.prefix(1024))
    let printable = bytes.count(where: isPrintable)
    guard bytes.allSatisfy({ isPrintable($0) || $0 >= 0x80 }) else { return false }
    // A character may be cut off at the end.
    return 8 * printable >= 7 * bytes.count
      || (0..<4).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
  }

  /// Whether raw numbers are taken for text: a KiB, or all of a smaller file, of text with a newline
  /// in it, or of 64 bytes or more.
  ///
  /// Numbers cannot look so by chance. Of the 256 bytes 98 are printable, so that a measured float64,
  /// whose six lower bytes are as good as random, is printable with a probability under 98/256 to
  /// the 6th, 0.0032, and a float32 under 98/256 to the 3rd, 0.06: 64 bytes are with one under 1e-19.
  /// Numbers of few digits, such as integers, have bytes of 0, which are not printable. Where all
  /// others are, as of text in two or four bytes a character, they are next to 0.
  static func looksLikeText(raw start: [UInt8]) -> Bool {
    isText(start) && (start.count >= 64 || start.contains(.newline))
      || encodingByZeros(withoutByteOrderMark(start)) != nil
  }

  private static func withoutByteOrderMark(_ start: [UInt8]) -> [UInt8] {
    let marks: [[UInt8]] = [[0xff, 0xfe, 0, 0], [0, 0, 0xfe, 0xff], [0xff, 0xfe], [0xfe, 0xff]]
    return Array(start.dropFirst(marks.first { start.starts(with: $0) }?.count ?? 0))
  }

  private static func isPrintable(_ byte: UInt8) -> Bool {
    0x20..<0x7f ~= byte || byte == .tab || byte == .newline || byte == .carriageReturn
  }
}
