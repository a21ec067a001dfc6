import Files

/// Blocks of the bytes of a file, evenly spread, by which copies are told from each other in little
/// time; of a small file, all of it.
package struct FileSample {
  /// The most blocks.
  package var blocks: Int
  /// The bytes of a block.
  package var blockBytes = 1 << 14

  package init(blocks: Int) { self.blocks = blocks }

  /// All of a file, of any size that memory could hold.
  package static let whole = FileSample(blocks: 1 << 40)

  /// Gives `body` the blocks of the file at `path`, in order.
  ///
  /// Of gzip'ed files the time of packing counts as 0: it differs between copies that were packed
  /// apart from each other.
  /// - Throws: `FileError` if the file cannot be read, or has been shortened.
  package func forEachBlock(
    of path: String, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws {
    let file = try InputFile(path: path)
    let count = max(blocks, 1)
    let whole = file.size <= count * blockBytes
    let size = whole ? min(file.size, 1 << 20) : blockBytes
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { buffer.deallocate() }
    for start in starts(in: file.size, count: count, step: size, whole: whole) {
      let block = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(size, file.size - start)])
      try file.fill(block, at: start)
      if start == 0 && block.count >= 8 && block.starts(with: [0x1f, 0x8b]) {
        for place in 4..<8 { block[place] = 0 }
      }
      body(UnsafeRawBufferPointer(block))
    }
  }

  /// Where the blocks begin: the first and the last byte of the file are in one; a single block is
  /// in the middle.
  private func starts(in size: Int, count: Int, step: Int, whole: Bool) -> [Int] {
    if whole { return Array(stride(from: 0, to: size, by: step)) }
    if count == 1 { return [(size - step) / 2] }
    let last = size - step
    return (0..<count).map { last / (count - 1) * $0 + last % (count - 1) * $0 / (count - 1) }
  }
}
