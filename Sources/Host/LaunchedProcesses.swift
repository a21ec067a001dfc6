import SystemLibrary

/// The processes that this one's launcher has started on this host, as /proc shows them.
package enum LaunchedProcesses {
  /// How many have not ended; nil if the launcher, Open MPI's, is not to be seen.
  package static func alive() -> Int? {
    var ancestor = getppid()
    while !isLauncher(contents(of: "/proc/\(ancestor)/comm")) {
      guard ancestor > 1, let parent = parent(contents(of: "/proc/\(ancestor)/stat")) else {
        return nil
      }
      ancestor = parent
    }
    return processes().count { parent(contents(of: "/proc/\($0)/stat")) == ancestor }
  }

  /// Whether a process of this name starts ranks: mpirun, or its daemon on another host.
  package static func isLauncher(_ name: String) -> Bool {
    ["mpirun", "mpiexec", "orterun", "orted", "prte", "prun"].contains { name.hasPrefix($0) }
  }

  /// The parent of a process that has not ended, from its /proc/N/stat: `N (name) state parent ...`;
  /// the name may hold anything.
  package static func parent(_ stat: String) -> pid_t? {
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 1, !["Z", "X"].contains(fields[0]) else { return nil }
    return pid_t(fields[1])
  }

  private static func processes() -> [pid_t] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var numbers: [pid_t] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let number = pid_t(name) { numbers.append(number) }
    }
    return numbers
  }
}
