import SystemLibrary

/// Which file a path stands for, or which dataset in it, whatever it is called: equal for `x` and
/// `./x`, for links and their targets.
public struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64
  /// The name in that folder of a file that is not there yet; nil for one that is.
  private let name: String?
  /// Where in the file a dataset is; nil of a file as a whole.
  private var dataset: UInt64?

  /// The file at `path`; nil if there is none.
  public init?(ofExisting path: String) {
    self.init(path, name: nil)
  }

  /// The dataset at an address in the file at `path`; nil if there is no such file.
  package init?(ofDataset address: UInt64, in path: String) {
    self.init(path, name: nil)
    dataset = address
  }

  /// The file at `path`, or the one that would be created there; nil without its folder.
  public init?(of path: String) {
    if let existing = FileIdentity(ofExisting: path) {
      self = existing
    } else {
      var path = path[...]
      while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
      let (folder, name) = OutputPath.split(OutputPath.target(of: String(path)))
      self.init(folder, name: name)
    }
  }

  private init?(_ path: String, name: String?) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status, name: name)
  }

  /// The file of which the system tells `status`.
  package init(_ status: stat, name: String? = nil) {
    // Types that differ by system.
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
    self.name = name
  }
}
