/// How much memory the system lets a process have, in bytes; nil where it sets no limit.
package struct AvailableMemory: Equatable, Sendable {
  /// What processes can still take on this machine without swapping.
  package var machine: Int?
  /// The lowest limit of the control groups.
  package var groups: Int?
  /// What this process can still take of the address space it may have.
  package var process: Int?

  package init(machine: Int?, groups: Int?, process: Int?) {
    (self.machine, self.groups, self.process) = (machine, groups, process)
  }

  /// For one of `ranks` ranks on the machine. Ranks may have control groups of their own; that they
  /// share one is the safe assumption.
  package func share(of ranks: Int) -> Int {
    let shared = [machine, groups].compactMap { $0 }.min()
    return [shared.map { $0 / ranks }, process].compactMap { $0 }.min() ?? .max
  }

  package static func current() -> AvailableMemory {
    let status = contents(of: "/proc/self/status")
    return AvailableMemory(
      machine: kibibytes("MemAvailable:", in: contents(of: "/proc/meminfo")),
      groups: ControlGroups(
        membership: contents(of: "/proc/self/cgroup"), mounts: contents(of: "/proc/self/mountinfo")
      ).memoryLimit(contents: contents),
      process: addressSpace(in: contents(of: "/proc/self/limits")).map {
        max(0, $0 - (kibibytes("VmSize:", in: status) ?? 0))
      })
  }

  /// The number behind `field` in a file of the kernel's, which counts in KiB.
  package static func kibibytes(_ field: String, in text: String) -> Int? {
    let line = text.split(separator: "\n").first { $0.hasPrefix(field) }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first
      .flatMap { Int($0) }.map { $0 << 10 }
  }

  /// The soft limit in /proc/self/limits; nil if it is `unlimited`.
  package static func addressSpace(in limits: String) -> Int? {
    let field = "Max address space"
    let line = limits.split(separator: "\n").first { $0.hasPrefix(field) }
    return line?.dropFirst(field.count).split(whereSeparator: \.isWhitespace).first
      .flatMap { Int($0) }
  }
}
