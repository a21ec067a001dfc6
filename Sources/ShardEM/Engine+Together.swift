import MessagePassing
import MixtureModels

extension Engine {
  /// Collective. How many searches for a model there is memory for at a time, at least one; the same on
  /// every rank. No result depends on it.
  func searchesTogether(of model: some MixtureModel) throws -> Int {
    let available = try MemoryLimit.share(0.5).byteCount(in: world)
    let own = min(data.memory.searchBytes, available) / searchBytes(of: model)
    var least = [-Double(max(own, 1))]
    try world.maximum(&least)
    return Int(-least[0])
  }

  /// What a search takes in this rank's memory, roughly. Of each statistic: the exact sum's four numbers
  /// for each thread; three in each of two messages, and two of their totals; and some of the parameters
  /// before and after, and of what the E-step makes of them.
  private func searchBytes(of model: some MixtureModel) -> Int {
    8 * model.sumsCount * (4 * threadCount + 12)
  }
}
