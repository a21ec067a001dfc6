import SystemLibrary

/// The cores that a process may run on.
package struct AllowedCores: Equatable, Sendable {
  /// Names the machine, whatever containers stand between it and the process.
  package var machine: String
  /// The numbers of the cores, ascending. Hardware threads count as cores.
  package var cores: [Int]

  /// The cores of rank `rank`, each divided by the number of ranks that may run on it.
  package static func share(of rank: Int, among ranks: [AllowedCores]) -> Int {
    var users: [Int: Int] = [:]
    for other in ranks where other.machine == ranks[rank].machine {
      for core in other.cores { users[core, default: 0] += 1 }
    }
    let share = ranks[rank].cores.reduce(0.0) { $0 + 1 / Double(users[$1]!) }
    // Three thirds are one core: far more than the rounding of thousands of additions, far less
    // than the smallest part.
    return max(1, Int(share + 1e-6))
  }

  /// Those of the calling thread.
  package static func current() -> AllowedCores {
    AllowedCores(machine: machineName(), cores: affinity())
  }

  /// The form in which they travel.
  package var words: [String] { [machine] + cores.map(String.init) }

  package init(machine: String, cores: [Int]) {
    self.machine = machine
    self.cores = cores
  }

  package init(words: [String]) {
    self.init(machine: words[0], cores: words.dropFirst().map { Int($0)! })
  }

  /// The numbers in a list as the kernel writes it, such as `0-3,8`; nil if it is none.
  package static func numbers(in list: some StringProtocol) -> [Int]? {
    var numbers: [Int] = []
    for range in list.split(separator: ",") {
      let ends = range.split(separator: "-").map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
        first <= last
      else { return nil }
      numbers += first...last
    }
    return numbers.isEmpty ? nil : numbers
  }
}

/// What sched_getaffinity tells, which the C library's module does not offer to Swift.
private func affinity() -> [Int] {
  let field = "Cpus_allowed_list:"
  let line = contents(of: "/proc/self/status").split(separator: "\n")
    .first { $0.hasPrefix(field) }
  let list = line?.dropFirst(field.count).drop(while: \.isWhitespace)
  return list.flatMap { AllowedCores.numbers(in: $0) }
    ?? Array(0..<max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}
