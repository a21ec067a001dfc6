import Files
import SystemLibrary

/// The stretch of an unpacked text that is at hand: it grows at its end and is dropped from its
/// front.
final class GzipWindow {
  private let stream: GzipStream
  private var memory: UnsafeMutableBufferPointer<UInt8>
  private var held = 0..<0
  /// Whether the text ends where the window ends.
  private(set) var isAtEnd = false
  /// How many newlines have been dropped.
  private(set) var droppedNewlines = 0

  /// - Parameter bytes: by how much the window grows at a time, at least.
  init(path: String, bytes: Int) throws {
    stream = try GzipStream(path: path)
    memory = try GzipWindow.memory(nil, bytes: bytes, path: path)
  }

  deinit { free(memory.baseAddress) }

  /// What is at hand; the memory is that of the window.
  var text: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: memory[held]) }

  /// Unpacks more text.
  ///
  /// - Throws: `RowSourceError` if it is damaged, or there is no memory left.
  func extend() throws {
    memory.baseAddress!.update(
      from: memory.baseAddress! + held.lowerBound, count: held.count)
    // Half of the memory is for what is new.
    if 2 * held.count > memory.count {
      memory = try GzipWindow.memory(
        memory.baseAddress, bytes: 2 * held.count, path: stream.path)
    }
    let free = UnsafeMutableBufferPointer(rebasing: memory[held.count...])
    let count = try stream.read(into: free)
    isAtEnd = count < free.count
    held = 0..<held.count + count
  }

  /// Drops the first `count` bytes.
  func drop(_ count: Int) {
    let dropped = UnsafeBufferPointer(rebasing: text[..<count])
    droppedNewlines += occurrences(of: .newline, in: dropped)
    held = held.lowerBound + count..<held.upperBound
  }

  /// Memory that holds what `old` did, which the system moves without another copy of it.
  private static func memory(
    _ old: UnsafeMutablePointer<UInt8>?, bytes: Int, path: String
  ) throws -> UnsafeMutableBufferPointer<UInt8> {
    guard let start = realloc(old, bytes) else { throw FileError.reading(path, ENOMEM) }
    return UnsafeMutableBufferPointer(
      start: start.assumingMemoryBound(to: UInt8.self), count: bytes)
  }
}
