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
    memory = .allocate(capacity: bytes)
  }

  deinit { memory.deallocate() }

  /// What is at hand; the memory is that of the window.
  var text: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: memory[held]) }

  /// Unpacks more text.
  ///
  /// - Throws: `RowSourceError`, also if the window has no end although it holds `longestRow`
  ///   bytes: it only grows while no row ends in it.
  func extend() throws {
    if held.count >= GzipWindow.longestRow {
      throw RowSourceError(.longRow(limit: GzipWindow.longestRow), path: stream.path)
    }
    // Half of the memory is for what is new.
    let capacity = max(memory.count, 2 * held.count)
    let larger = capacity > memory.count ? .allocate(capacity: capacity) : memory
    _ = larger.update(fromContentsOf: UnsafeBufferPointer(rebasing: memory[held]))
    if capacity > memory.count { memory.deallocate() }
    memory = larger
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

  /// More than a row of a table has: a text whose rows never end takes no more memory.
  static let longestRow = 64 << 20
}
