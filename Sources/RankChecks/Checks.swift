import MessagePassing

/// Counts and prints the outcomes of checks that every rank makes.
struct Checks {
  let world: any Communicator
  private(set) var failures = 0

  init(world: any Communicator) { self.world = world }

  /// Collective. One line by rank 0: ok if `passed` is true on every rank.
  mutating func expect(_ passed: Bool, _ name: String) throws {
    let all = try world.gather([passed ? 1 : 0])
    let failed = all.indices.filter { all[$0] != [1] }
    // Counted by each rank itself too: the gather is under test.
    if !passed || !failed.isEmpty { failures += 1 }
    guard world.rank == 0 else { return }
    let place = "\(name), \(world.size) \(world.size == 1 ? "rank" : "ranks")"
    print(failed.isEmpty ? "ok \(place)" : "not ok \(place): failed on ranks \(failed)")
  }
}
