import RowSources

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes a trace: one JSON object per line and iteration, each as soon as it is known.
public final class TraceWriter {
  private let path: String
  private var file: UnsafeMutablePointer<FILE>?

  /// The file is created, or emptied, when the first line is written: a fit that does not begin
  /// leaves none.
  ///
  /// - Throws: `RowSourceError` if it could not be written.
  public init(path: String) throws {
    try WholeFile.requireWritable(path)
    self.path = path
  }

  deinit { if let file { fclose(file) } }

  /// Appends the line of one iteration.
  ///
  /// - Throws: `RowSourceError` if it cannot be written, such as on a full disk.
  public func write(_ report: IterationReport) throws {
    file = file ?? fopen(path, "w")
    guard let file, fputs(report.traceLine + "\n", file) >= 0, fflush(file) == 0 else {
      throw RowSourceError(.unwritable(code: errno), path: path)
    }
  }
}

extension IterationReport {
  /// A JSON object; `compute_seconds` are the slowest rank's, other seconds this rank's.
  public var traceLine: String {
    let fields: [(String, String)] = [
      ("restart", "\(restart)"),
      ("iteration", "\(iteration)"),
      ("mean_log_likelihood", json(meanLogLikelihood)),
      ("change", change.map(json) ?? "null"),
      ("parameter_change", json(parameterChange)),
      ("converged", "\(converged)"),
      ("seconds", json(seconds)),
      ("compute_seconds", json(computeSeconds.max() ?? 0)),
      ("communication_seconds", json(communicationSeconds)),
      ("imbalance", json(imbalance)),
      ("rows", "\(rows)"),
      ("ranks", "\(ranks)"),
      ("threads", "\(threads)"),
    ]
    return "{" + fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
  }
}

/// A number in the shortest form that reads back to the same bits; JSON has no other than finite.
private func json(_ number: Double) -> String { number.isFinite ? "\(number)" : "null" }
