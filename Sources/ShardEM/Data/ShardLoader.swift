import Files
import MessagePassing
import RowSources
import Synchronization

/// Open files whose rows are counted, ready to be read in part.
struct ShardLoader: Sendable {
  /// The files, whose rows are found.
  private(set) var files: [any DataFile]
  /// How their rows are cut into blocks.
  let plan: ShardPlan
  /// The rows of this rank.
  let runs: [ShardPlan.Block]

  /// Collective: one sum if any file is text. Each rank searches its share of the text for rows.
  ///
  /// - Parameter group: whose files this rank can read.
  init(
    _ files: [any DataFile], in group: FileGroup, threads: Int, world: any Communicator
  ) throws {
    let parts = files.indices.flatMap { file in
      (0..<files[file].scanPartCount).map { (file: file, part: $0) }
    }
    var scans = try ShardLoader.scans(
      parts, of: files, in: group, threads: threads, world: world)[...]
    self.files = files.map { file in
      let count = file.scanPartCount
      defer { scans = scans.dropFirst(count) }
      return count == 0 ? file : file.found(by: Array(scans.prefix(count)))
    }
    plan = ShardPlan(rowCounts: self.files.map { $0.rowCount })
    runs = plan.runs(ofRank: group.rank, size: group.size, among: group.files)
  }

  /// The scans of all parts on every rank: each brings its share, and zeros for the rest.
  private static func scans(
    _ parts: [(file: Int, part: Int)], of files: [any DataFile], in group: FileGroup, threads: Int,
    world: any Communicator
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
          let scan = try files[parts[place].file].scan(part: parts[place].part)
          for (offset, number) in scan.numbers.enumerated() {
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

  /// The same files, whose columns become numbers in this way.
  func coded(by coding: [ColumnCoding]) -> ShardLoader {
    var loader = self
    loader.files = files.map { $0.coded(by: coding) }
    return loader
  }

  /// The rows of this rank, which follow each other over all shards.
  var ownRange: Range<Int> {
    let first = runs.first?.firstRow ?? 0
    return first..<first + runs.reduce(0) { $0 + $1.rows.count }
  }

  /// The rows of this rank, of each file.
  var ownRows: [Range<Int>] {
    files.indices.map { shard in runs.first { $0.shard == shard }?.rows ?? 0..<0 }
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
      let file = files[number]
      let source: any RowSource =
        if rows.isEmpty {
          // Of which this rank need not open the file.
          InMemoryRows(file.table)
        } else if memory.holdsRows || file.isStreamable {
          try file.source(of: rows, inMemory: memory.holdsRows, threads: threads)
        } else {
          try scratched(rows, ofFile: number, scratch!, memory, threads: threads)
        }
      sources.withLock { $0[number] = source }
    }
    return sources.withLock { $0.map { $0! } }
  }

  /// Rows that are read from a copy of them.
  private func scratched(
    _ rows: Range<Int>, ofFile number: Int, _ scratch: Scratch, _ memory: RowMemory, threads: Int
  ) throws -> any RowSource {
    let file = files[number]
    let offset = scratch.offsets[number]
    try file.forEachPiece(
      of: rows, pieceBytes: max(memory.pieceBytes / threads, 1), threads: threads
    ) { values, piece in
      try scratch.file.write(
        UnsafeBufferPointer(start: values, count: piece.count * file.columnCount),
        at: offset + (piece.lowerBound - rows.lowerBound) * file.columnCount * 8)
    }
    return scratch.file.rows(rows, of: file.table, at: offset)
  }
}

/// Where copies of rows are kept that are costly to get from their files.
private struct Scratch {
  let file: ScratchFile
  /// Where the rows of each file begin, in bytes.
  let offsets: [Int]

  /// - Parameter rows: for each file.
  /// - Returns: nil if there are none to be copied.
  init?(_ rows: [Range<Int>], of files: [any DataFile]) throws {
    var end = 0
    offsets = zip(rows, files).map { rows, file in
      defer { end += file.isStreamable ? 0 : rows.count * file.columnCount * 8 }
      return end
    }
    guard end > 0 else { return nil }
    file = try ScratchFile(byteCount: end)
  }
}
