import Files

/// A text from front to back, as its file has it or unpacked.
protocol TextStream: AnyObject {
  /// The file's path as given.
  var path: String { get }
  /// Fills `buffer` with what comes next of the text.
  ///
  /// - Returns: how many bytes there were: fewer than asked for only at the end of the text.
  /// - Throws: `FileError` or `RowSourceError` if the file cannot be read, or is damaged.
  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws -> Int
}

/// Some of the bytes of a file, as they are.
final class PlainStream: TextStream {
  private let file: InputFile
  private var rest: Range<Int>
  var path: String { file.path }

  /// - Parameter range: bytes that the file has.
  init(_ file: InputFile, _ range: Range<Int>) {
    (self.file, rest) = (file, range)
  }

  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    let count = min(buffer.count, rest.count)
    try file.fill(
      UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count), at: rest.lowerBound)
    rest = rest.lowerBound + count..<rest.upperBound
    return count
  }
}
