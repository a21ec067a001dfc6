/// The lines that begin with # before a table, as numpy.savetxt and others write them.
struct CSVComments {
  /// Where the table begins, in bytes from the start of the text.
  let end: Int
  /// What the last of the lines says behind its #, without blanks; nil if there are none.
  let last: UnsafeBufferPointer<UInt8>?

  /// Where the table begins in a file that may have a byte order mark.
  static func tableOffset(ofFile text: UnsafeBufferPointer<UInt8>) -> Int {
    let start = text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    return start + CSVComments(of: UnsafeBufferPointer(rebasing: text[start...])).end
  }

  /// - Parameter text: the file after any byte order mark.
  init(of text: UnsafeBufferPointer<UInt8>) {
    var position = 0
    var last: UnsafeBufferPointer<UInt8>?
    while position < text.count {
      let next = text[position...].firstIndex(of: .newline).map { $0 + 1 } ?? text.count
      let line = trimmed(UnsafeBufferPointer(rebasing: text[position..<next]))
      if line.first == UInt8(ascii: "#") {
        last = trimmed(UnsafeBufferPointer(rebasing: line.drop { $0 == UInt8(ascii: "#") }))
      } else if last == nil || !line.isEmpty {
        break
      }
      // Also over blank lines behind the first comment.
      position = next
    }
    (end, self.last) = (position, last)
  }
}
