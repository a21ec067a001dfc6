import MessagePassing
import RowSources

/// The rows of data files, to be read once and in order, which ranks share as they do for a fit;
/// nothing is kept.
public struct RowStream: Sendable {
  /// The files, in the order of their rows.
  public var files: [any DataFile] { shards.files }
  /// What was decided about the files that a user may not expect.
  public let notices: [DataNotice]
  /// How the rows are divided among the files.
  public var plan: ShardPlan { shards.plan }
  /// D.
  public var columnCount: Int { files[0].columnCount }
  private let shards: ShardLoader
  private let missing: MissingCells

  /// What the files call the columns, no two alike; nil if they have no names, or do not agree.
  public var columnNames: [String]? { DataSet.names(of: files, besides: []) }

  /// The number of rows of all files.
  public var rowCount: Int { plan.rowCount }

  /// Collective. Opens the files that `arguments` name: files, patterns, folders.
  ///
  /// - Parameter threads: how many threads of this rank search and parse text.
  /// Files without rows are left out, as long as some have rows.
  /// - Throws: on every rank the same error, about the first file that cannot be read.
  public static func open(
    _ arguments: [String], options: ReadOptions = ReadOptions(), threads: Int = 1,
    world: any Communicator
  ) throws -> RowStream {
    let opened = try world.agree {
      let opened = try DataFiles.open(arguments, options)
      try opened.requireRows()
      try opened.files.requireSameColumns(options)
      return opened
    }
    try world.requireSameFiles(opened.files)
    let group = FileGroup(of: opened.files, sharedBy: world)
    return RowStream(
      notices: opened.notices,
      shards: try ShardLoader(opened.files, in: group, threads: threads, world: world),
      missing: options.missing)
  }

  /// Calls `body` with the rows of this rank, piece by piece, in order.
  ///
  /// - Throws: `RowSourceError` for the first value that is no finite number and may not be
  ///   missing, or what `body` throws.
  public func forEachPiece(threads: Int = 1, _ body: (Piece) throws -> Void) throws {
    for run in shards.runs {
      let file = files[run.shard]
      try file.forEachPiece(of: run.rows, pieceBytes: 32 << 20, threads: threads) {
        values, rows in
        var scan = ColumnScan(columnCount: columnCount, mayMiss: missing.areAllowed)
        if let bad = scan.add(values, count: rows.count) {
          let value = values[bad.row * columnCount + bad.column]
          throw file.notFinite(value, row: rows.lowerBound + bad.row, column: bad.column)
        }
        try body(
          Piece(
            values: UnsafeBufferPointer(start: values, count: rows.count * columnCount),
            firstRow: run.firstRow + rows.lowerBound - run.rows.lowerBound, file: file,
            firstRowOfFile: rows.lowerBound))
      }
    }
  }

  /// Some rows of one file. Valid only inside the call that receives it.
  public struct Piece {
    /// Finite numbers, row-major, and NaN for missing cells.
    public let values: UnsafeBufferPointer<Double>
    /// The number of the first row, counted from 0 over all files.
    public let firstRow: Int
    fileprivate let file: any DataFile
    fileprivate let firstRowOfFile: Int

    /// The error for value number `index`, counted from 0, that cannot be used.
    public func error(_ problem: RowSourceError.Problem, at index: Int) -> RowSourceError {
      let (row, column) = index.quotientAndRemainder(dividingBy: file.columnCount)
      return file.error(problem, row: firstRowOfFile + row, column: column)
    }
  }
}
