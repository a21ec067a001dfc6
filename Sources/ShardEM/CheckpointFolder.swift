import Files
import MessagePassing
import RowSources
import SystemLibrary

/// A folder with the checkpoints of one fit, `checkpoint-ENDED-ITERATIONS.bin` after so many starts that
/// have ended and iterations of all starts: the newest, and the one before it in case the newest is
/// damaged.
public struct CheckpointFolder: Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  /// Makes the folder unless it is there, and keeps other fits from writing there.
  ///
  /// - Parameters:
  ///   - withFolders: whether it keeps them from the folders in it, too.
  ///   - onWaiting: is told what for, should the end of a fit on another host, perhaps one that has
  ///     failed, have to be waited for.
  /// - Returns: nil if there is no such folder and `creating` is false.
  /// - Throws: `CheckpointError` if it cannot be made or another fit writes there.
  public func locked(
    creating: Bool, withFolders: Bool = false, onWaiting: (String) -> Void = { _ in }
  ) throws -> FolderLock? {
    if creating { try create() }
    do {
      _ = try FolderListing.names(path)
    } catch let error as FileError where error.problem == .noSuchFile && !creating {
      return nil
    }
    return try FolderLock(path, withFolders: withFolders, onWaiting: onWaiting)
  }

  /// - Parameter onWaiting: as of `locked`.
  /// - Throws: `CheckpointError` if a fit writes there.
  public func requireUnlocked(onWaiting: (String) -> Void = { _ in }) throws {
    try FolderLock.requireNone(in: path, onWaiting: onWaiting)
  }

  /// Makes the folder unless it is there.
  ///
  /// - Throws: `CheckpointError` if it cannot be made.
  public func create() throws {
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw CheckpointError(path, .cannotCreate(code: errno))
    }
  }

  /// Whether it is there and holds checkpoints, whole or not.
  public var hasCheckpoints: Bool {
    get throws {
      do { return try !files().isEmpty } catch let error as FileError
        where error.problem == .noSuchFile || error.problem == .notAFolder
      { return false }
    }
  }

  /// - Throws: `CheckpointError` if the folder holds checkpoints already.
  public func requireEmpty() throws {
    guard try files().isEmpty else { throw CheckpointError(path, .occupied) }
  }

  /// Writes a checkpoint, whole or not at all, and removes all others but `previous`, and what
  /// killed jobs had begun to write.
  func write(_ checkpoint: Checkpoint, previous: FitPlace?) throws {
    let place = checkpoint.place
    let file = try WholeFile.create("\(path)/\(place.fileName)", size: 0)
    do {
      var size = 0
      try checkpoint.forEachPart {
        try file.write($0, at: size)
        size += $0.count
      }
      try file.commit()
    } catch {
      file.abandon()
      throw error
    }
    for name in try FolderListing.names(path) {
      let other = FitPlace(fileName: name)
      let isOld = other != nil && other != place && other != previous
      let isUnfinished = name.hasPrefix(".checkpoint-") && name.hasSuffix(".partial")
      if isOld || isUnfinished { unlink("\(path)/\(name)") }
    }
  }

  /// The newest checkpoint that is not damaged, and the names of newer ones that are.
  struct Newest {
    let checkpoint: Checkpoint
    let file: String
    let damaged: [String]
  }

  /// - Returns: nil if there are no checkpoints, or not even the folder.
  /// - Throws: `CheckpointError` if all are damaged or the newest is of another version;
  ///   `FileError` if one cannot be read.
  func newest() throws -> Newest? {
    var damaged: [String] = []
    let files: [String]
    do {
      files = try self.files()
    } catch let error as FileError where error.problem == .noSuchFile {
      return nil
    }
    for file in files {
      do {
        return Newest(checkpoint: try Checkpoint(file: file), file: file, damaged: damaged)
      } catch let error as CheckpointError where error.problem == .damaged {
        damaged.append(file)
      }
    }
    guard damaged.isEmpty else { throw CheckpointError(damaged[0], .damaged) }
    return nil
  }

  /// The checkpoints, the newest first.
  private func files() throws -> [String] {
    try FolderListing.names(path).compactMap { name in FitPlace(fileName: name).map { ($0, name) } }
      .sorted { $0.0 > $1.0 }.map { "\(path)/\($0.1)" }
  }
}

extension Checkpoint {
  /// Reads the checkpoint at `path`.
  ///
  /// - Throws: `CheckpointError` if it is damaged or of another version, `FileError` if it
  ///   cannot be read.
  init(file path: String) throws {
    var bytes: [UInt8] = []
    do {
      bytes = try fileContents(path)
    } catch let error as FileError where error.problem == .emptyFile {
      // Cut off to nothing.
    }
    try self.init(bytes, path: path)
  }

  /// The checkpoint that a path stands for, and its name: a file, or a folder, of which the newest
  /// counts.
  ///
  /// - Returns: nil if it is another kind of file, a folder without checkpoints, or not there.
  package static func find(_ path: String) throws -> (checkpoint: Checkpoint, file: String)? {
    do {
      return try findWhole(path)
    } catch let error as CheckpointError where error.problem == .damaged {
      throw CheckpointError(error.path, .damagedModel)
    }
  }

  private static func findWhole(_ path: String) throws -> (checkpoint: Checkpoint, file: String)? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    if status.st_mode & S_IFMT == S_IFDIR {
      return try CheckpointFolder(path).newest().map { ($0.checkpoint, $0.file) }
    }
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    let isNamedSo = FitPlace(fileName: name) != nil
    guard isNamedSo || (try? fileContents(path, atMost: 64)).map(isBeginning) == true else {
      return nil
    }
    return (try Checkpoint(file: path), path)
  }
}

extension FitPlace {
  fileprivate var fileName: String { "checkpoint-\(ended)-\(iterations).bin" }

  /// Of this version or the first, whose files were JSON; nil for another name.
  fileprivate init?(fileName: String) {
    let parts = fileName.split(separator: "-")
    guard parts.count == 3, parts[0] == "checkpoint", let ended = Int(parts[1]),
      let suffix = [".bin", ".json"].first(where: parts[2].hasSuffix),
      let iterations = Int(parts[2].dropLast(suffix.count))
    else { return nil }
    self.init(ended: ended, iterations: iterations)
  }
}
