import Kernels
import MessagePassing
import ShardEM

/// The exact sums of blocks shared out among the ranks against those of one process, bit for bit.
func checkExactSums(_ checks: inout Checks) throws {
  let world = checks.world
  let blocks = (0..<100).map { block in (0..<slotCount).map { value(block: block, slot: $0) } }

  let alone = ExactSums(count: slotCount, additions: blocks.count)
  for block in blocks { _ = alone.add(block) }
  let together = ExactSums(count: slotCount, additions: blocks.count)
  for (number, block) in blocks.enumerated() where number % world.size == world.rank {
    _ = together.add(block)
  }
  var elements = together.elements
  try world.reduce(&elements, by: .exactSums)
  let totals = ExactSums.totals(elements[...])
  let same = zip(totals, alone.totals).allSatisfy { $0.bitPattern == $1.bitPattern }
  try checks.expect(same, "exact sums are those of one process, bit for bit")
}

private let slotCount = 50

/// Numbers of both signs whose magnitudes span 2^-30 to 2^30, so that ordinary sums round.
private func value(block: Int, slot: Int) -> Double {
  var bits = UInt64(block * slotCount + slot + 1) &* 0x9E37_79B9_7F4A_7C15
  bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
  bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
  let fraction = Double(bits >> 11) * 0x1p-52 - 1
  return fraction * Double(sign: .plus, exponent: Int(bits % 61) - 30, significand: 1)
}
