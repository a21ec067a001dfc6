import Host
import MessagePassing
import RowSources

/// Files and the ranks that divide them among each other.
struct FileGroup: Sendable {
  /// The numbers of the files among all of a data set.
  let files: [Int]
  /// This rank's number in the group.
  let rank: Int
  /// How many ranks it has.
  let size: Int

  /// All files, which all ranks see.
  init(of files: [any DataFile], sharedBy world: any Communicator) {
    (self.files, rank, size) = (Array(files.indices), world.rank, world.size)
  }

  init(files: [Int], rank: Int, size: Int) {
    (self.files, self.rank, self.size) = (files, rank, size)
  }
}

/// Who sees the files that are named on a rank.
public enum FilePlacement: Sendable {
  /// All ranks, by the same names.
  case shared
  /// The ranks on this host, which all see the same; other hosts have files of their own.
  case local(Host)
}
