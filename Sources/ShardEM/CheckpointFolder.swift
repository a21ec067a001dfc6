import MessagePassing
import RowSources

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder with the checkpoints of one fit, `checkpoint-RESTART-ITERATION.json`: the newest, and
/// the one before it in case the newest is damaged.
public struct CheckpointFolder: Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  /// Makes sure that there is such a folder, and that a new fit may fill it.
  ///
  /// - Throws: `CheckpointError` if it holds checkpoints already or cannot be made.
  public func prepareForNewFit() throws {
    if mkdir(path, 0o777) != 0 && errno != EEXIST {
      throw CheckpointError(path, .cannotCreate(code: errno))
    }
    guard try places().isEmpty else { throw CheckpointError(path, .occupied) }
  }

  func file(_ place: FitPlace) -> String {
    "\(path)/checkpoint-\(place.restart)-\(place.iteration).json"
  }

  /// Writes a checkpoint, whole or not at all, and removes all others but `previous`, and what
  /// killed jobs had begun to write.
  func write(_ checkpoint: Checkpoint, previous: FitPlace?) throws -> FitPlace {
    let place = FitPlace(restart: checkpoint.restart, iteration: checkpoint.iteration)
    try WholeFile.write(try checkpoint.encoded(), to: file(place))
    for name in try FolderListing.names(path) {
      let other = FitPlace(fileName: name)
      let isOld = other != nil && other != place && other != previous
      let isUnfinished = name.hasPrefix(".checkpoint-") && name.hasSuffix(".partial")
      if isOld || isUnfinished { unlink("\(path)/\(name)") }
    }
    return place
  }

  /// The newest checkpoint that is whole, and the names of newer ones that are not.
  ///
  /// - Returns: nil if there are no checkpoints, or not even the folder.
  /// - Throws: `CheckpointError` if all are damaged.
  func newest() throws -> (checkpoint: Checkpoint, file: String, damaged: [String])? {
    guard access(path, F_OK) == 0 else { return nil }
    var damaged: [String] = []
    for place in try places().sorted(by: >) {
      let name = file(place)
      if let checkpoint = try? Self.read(name) { return (checkpoint, name, damaged) }
      damaged.append(name)
    }
    guard damaged.isEmpty else { throw CheckpointError(damaged[0], .damaged) }
    return nil
  }

  /// Nil if the file is no whole checkpoint.
  private static func read(_ path: String) throws -> Checkpoint? {
    let file = try MappedFile(path: path)
    return withExtendedLifetime(file) { Checkpoint(Array(file.bytes)) }
  }

  private func places() throws -> [FitPlace] {
    try FolderListing.names(path).compactMap(FitPlace.init(fileName:))
  }
}

extension FitPlace {
  fileprivate init?(fileName: String) {
    let parts = fileName.split(separator: "-")
    guard parts.count == 3, parts[0] == "checkpoint", parts[2].hasSuffix(".json"),
      let restart = Int(parts[1]), let iteration = Int(parts[2].dropLast(5))
    else { return nil }
    self.init(restart: restart, iteration: iteration)
  }
}

/// Why a fit cannot go on from a checkpoint, or not keep any.
public struct CheckpointError: InputError, Equatable {
  public enum Problem: Equatable, Sendable {
    case cannotCreate(code: CInt)
    /// A new fit is to write where another fit's checkpoints are.
    case occupied
    /// There is nothing to go on from.
    case none
    /// Not one checkpoint is whole.
    case damaged
    /// Made with another value of an option; nil if it was not in use.
    case setting(option: String, found: String?, expected: String?)
    /// Made with another limit of iterations, after starts that have ended with it.
    case startsEnded(found: String, expected: Int)
    /// The fit is past the limit of iterations that it is to go on with.
    case beyondLimit(iteration: Int, limit: Int)
    /// Made of other data; in what these differ.
    case data(String)
    /// Of a model of another size.
    case size
  }

  /// The checkpoint, or the folder.
  public let path: String
  public let problem: Problem

  package init(_ path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }

  /// There is no checkpoint in `folder`.
  public init(nothingIn folder: String) { self.init(folder, .none) }
}

extension CheckpointError: CustomStringConvertible {
  public var description: String { "\(path): \(sentence)" }

  private var sentence: String {
    switch problem {
    case .cannotCreate(let code):
      "no folder for checkpoints can be made here: \(String(cString: strerror(code)))"
    case .occupied:
      "holds checkpoints of an earlier fit; add --resume \(path) to go on from them, or name "
        + "another folder"
    case .none: "no checkpoint to go on from"
    case .damaged: "damaged, and there is no older checkpoint; begin anew without --resume"
    case .setting(let option, let found, let expected):
      "made with \(described(option, found)), not with \(described(option, expected)); give the "
        + "options of then, or begin anew without --resume"
    case .startsEnded(let found, let expected):
      "made with \(FitIdentity.limitOption) \(found), not with \(expected), after a start that ended "
        + "with it; give that, or begin anew without --resume"
    case .beyondLimit(let iteration, let limit):
      "made after iteration \(iteration), past \(FitIdentity.limitOption) \(limit); give at least "
        + "\(iteration), or begin anew without --resume"
    case .data(let difference):
      "made of other data: these have \(difference); give the data of then, or begin anew "
        + "without --resume"
    case .size: "made of a model of another size"
    }
  }

  private func described(_ option: String, _ value: String?) -> String {
    value.map { "\(option) \($0)" } ?? "no \(option)"
  }
}
