import Files
import MessagePassing
import RowSources
import Synchronization

/// Open files whose rows are counted, ready to be read in part.
struct ShardLoader: Sendable {
  /// The rows of each file.
  let rowCounts: [Int]
  private let files: [DataFile]
  /// Per file where its rows are; nil for files that need no search.
  private let indices: [CSVIndex?]

  /// Collective: one sum if any file is text. Each rank searches its share of the text for rows.
  ///
  /// - Parameter group: whose files this rank can read.
  init<World: Communicator>(
    _ files: [DataFile], in group: FileGroup, threads: Int, world: World
  ) throws {
    self.files = files
    let parts = files.indices.flatMap { file in
      (0..<files[file].scanPartCount).map { (file: file, part: $0) }
    }
    var scans = try ShardLoader.scans(
      parts, of: files, in: group, threads: threads, world: world)[...]
    indices = files.map { file in
      guard file.rowCount == nil else { return nil }
      defer { scans = scans.dropFirst(file.scanPartCount) }
      return CSVIndex(Array(scans.prefix(file.scanPartCount)))
    }
    rowCounts = zip(files, indices).map { $0.rowCount ?? $1!.rowCount }
  }

  /// The scans of all parts on every rank: each brings its share, and zeros for the rest.
  private static func scans<World: Communicator>(
    _ parts: [(file: Int, part: Int)], of files: [DataFile], in group: FileGroup, threads: Int,
    world: World
  ) throws -> [CSVPartScan] {
    if parts.isEmpty { return [] }
    let width = CSVPartScan.numberCount
    let readable = parts.indices.filter { group.files.contains(parts[$0].file) }
    let own = readable[
      readable.count * group.rank / group.size..<readable.count * (group.rank + 1) / group.size]
    // At last the number of ranks that failed.
    var numbers = [Double](repeating: 0, count: parts.count * width + 1)
    var failure: (any Error)?
    numbers.withUnsafeMutableBufferPointer { buffer in
      // Each item writes its own place.
      nonisolated(unsafe) let buffer = buffer
      do {
        try forEachItem(of: own.count, threads: threads) { _, item in
          let place = own[own.startIndex + item]
          guard case .csv(let text) = files[parts[place].file] else { return }
          for (offset, number) in try text.scan(part: parts[place].part).numbers.enumerated() {
            buffer[place * width + offset] = number
          }
        }
      } catch {
        failure = error
        buffer[buffer.count - 1] = 1
      }
    }
    try world.sum(&numbers)
    if numbers.removeLast() > 0 { throw try world.agreedFailure(failure) }
    return parts.indices.map {
      CSVPartScan(numbers: numbers[$0 * width..<($0 + 1) * width])
    }
  }

  /// The files as sources, of which those rows can be read many times.
  ///
  /// - Parameters:
  ///   - rows: for each file, the rows that this rank needs.
  ///   - memory: if it does not hold rows, those that are no plain numbers in their file are written
  ///     to a scratch file, once.
  func load(_ rows: [Range<Int>], _ memory: RowMemory, threads: Int) throws -> [any RowSource] {
    let sources = Mutex([(any RowSource)?](repeating: nil, count: files.count))
    let scratch = try memory.holdsRows ? nil : Scratch(rows, of: files)
    // Several files at a time, for those that one thread each unpacks.
    try forEachItem(of: files.count, threads: threads) { _, number in
      let rows = rows[number]
      let source: any RowSource =
        switch files[number] {
        case _ where rows.isEmpty: absentRows(ofFile: number)
        case .numbers(let file) where memory.holdsRows || file.isStreamable:
          try file.source(of: rows, inMemory: memory.holdsRows)
        case .csv(let text) where memory.holdsRows:
          try text.parse(rows: rows, index: indices[number]!, threads: threads)
        default: try scratched(rows, ofFile: number, scratch!, memory, threads: threads)
        }
      sources.withLock { $0[number] = source }
    }
    return sources.withLock { $0.map { $0! } }
  }

  /// A file of which this rank has no rows, and which it need not open.
  private func absentRows(ofFile number: Int) -> InMemoryRows {
    InMemoryRows(
      name: files[number].name, columnCount: files[number].columnCount, values: [],
      rowCount: rowCounts[number])
  }

  /// Rows that are read from a copy of them.
  private func scratched(
    _ rows: Range<Int>, ofFile number: Int, _ scratch: Scratch, _ memory: RowMemory, threads: Int
  ) throws -> any RowSource {
    let columnCount = files[number].columnCount
    let offset = scratch.offsets[number]
    try forEachPiece(
      of: rows, ofFile: number, pieceBytes: max(memory.pieceBytes / threads, 1), threads: threads
    ) { values, piece in
      try scratch.file.write(
        UnsafeBufferPointer(start: values, count: piece.count * columnCount),
        at: offset + (piece.lowerBound - rows.lowerBound) * columnCount * 8)
    }
    return scratch.file.rows(rows, of: files[number], rowCount: rowCounts[number], at: offset)
  }

  /// Reads rows of a file in order, and gives `body` one piece of them after the other, row-major,
  /// as `RowSources.forEachPiece` cuts them.
  func forEachPiece(
    of rows: Range<Int>, ofFile number: Int, pieceBytes: Int = 32 << 20, threads: Int,
    _ body: (UnsafePointer<Double>, Range<Int>) throws -> Void
  ) throws {
    switch files[number] {
    case .csv(let text):
      try text.forEachPiece(
        of: rows, index: indices[number]!, pieceBytes: pieceBytes, threads: threads, body)
    case .numbers(let file):
      let source = try file.source(of: rows, inMemory: false)
      try RowSources.forEachPiece(
        of: rows, columnCount: file.columnCount, pieceBytes: pieceBytes
      ) { piece, memory in
        try source.withRows(piece, scratch: memory) { try body($0, piece) }
      }
    case .remote(let file):
      preconditionFailure("rows of \(file.name) on another host than its own")
    }
  }
}

/// Where copies of rows are kept that are costly to get from their files.
private struct Scratch {
  let file: ScratchFile
  /// Where the rows of each file begin, in bytes.
  let offsets: [Int]

  /// - Parameter rows: for each file.
  /// - Returns: nil if there are none to be copied.
  init?(_ rows: [Range<Int>], of files: [DataFile]) throws {
    var end = 0
    offsets = zip(rows, files).map { rows, file in
      defer { end += file.isStreamable ? 0 : rows.count * file.columnCount * 8 }
      return end
    }
    guard end > 0 else { return nil }
    file = try ScratchFile(byteCount: end)
  }
}
