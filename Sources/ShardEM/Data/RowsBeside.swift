import MessagePassing
import RowSources
import Rows

/// Numbers in a file or array of their own, a row of them for each row of the data.
public struct RowsBeside: Sendable {
  let source: any RowSource
  /// What messages call it.
  public var name: String { source.name }
  public var columnCount: Int { source.columnCount }
  /// What a file has for the numbers from 0 on; nil: these themselves.
  private(set) var words: Categories?

  /// - Parameter values: N × `columnCount` numbers, row-major, N the rows of the data.
  public init(values: [Double], columnCount: Int, name: String = "responsibilities") {
    source = InMemoryRows(name: name, columnCount: columnCount, values: values)
  }

  init(_ source: any RowSource, words: Categories? = nil) {
    (self.source, self.words) = (source, words)
  }

  /// Calls `body` with the numbers beside the rows of `block`, `block.count` × `columnCount`.
  func withRows<Result>(
    of block: RowBlock, scratch: Workspace, _ body: (UnsafePointer<Double>) throws -> Result
  ) throws -> Result {
    try source.withRows(
      block.firstRow..<block.firstRow + block.count,
      scratch: scratch.reserve(block.count * columnCount), body)
  }

  /// What is wrong with a number, at a row counted from 0 over all shards and a column from 0.
  func error(_ value: Double, row: Int, column: Int, expected: String) -> DataSetError {
    .unsuitable(
      path: name, row: source.firstRowNumber + row, column: source.column(column),
      problem: ValueProblem(
        row: row, column: column, value: value, word: word(value), expected: expected))
  }

  /// What a file of words has for a number.
  private func word(_ value: Double) -> String? {
    guard let words, let place = Int(exactly: value) else { return nil }
    return words.names.indices.contains(place) ? words.names[place] : nil
  }
}

extension DataSet {
  /// Collective. Opens a file with a row for each row over all shards, of which this rank reads those
  /// beside its own. Words in a text file of one column, which may have blanks in them, are read as their
  /// places in order.
  ///
  /// - Parameter options: how the data are read, whose decimals and delimiter the file has.
  /// - Throws: on every rank the same error: `RowSourceError`, or `DataSetError` if there are more rows
  ///   or fewer, or hosts have files of their own.
  public func open(
    beside path: String, options: ReadOptions = ReadOptions(), threads: Int = 1,
    world: any Communicator
  ) throws -> RowsBeside {
    let (file, labelOptions) = try world.agree { try Self.file(beside: path, options) }
    try world.requireSameFiles([file])
    let own = blocks.map { $0.firstRow..<$0.firstRow + $0.rows.count }
    try world.agree {
      guard zip(own, own.dropFirst()).allSatisfy({ $0.upperBound == $1.lowerBound }) else {
        throw DataSetError.localRows(path: path)
      }
    }
    let rows = (own.first?.lowerBound ?? 0)..<(own.last?.upperBound ?? 0)
    let labels = try labelOptions.map {
      try LabelFile(file, $0, rows: rowCount, threads: threads, world: world)
    }
    let loader = try labels?.loader ?? DataSet.loader(of: file, threads: threads, world: world)
    return RowsBeside(
      try DataSet.load(
        loader, beside: rows, of: rowCount, memory, threads: threads, world: world
      ) { DataSetError.rowsBeside(path: path, count: $0, rows: $1) }, words: labels?.words)
  }

  /// A file of numbers beside rows; or of labels, which may be words, and how it is read then.
  private static func file(
    beside path: String, _ options: ReadOptions
  ) throws -> (any DataFile, labels: ReadOptions?) {
    // Where a number is missing, what numbers must be is said.
    let file = try DataFiles.file(
      path,
      ReadOptions(
        delimiter: options.delimiter, decimalComma: options.decimalComma, missing: .allowed()))
    guard let text = file as? CSVFile, text.columnCount == 1 || text.mayHaveBlanksInWords else {
      return (file, nil)
    }
    var labels = LabelFile.options(reading: options)
    // That data have no header says nothing of a file beside them.
    labels.header = nil
    return (try LabelFile.open(path, labels), labels)
  }

  /// Collective. A file that all ranks see, with its rows found.
  static func loader(
    of file: any DataFile, threads: Int, world: any Communicator
  ) throws -> ShardLoader {
    try ShardLoader(
      [file], in: FileGroup(of: [file], sharedBy: world), threads: threads, world: world)
  }

  /// Collective. The rows of a file that are beside `rows`, this rank's among `total`.
  ///
  /// - Parameter mismatch: the error about a file of another number of rows.
  static func load(
    _ loader: ShardLoader, beside rows: Range<Int>, of total: Int, _ memory: RowMemory,
    threads: Int,
    world: any Communicator, mismatch: (_ count: Int, _ total: Int) -> DataSetError
  ) throws -> any RowSource {
    guard loader.plan.rowCount == total else { throw mismatch(loader.plan.rowCount, total) }
    return try world.agree { try loader.load([rows], memory, threads: threads)[0] }
  }
}
