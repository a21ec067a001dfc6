import Files

/// One shard on disk that was opened: what it says of itself, and its rows.
public protocol DataFile: Tabular {
  /// Which rows these are, whatever the file is called; nil if that is unknown.
  var identity: FileIdentity? { get }
  /// What the first look at the file tells, on which all later reading relies.
  var summary: String { get }
  /// What kind of file it is and how it was understood, for users.
  var details: String { get }

  /// The parts to scan for rows; 0 if these are known.
  var scanPartCount: Int { get }
  /// Scans a part, counted from 0, for the ends of rows: ranks and threads may scan different parts,
  /// in any order.
  ///
  /// - Throws: `FileError` or `RowSourceError` if it cannot be read, or is damaged.
  func scan(part number: Int) throws -> CSVPartScan
  /// The file with its rows found by the scans of all parts, in order.
  func found(by scans: [CSVPartScan]) -> any DataFile

  /// The same file, whose columns become numbers in this way.
  func coded(by coding: [ColumnCoding]) -> any DataFile

  /// The bytes that a row takes in memory.
  var heldRowBytes: Int { get }
  /// Whether a source that is not in memory can be read many times, by several threads at a time,
  /// at little cost beside that of the disk.
  var isStreamable: Bool { get }
  /// The bytes of memory that unpacking takes, beside those of the rows, while rows are read.
  var unpackingBytes: Int { get }

  /// A source of the rows `rows`, and no others.
  ///
  /// - Parameters:
  ///   - inMemory: whether they are held in memory, rather than read from the file each time; text is
  ///     held anyway.
  ///   - threads: how many threads share the work; the result does not depend on it.
  /// - Throws: `FileError` or `RowSourceError` if they cannot be read, or about the first fault of
  ///   text.
  func source(of rows: Range<Int>, inMemory: Bool, threads: Int) throws -> any RowSource
  /// Reads `rows` in order, and gives `body` one piece of them after the other, row-major, of
  /// `pieceBytes` or one row.
  ///
  /// - Throws: as `source(of:inMemory:threads:)`, or what `body` throws.
  func forEachPiece(
    of rows: Range<Int>, pieceBytes: Int, threads: Int,
    _ body: (UnsafePointer<Double>, Range<Int>) throws -> Void
  ) throws
}

extension DataFile {
  public var identity: FileIdentity? { FileIdentity(ofExisting: name) }
  public var heldRowBytes: Int { 8 * columnCount }
  public var isStreamable: Bool { false }
  public var unpackingBytes: Int { 0 }

  /// The file with its rows found, by one thread.
  public func found() throws -> any DataFile {
    scanPartCount == 0 ? self : found(by: try (0..<scanPartCount).map(scan))
  }
}
