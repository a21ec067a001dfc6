import Host
import Testing

@Suite struct AvailableMemoryTests {
  @Test("The ranks of a machine share what it and its groups have; limits of a process are its own")
  func share() {
    func share(_ machine: Int?, _ groups: Int?, _ process: Int?, ranks: Int) -> Int {
      AvailableMemory(machine: machine, groups: groups, process: process).share(of: ranks)
    }
    #expect(share(1000, nil, nil, ranks: 4) == 250)
    #expect(share(1000, 600, nil, ranks: 4) == 150)
    #expect(share(1000, 2000, 300, ranks: 2) == 300)
    #expect(share(1000, 2000, 600, ranks: 2) == 500)
    #expect(share(nil, nil, nil, ranks: 2) == .max)
  }

  @Test("The kernel's files are read")
  func files() {
    let memory = "MemTotal:       24683520 kB\nMemAvailable:   23557120 kB\n"
    #expect(AvailableMemory.kibibytes("MemAvailable:", in: memory) == 23_557_120 << 10)
    #expect(AvailableMemory.kibibytes("VmSize:", in: memory) == nil)
    let limits =
      "Max data size   unlimited  unlimited  bytes\nMax address space  536870912  unlimited  bytes\n"
    #expect(AvailableMemory.addressSpace(in: limits) == 512 << 20)
    #expect(
      AvailableMemory.addressSpace(in: "Max address space  unlimited  unlimited  bytes") == nil)
  }

  /// What `ControlGroups` finds where these files are.
  private func limit(_ membership: String, _ mounts: String, _ files: [String: String]) -> Int? {
    ControlGroups(membership: membership, mounts: mounts).memoryLimit { files[$0] ?? "" }
  }

  private let first =
    "31 30 0:26 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
    + "32 30 0:27 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n"
  private let second =
    "30 25 0:25 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"

  @Test("The lowest limit of a group and those above it counts, in both versions")
  func lowestLimit() {
    let unlimited = "9223372036854771712\n"
    let files = [
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": unlimited,
      "/sys/fs/cgroup/memory/slurm/memory.limit_in_bytes": "4096000\n",
      "/sys/fs/cgroup/memory/slurm/job_1/memory.limit_in_bytes": unlimited,
      "/sys/fs/cgroup/slurm/memory.max": "max\n",
      "/sys/fs/cgroup/slurm/job_1/memory.max": "2048000\n",
    ]
    #expect(limit("5:cpu:/\n4:hugetlb,memory:/slurm/job_1\n0::/\n", first, files) == 4_096_000)
    #expect(limit("0::/slurm/job_1\n", second, files) == 2_048_000)
    // Both versions side by side.
    #expect(limit("4:memory:/slurm/job_1\n0::/slurm/job_1\n", first + second, files) == 2_048_000)
    #expect(limit("0::/slurm\n", second, files) == nil)
    #expect(limit("4:memory:/slurm\n", second, files) == nil)
    #expect(limit("", "", files) == nil)
  }

  @Test("In a container, its group stands at the root")
  func container() {
    let mounts =
      "32 30 0:27 /docker/ab /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
    let files = ["/sys/fs/cgroup/memory/memory.limit_in_bytes": "1000\n"]
    #expect(limit("4:memory:/docker/ab\n", mounts, files) == 1000)
    // A process that came from another part of the tree.
    #expect(limit("0::/../other\n", second, ["/sys/fs/cgroup/memory.max": "7\n"]) == 7)
  }
}
