/// What one EM iteration did, for traces and progress; nothing of it enters a result.
public struct IterationReport: Sendable {
  /// The number of the start, from 0.
  public let restart: Int
  /// The number of the M-step, from 1.
  public let iteration: Int
  /// Of the parameters before the M-step, in nats per row: the log-likelihood, if `isLogLikelihood`, or what
  /// the fit maximizes in its place.
  public let meanLogLikelihood: Double
  /// See `Model.sumsLogLikelihood`.
  public let isLogLikelihood: Bool
  /// What the fit maximizes, of the same parameters, in nats: the log-likelihood, and with a prior its log
  /// density.
  public let objective: Double
  /// The same per row.
  public let meanObjective: Double
  /// Of the mean objective since the iteration before; nil in the first. Negative only by rounding, or
  /// with regularization.
  public let change: Double?
  /// What is left to gain, per row, by the last iterations (`RemainingGain`); nil where that is not known.
  public let remaining: Double?
  /// The largest relative change of a parameter in the M-step.
  public let parameterChange: Double
  /// Whether the fit ended here because it converged.
  public let converged: Bool
  /// The seconds that finding the start took on this rank, seeding and races included, counted as
  /// `seconds`; 0 but in the first iteration of each start.
  public let startSeconds: Double
  /// The seconds that the iteration took on this rank. Of walks that searches share, and what
  /// belongs to them, an even part: the seconds of all reports add up to those of the fit.
  public let seconds: Double
  /// The seconds of the E-step of the ranks, without communication.
  public let computeSeconds: RankSeconds
  /// The processor seconds of all threads of all ranks in that time: fewer than seconds times
  /// threads where threads waited, for a core or for each other.
  public let processorSeconds: Double
  /// The seconds that this rank spent communicating, waiting for others included.
  public let communicationSeconds: Double
  /// The rest of the seconds: the M-step, and what the E-step needs of its result, such as factors of
  /// the covariances. Every rank does the same in them, but for its share of what ranks share out.
  public let mStepSeconds: Double
  /// Those of them in what ranks share out where that pays: the factors of the covariances.
  public let sharedSeconds: Double
  /// The seconds besides that this rank waited for a checkpoint before the iteration, while all others
  /// waited for it: hardly any, as checkpoints are written beside the iterations that follow.
  public let checkpointSeconds: Double
  /// The number of searches that shared the walk of this iteration.
  public let searchesTogether: Int
  /// How often the statistics were taken again in this iteration: about the new means, or without
  /// leaving out what should not have been.
  public let retakes: Int
  /// The E-steps before it, 0 or 1, at parameters that do not count: an extrapolation had led to less.
  public let rejected: Int
  /// The bytes that each rank had to add over all ranks; of a message that is shared, its own, and in the
  /// report of the first start the rest.
  public let messageBytes: Int
  /// The bytes of it that each rank had then; 0 where ranks share out nothing.
  public let exchangedBytes: Int
  /// The number of rows of all ranks.
  public let rows: Int
  /// The number of threads of this rank.
  public let threads: Int

  /// The number of ranks.
  public let ranks: Int

  /// The slowest rank's compute seconds over the mean of all: 1 if the work is evenly shared.
  public var imbalance: Double {
    computeSeconds.mean > 0 ? computeSeconds.slowest / computeSeconds.mean : 1
  }
}
