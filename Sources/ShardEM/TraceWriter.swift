import Files

/// Writes a trace: one JSON object per line and iteration, each as soon as it is known.
///
/// Until `commit` the lines are in `.NAME.RANDOM.partial` beside the file, where they can be read
/// while the fit runs; an older file is replaced only then.
public final class TraceWriter {
  private let path: String
  private var file: WholeFile?
  /// Lines yet to be written before the next.
  private var earlier: [UInt8] = []
  /// What killed fits have left, until its lines are written again.
  private var leftovers: [OutputLeftover]
  /// The bytes written.
  private var size = 0

  /// The partial file is created when the first line is written: a fit that does not begin leaves
  /// none.
  ///
  /// - Throws: `FileError` if it could not be written.
  public init(path: String) throws {
    try WholeFile.requireWritable(path)
    self.path = path
    leftovers = OutputLeftover.all(of: path)
  }

  /// Of a fit that goes on: the lines up to there are kept, those of the older trace or of what
  /// killed fits left of one, whichever has more of them.
  ///
  /// - Throws: `FileError` if an older trace cannot be read or the new one written.
  public convenience init(
    path: String, goingOnFrom state: FitState
  ) throws {
    try self.init(path: path)
    for path in [path] + leftovers.map(\.path) {
      let lines = try EarlierTrace(path)?.lines(upTo: state) ?? []
      if lines.count > earlier.count { earlier = lines }
    }
  }

  /// Appends the line of one iteration.
  ///
  /// - Throws: `FileError` if it cannot be written, such as on a full disk.
  public func write(_ report: IterationReport) throws {
    let file = try self.file ?? WholeFile.create(path, size: 0)
    self.file = file
    let lines = earlier + (report.traceLine + "\n").utf8
    earlier = []
    try file.write(lines, at: size)
    size += lines.count
    for leftover in leftovers { leftover.remove() }
    leftovers = []
  }

  /// Gives the trace its name, once the fit has ended.
  ///
  /// - Throws: `FileError` if it is not on disk.
  public func commit() throws { try file?.commit() }

  /// Removes the lines written, of a fit that failed; an older trace stays.
  public func abandon() { file?.abandon() }
}
