import Host

extension Communicator {
  /// Collective. The number of processor cores the launcher left this rank: its threads by default.
  ///
  /// Each core belongs in equal parts to the ranks that may run on it. So a rank that was bound to
  /// cores of its own has those; ranks that share a machine, or a batch system's part of it, share
  /// its cores. At least 1.
  public func coreShare() throws -> Int {
    let everyone = try gather(texts: AllowedCores.current().words).map(AllowedCores.init)
    return AllowedCores.share(of: rank, among: everyone)
  }

  /// Collective. The bytes of memory that this rank can count on: an even part, among the ranks on
  /// its machine, of what is available there and in its control groups, and no more than a limit of
  /// its own address space (`ulimit -v`) leaves.
  public func memoryShare() throws -> Int {
    let machines = try gather(texts: [machineName()])
    let neighbors = machines.count { $0 == machines[rank] }
    return AvailableMemory.current().share(of: neighbors)
  }
}
