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
  init<World: Communicator>(_ files: [DataFile], threads: Int, world: World) throws {
    self.files = files
    let texts: [CSVFile?] = files.map { if case .csv(let text) = $0 { text } else { nil } }
    let parts = texts.compactMap { $0 }.flatMap { text in
      (0..<text.scanPartCount).map { (text, $0) }
    }
    var scans = try ShardLoader.scans(parts, threads: threads, world: world)[...]
    var indices: [CSVIndex?] = []
    for text in texts {
      let own = scans.prefix(text?.scanPartCount ?? 0)
      scans = scans.dropFirst(own.count)
      indices.append(text?.index(Array(own)))
    }
    self.indices = indices
    rowCounts = zip(files, indices).map { file, index in
      switch file {
      case .numbers(let file): file.rowCount
      case .csv: index!.rowCount
      }
    }
  }

  /// The scans of all parts on every rank: each brings its share, and zeros for the rest.
  private static func scans<World: Communicator>(
    _ parts: [(CSVFile, Int)], threads: Int, world: World
  ) throws -> [CSVPartScan] {
    if parts.isEmpty { return [] }
    let width = CSVPartScan.numberCount
    let own = parts.count * world.rank / world.size..<parts.count * (world.rank + 1) / world.size
    // At last the number of ranks that failed.
    var numbers = [Double](repeating: 0, count: parts.count * width + 1)
    var failure: (any Error)?
    numbers.withUnsafeMutableBufferPointer { buffer in
      // Each item writes its own place.
      nonisolated(unsafe) let buffer = buffer
      do {
        try forEachItem(of: own.count, threads: threads) { _, item in
          let (file, part) = parts[own.lowerBound + item]
          for (offset, number) in try file.scan(part: part).numbers.enumerated() {
            buffer[(own.lowerBound + item) * width + offset] = number
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

  /// The files as sources, of which those rows can be read.
  ///
  /// - Parameter rows: for each file, the rows that this rank needs.
  func load(_ rows: [Range<Int>], threads: Int) throws -> [any RowSource] {
    let sources = Mutex([(any RowSource)?](repeating: nil, count: files.count))
    // Several files at a time, for those that one thread each unpacks.
    try forEachItem(of: files.count, threads: threads) { _, number in
      let source: any RowSource =
        switch files[number] {
        case .numbers(let file): try file.source(of: rows[number], inMemory: true)
        case .csv(let text):
          try text.parse(rows: rows[number], index: indices[number]!, threads: threads)
        }
      sources.withLock { $0[number] = source }
    }
    return sources.withLock { $0.map { $0! } }
  }

  /// Reads rows of a file in order, and gives `body` one piece of them after the other, row-major,
  /// as `RowSources.forEachPiece` cuts them.
  func forEachPiece(
    of rows: Range<Int>, ofFile number: Int, threads: Int,
    _ body: (UnsafePointer<Double>, Range<Int>) throws -> Void
  ) throws {
    switch files[number] {
    case .csv(let text):
      try text.forEachPiece(of: rows, index: indices[number]!, threads: threads, body)
    case .numbers(let file):
      let source = try file.source(of: rows, inMemory: false)
      try RowSources.forEachPiece(of: rows, columnCount: file.columnCount) { piece, memory in
        try source.withRows(piece, scratch: memory) { try body($0, piece) }
      }
    }
  }
}
