import Files
import SystemLibrary

/// The stretch of a text that is at hand: it grows at its end and is dropped from its front.
final class TextWindow {
  private let stream: any TextStream
  private let most: Int
  private var memory: UnsafeMutableBufferPointer<UInt8>
  private var held = 0..<0
  /// Whether the text ends where the window ends.
  private(set) var isAtEnd = false

  /// - Parameters:
  ///   - bytes: the size of the window while no more is needed at a time.
  ///   - most: beyond that size it does not grow.
  init(_ stream: any TextStream, bytes: Int, most: Int) throws {
    (self.stream, self.most) = (stream, max(bytes, most))
    memory = try TextWindow.memory(nil, bytes: bytes, path: stream.path)
  }

  deinit { free(memory.baseAddress) }

  /// The file's path as given.
  var path: String { stream.path }
  /// What is at hand; the memory is that of the window.
  var text: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: memory[held]) }
  /// Whether there is no more to come, or no room for it.
  var isComplete: Bool { isAtEnd || held.count == most }

  /// Reads more text.
  ///
  /// - Throws: `FileError` or `RowSourceError` if it cannot be read, is damaged, or there is no memory
  ///   left.
  func extend() throws {
    memory.baseAddress!.update(
      from: memory.baseAddress! + held.lowerBound, count: held.count)
    // Half of the memory is for what is new.
    if 2 * held.count > memory.count {
      memory = try TextWindow.memory(
        memory.baseAddress, bytes: min(2 * held.count, most), path: path)
    }
    let free = UnsafeMutableBufferPointer(rebasing: memory[held.count...])
    let count = try stream.read(into: free)
    isAtEnd = count < free.count
    held = 0..<held.count + count
  }

  /// Drops the first `count` bytes.
  func drop(_ count: Int) { held = held.lowerBound + count..<held.upperBound }

  /// Memory that holds what `old` did, which the system moves without another copy of it.
  private static func memory(
    _ old: UnsafeMutablePointer<UInt8>?, bytes: Int, path: String
  ) throws -> UnsafeMutableBufferPointer<UInt8> {
    guard let start = realloc(old, bytes) else { throw FileError.reading(path, ENOMEM) }
    return UnsafeMutableBufferPointer(
      start: start.assumingMemoryBound(to: UInt8.self), count: bytes)
  }
}
