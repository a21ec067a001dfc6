import Host
import MessagePassing

/// A failure on one rank, on some, and on none, as every rank sees it.
func checkAgreement(_ checks: inout Checks) throws {
  let world = checks.world
  let (rank, size) = (world.rank, world.size)
  try checks.expect(try world.agree { rank } == rank, "agree returns each rank's own value")

  for first in Set([0, size / 2, size - 1]).sorted() {
    let failure = failure(of: world) { if rank >= first { throw BadRow(text: "row \(rank)") } }
    try checks.expect(
      "\(failure.map { "\($0)" } ?? "none")" == "row \(first)",
      "all ranks throw the error of rank \(first)")
    try checks.expect(
      failure.map(exitStatus(of:)) == 2, "the wrong input of rank \(first) is known as such")
  }
  var values = [1.0]
  try world.sum(&values)
  try checks.expect(values == [Double(size)], "collectives go on after a failure")
}

private func failure(of world: any Communicator, _ work: () throws -> Void) -> (any Error)? {
  do {
    try world.agree(work)
    return nil
  } catch {
    return error
  }
}
