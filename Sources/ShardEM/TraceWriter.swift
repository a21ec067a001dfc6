import RowSources

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Writes a trace: one JSON object per line and iteration, each as soon as it is known.
///
/// Until `commit` the lines are in `.NAME.RANDOM.partial` beside the file, where they can be read
/// while the fit runs; an older file is replaced only then.
public final class TraceWriter {
  private let path: String
  private var file: WholeFile?
  /// Lines yet to be written before the next.
  private var earlier: [UInt8] = []
  /// The bytes written.
  private var size = 0

  /// The partial file is created when the first line is written: a fit that does not begin leaves
  /// none.
  ///
  /// - Parameter place: the iteration after which a fit goes on; the lines of an older trace up to
  ///   there are kept.
  /// - Throws: `RowSourceError` if it could not be written.
  public init(path: String, goingOnFrom place: FitPlace? = nil) throws {
    try WholeFile.requireWritable(path)
    self.path = path
    if let place { earlier = Self.lines(of: path, upTo: place) }
  }

  /// The lines of the trace at `path`, if there is one, up to and with `place`.
  private static func lines(of path: String, upTo place: FitPlace) -> [UInt8] {
    guard let file = try? MappedFile(path: path) else { return [] }
    let decoder = JSONDecoder()
    return withExtendedLifetime(file) {
      file.bytes.split(separator: UInt8(ascii: "\n")).filter {
        (try? decoder.decode(FitPlace.self, from: Data($0))).map { $0 <= place } ?? false
      }.flatMap { $0 + [UInt8(ascii: "\n")] }
    }
  }

  /// Appends the line of one iteration.
  ///
  /// - Throws: `RowSourceError` if it cannot be written, such as on a full disk.
  public func write(_ report: IterationReport) throws {
    let file = try self.file ?? WholeFile.create(path, size: 0)
    self.file = file
    let lines = earlier + (report.traceLine + "\n").utf8
    earlier = []
    try file.write(lines, at: size)
    size += lines.count
  }

  /// Gives the trace its name, once the fit has ended.
  ///
  /// - Throws: `RowSourceError` if it is not on disk.
  public func commit() throws { try file?.commit() }

  /// Removes the lines written, of a fit that failed; an older trace stays.
  public func abandon() { file?.abandon() }
}

extension IterationReport {
  /// A JSON object; `compute_seconds` are the slowest rank's (`RankSeconds`), `processor_seconds`
  /// those of all ranks together, other seconds this rank's.
  public var traceLine: String {
    let fields: [(String, String)] = [
      ("restart", "\(restart)"),
      ("iteration", "\(iteration)"),
      ("mean_log_likelihood", json(meanLogLikelihood)),
      ("change", change.map(json) ?? "null"),
      ("parameter_change", json(parameterChange)),
      ("converged", "\(converged)"),
      ("start_seconds", json(startSeconds)),
      ("seconds", json(seconds)),
      ("compute_seconds", json(computeSeconds.slowest)),
      ("processor_seconds", json(processorSeconds)),
      ("communication_seconds", json(communicationSeconds)),
      ("m_step_seconds", json(mStepSeconds)),
      ("shared_seconds", json(sharedSeconds)),
      ("imbalance", json(imbalance)),
      ("message_bytes", "\(messageBytes)"),
      ("exchanged_bytes", "\(exchangedBytes)"),
      ("rows", "\(rows)"),
      ("ranks", "\(ranks)"),
      ("threads", "\(threads)"),
    ]
    return "{" + fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
  }
}

/// A number in the shortest form that reads back to the same bits; JSON has no other than finite.
private func json(_ number: Double) -> String { number.isFinite ? "\(number)" : "null" }
