import Kernels
import MPICommunicator
import MessagePassing
import ShardEM

func checkCollectives(_ checks: inout Checks) throws {
  let world = checks.world
  try checkKnownAnswers(of: world, "in one call", &checks)
  try world.barrier()
  try checks.expect(try world.coreShare() >= 1, "every rank has a core")
}

/// The same answers when every call of MPI takes a few elements only, as with counts beyond Int32.
///
/// Few calls in all: with more ranks than cores some MPIs wait for each other by spinning, and a
/// call then takes as long as the system lets them.
func checkChunks(_ checks: inout Checks) throws {
  #if MPI
    guard var world = checks.world as? MPICommunicator else { return }
    for count in [3, 10] {
      world.largestCount = count
      try checkKnownAnswers(of: world, "in chunks of \(count)", &checks)
    }
  #endif
}

private func checkKnownAnswers(
  of world: any Communicator, _ manner: String, _ checks: inout Checks
) throws {
  let size = world.size
  let rank = Double(world.rank)
  for count in [0, 1, 10, 100] {
    var values = (0..<count).map { Double($0) * (rank + 1) }
    try world.sum(&values)
    let sumOfFactors = Double(size * (size + 1) / 2)
    let expected = (0..<count).map { Double($0) * sumOfFactors }
    try checks.expect(values == expected, "sum of \(count) numbers \(manner)")

    // The largest of slot i is on rank i modulo the size.
    values = (0..<count).map { -abs(Double($0 % size) - rank) - Double($0) }
    try world.maximum(&values)
    let maxima = (0..<count).map { -Double($0) }
    try checks.expect(values == maxima, "maximum of \(count) numbers \(manner)")

    // Elements that were torn apart would be sums of another bin.
    let sums = ExactSums(count: count, additions: size)
    _ = sums.add((0..<count).map { Double($0) * (rank + 1) })
    values = sums.elements
    try world.reduce(&values, by: .exactSums)
    try checks.expect(
      ExactSums.totals(values[...]) == expected,
      "exact sum of \(count) numbers \(manner)")
  }
  try checkGather(of: world, lengths: { _ in 5 }, "equal lengths \(manner)", &checks)
  try checkGather(of: world, lengths: { 7 * $0 }, "unequal lengths \(manner)", &checks)
  try checkGather(
    of: world, lengths: { $0 == size - 1 ? 100 : 0 }, "one length but 0 \(manner)", &checks)
  try checkGather(of: world, lengths: { _ in 0 }, "nothing \(manner)", &checks)
}

private func checkGather(
  of world: any Communicator, lengths: (Int) -> Int, _ what: String, _ checks: inout Checks
) throws {
  let all = (0..<world.size).map { rank in
    (0..<lengths(rank)).map { UInt8(truncatingIfNeeded: 31 * rank + $0) }
  }
  let gathered = try world.gather(all[world.rank])
  try checks.expect(gathered == all, "gather of \(what)")
}
