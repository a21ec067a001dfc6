/// What one EM iteration did, for traces and progress; nothing of it enters a result.
public struct IterationReport: Sendable {
  /// The number of the start, from 0.
  public let restart: Int
  /// The number of the M-step, from 1.
  public let iteration: Int
  /// Of the parameters before the M-step, in nats per row.
  public let meanLogLikelihood: Double
  /// Of the mean log-likelihood since the iteration before; nil in the first. Negative only by
  /// rounding, or with regularization.
  public let change: Double?
  /// The largest relative change of a parameter in the M-step.
  public let parameterChange: Double
  /// Whether the fit ended here because it converged.
  public let converged: Bool
  /// The seconds that the iteration took on this rank.
  public let seconds: Double
  /// The seconds of the E-step of every rank, without communication.
  public let computeSeconds: [Double]
  /// The seconds that this rank spent communicating, waiting for others included.
  public let communicationSeconds: Double
  /// The number of rows of all ranks.
  public let rows: Int
  /// The number of threads of this rank.
  public let threads: Int

  /// The number of ranks.
  public var ranks: Int { computeSeconds.count }
  /// The slowest rank's compute seconds over the mean of all: 1 if the work is evenly shared.
  public var imbalance: Double {
    let mean = computeSeconds.reduce(0, +) / Double(ranks)
    return mean > 0 ? computeSeconds.max()! / mean : 1
  }
}
