import Files
import JSONDocuments
import RowSources

/// The trace that an earlier fit wrote, perhaps not to its end.
struct EarlierTrace {
  private let bytes: [UInt8]

  /// Nil if there is none at `path`.
  ///
  /// - Throws: `FileError` if it cannot be read.
  init?(_ path: String) throws {
    do {
      bytes = try fileContents(path)
    } catch let error as FileError where [.noSuchFile, .emptyFile].contains(error.problem) {
      return nil
    }
  }

  /// The lines of each start up to and with the iteration of `state`; none if the last of any start is
  /// not of the same fit, with the log-likelihood that it had in that iteration.
  func lines(upTo state: FitState) -> [UInt8] {
    var kept: [UInt8] = []
    var last: [Int: Entry] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let entry = Self.entry(line), state.starts.indices.contains(entry.restart),
        entry.iteration <= state.starts[entry.restart]?.iteration ?? 0
      else { continue }
      kept += line + [UInt8(ascii: "\n")]
      last[entry.restart] = entry
    }
    let isOfThisFit = last.values.allSatisfy { entry in
      let start = state.starts[entry.restart]!
      if let objective = entry.meanObjective {
        return entry.iteration == start.iteration && objective == start.meanObjective
      }
      let mean = start.meanLogLikelihoods[entry.iteration - 1]
      // JSON has no infinities.
      return entry.mean == (mean.isFinite ? mean : nil)
    }
    return isOfThisFit ? kept : []
  }

  private struct Entry {
    let restart: Int
    let iteration: Int
    let mean: Double?
    /// Of a fit that has no log-likelihoods.
    let meanObjective: Double?
  }

  /// The iteration and its log-likelihood; nil of a line that was cut off.
  private static func entry(_ line: ArraySlice<UInt8>) -> Entry? {
    guard case .object(let members)? = try? JSONParser.parse(Array(line)),
      case .integer(let restart)? = members["restart"].flatMap({ $0 }),
      case .integer(let iteration)? = members["iteration"], iteration > 0,
      let start = Int(exactly: restart), let number = Int(exactly: iteration)
    else { return nil }
    func value(_ key: String) -> Double? {
      switch members[key] {
      case .number(let value)?: value
      case .integer(let value)?: Double(value)
      default: nil
      }
    }
    return Entry(
      restart: start, iteration: number, mean: value("mean_log_likelihood"),
      meanObjective: value("mean_objective"))
  }
}
