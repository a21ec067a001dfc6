import MixtureModels

/// An iteration of a start, as its report tells it.
struct CountedIteration {
  let step: CountedStep
  /// Of the mean objective since the iteration before; nil in the first.
  let change: Double?
  /// The largest relative change of a parameter in the M-step.
  let parameterChange: Double
}

/// What an iteration took on this rank.
struct IterationCost {
  /// To find the start; 0 but in its first iteration.
  let startSeconds: Double
  /// All of the iteration, but what it waited for checkpoints.
  let seconds: Double
  let exchanges: Exchanges.Total
  /// To keep checkpoints since the iteration before.
  let keptSeconds: Double
}

extension Engine {
  /// What is told of an iteration.
  ///
  /// - Parameter state: what the start has come to by it.
  func report(
    _ iteration: CountedIteration, of model: some Model, _ state: StartState, restart: Int,
    _ cost: IterationCost
  ) -> IterationReport {
    let (step, total) = (iteration.step, iteration.step.total)
    let weightSum = total.sums[0].weightSum
    let communicationSeconds = total.communicationSeconds + cost.exchanges.seconds
    return IterationReport(
      restart: restart, iteration: state.iteration,
      meanLogLikelihood: total.sums[0].logLikelihood / weightSum,
      isLogLikelihood: model.sumsLogLikelihood, objective: step.objective,
      meanObjective: step.objective / weightSum, change: iteration.change,
      remaining: state.remaining, parameterChange: iteration.parameterChange,
      converged: state.converged, startSeconds: cost.startSeconds, seconds: cost.seconds,
      computeSeconds: total.computeSeconds, processorSeconds: total.processorSeconds,
      communicationSeconds: communicationSeconds,
      mStepSeconds: cost.seconds - total.computeSeconds.own - communicationSeconds,
      sharedSeconds: cost.exchanges.shareSeconds, checkpointSeconds: cost.keptSeconds,
      searchesTogether: total.sharers, retakes: total.retakes, rejected: total.rejected,
      messageBytes: total.messageBytes, exchangedBytes: cost.exchanges.bytes,
      rows: data.rowCount, threads: threadCount, ranks: world.size)
  }
}
