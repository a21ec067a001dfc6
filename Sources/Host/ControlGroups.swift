/// The control groups of a process, of both versions of Linux's cgroups, by which batch systems and
/// containers limit it.
package struct ControlGroups {
  private let membership: String
  private let mounts: String

  /// - Parameters:
  ///   - membership: the text of /proc/self/cgroup.
  ///   - mounts: the text of /proc/self/mountinfo.
  package init(membership: String, mounts: String) {
    (self.membership, self.mounts) = (membership, mounts)
  }

  /// The lowest memory limit, in bytes, of the groups and those above them; nil without any.
  ///
  /// - Parameter contents: a small file; empty if it cannot be read.
  package func memoryLimit(contents: (String) -> String) -> Int? {
    membership.split(separator: "\n").flatMap { line -> [Int] in
      // number:controllers:path; of version 2, `0::path`.
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      let isSecond = fields[0] == "0" && fields[1].isEmpty
      guard isSecond || fields[1].split(separator: ",").contains("memory"),
        let mount = memoryMount(isSecond: isSecond)
      else { return [] }
      let file = isSecond ? "memory.max" : "memory.limit_in_bytes"
      return folders(of: fields[2], in: mount).compactMap { folder in
        Int(contents("\(folder)/\(file)").prefix { !$0.isWhitespace })
      }
    }.min()
  }

  /// Where groups with a memory limit are files, and the group that stands at its root.
  private func memoryMount(isSecond: Bool) -> (root: Substring, point: Substring)? {
    for line in mounts.split(separator: "\n") {
      // ID parent device root point options... - type source options; blanks in names are escaped.
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 5, fields.count > dash + 3 else {
        continue
      }
      let isWanted =
        isSecond
        ? fields[dash + 1] == "cgroup2"
        : fields[dash + 1] == "cgroup" && fields[dash + 3].split(separator: ",").contains("memory")
      if isWanted { return (fields[3], fields[4]) }
    }
    return nil
  }

  /// The folder of the group and those of all above it that can be seen.
  private func folders(
    of path: Substring, in mount: (root: Substring, point: Substring)
  ) -> [String] {
    // In a container without a namespace of its own for groups, its group stands at the root.
    let inside =
      mount.root != "/" && path.hasPrefix(mount.root) ? path.dropFirst(mount.root.count) : path
    let names = inside.split(separator: "/").filter { $0 != ".." }
    return (0...names.count).map { depth in
      ([String(mount.point)] + names.prefix(depth).map(String.init)).joined(separator: "/")
    }
  }
}
