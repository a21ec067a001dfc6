import Synchronization
import SystemLibrary

/// The files and folders of this process that are not to outlive it, for a program that is told to
/// end to remove them.
///
/// All that makes, renames or removes them does so within `update`, so that the list is true.
public enum TemporaryFiles {
  public struct Paths: Sendable {
    /// Removed first.
    public var files: Set<String> = []
    /// Removed if they are empty then.
    public var folders: Set<String> = []
  }

  private static let all = Mutex(Paths())

  /// Runs `body`, which changes the paths and the disk alike, when no other thread does.
  public static func update<Value>(_ body: (inout Paths) throws -> sending Value) rethrows -> Value
  {
    try all.withLock { try body(&$0) }
  }

  /// Removes all of them and runs `body`, before any other can be made.
  public static func removeAll(then body: () -> Void) {
    update { paths in
      for file in paths.files { unlink(file) }
      for folder in paths.folders { rmdir(folder) }
      paths = Paths()
      body()
    }
  }
}
