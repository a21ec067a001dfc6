internal import CZlib
import Files

/// Unpacks a gzip file from front to back, in memory that does not depend on what comes out.
///
/// Several members that follow each other, as `cat a.gz b.gz` and parallel packers write them, are
/// one text.
final class GzipStream: TextStream {
  private let file: InputFile
  var path: String { file.path }
  /// Where in the file the bytes after `input` begin.
  private var offset = 0
  private let input: UnsafeMutableRawBufferPointer
  /// zlib keeps pointers to it: it must not move.
  private let state: UnsafeMutablePointer<z_stream>
  private var isWithinMember = true

  /// - Throws: `FileError` or `RowSourceError` if the file cannot be read, or is of another kind.
  init(_ file: InputFile) throws {
    var start: [UInt8] = [0, 0]
    _ = try start.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
    guard start == [0x1f, 0x8b] else { throw RowSourceError(.notGzip, path: file.path) }
    self.file = file
    input = .allocate(byteCount: 1 << 16, alignment: 1)
    state = .allocate(capacity: 1)
    state.initialize(to: z_stream())
    let code = shardem_inflate_init_gzip(state)
    precondition(code == Z_OK, "zlib \(String(cString: zlibVersion())): error \(code)")
  }

  deinit {
    inflateEnd(state)
    state.deallocate()
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    var filled = 0
    while filled < buffer.count {
      if state.pointee.avail_in == 0, try !refill() {
        guard !isWithinMember else { throw RowSourceError(.truncatedGzip, path: file.path) }
        break
      }
      if !isWithinMember, try !beginMember() { continue }
      filled += try inflate(into: UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
    }
    return filled
  }

  /// Reads more of the file; false at its end.
  private func refill() throws -> Bool {
    let count = try file.read(into: input, at: offset)
    offset += count
    state.pointee.next_in = input.baseAddress!.assumingMemoryBound(to: UInt8.self)
    state.pointee.avail_in = UInt32(count)
    return count > 0
  }

  /// Behind a member: skips zeros, with which some packers fill up, and begins the next one; false
  /// if the input at hand is all zeros.
  private func beginMember() throws -> Bool {
    while state.pointee.avail_in > 0, state.pointee.next_in.pointee == 0 {
      state.pointee.next_in += 1
      state.pointee.avail_in -= 1
    }
    guard state.pointee.avail_in > 0 else { return false }
    inflateReset(state)
    isWithinMember = true
    return true
  }

  /// Unpacks some of the input at hand.
  private func inflate(into buffer: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    let capacity = min(buffer.count, 1 << 30)
    state.pointee.next_out = buffer.baseAddress!
    state.pointee.avail_out = UInt32(capacity)
    switch CZlib.inflate(state, Z_NO_FLUSH) {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isWithinMember = false
    case let code:
      let reason = state.pointee.msg.map { String(cString: $0) } ?? "error \(code)"
      throw RowSourceError(.corruptGzip(reason), path: file.path)
    }
    return capacity - Int(state.pointee.avail_out)
  }
}
