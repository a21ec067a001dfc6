import MessagePassing
import MixtureModels
import ShardEM

/// Three components in two columns, far from the origin in one.
let threeGaussians = UnitGaussians(componentCount: 3, columnCount: 2)
let threeCenters = Parameters(
  weights: [0.5, 0.3, 0.2], means: [0, 1000, 4, 1001, 1, 1005])

/// `count` rows drawn from `threeGaussians`.
func threeGaussianRows(_ count: Int, seed: UInt64 = 1) throws -> [Double] {
  try threeGaussians.sample(rows: 0..<count, under: threeCenters, seed: seed)
}

/// What `body` returns on each rank of a world of threads.
func onRanks<Value: Sendable>(
  _ ranks: Int, _ body: @escaping @Sendable (ThreadCommunicator) throws -> Value
) throws -> [Value] {
  try ThreadCommunicator.run(ranks: ranks, body)
}
