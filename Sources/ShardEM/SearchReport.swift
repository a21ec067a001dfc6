/// What a search for a start is doing.
public struct SearchReport: Sendable, Equatable {
  /// The parts of a search, in their order.
  public enum Stage: Sendable, Equatable {
    /// So many starts are looked for.
    case starts(Int)
    /// So many have been run for some iterations, after which some are left behind.
    case race(round: Int, contenders: Int)
    /// Components of the best are joined and cut; in rounds counted from 1.
    case changes(round: Int)
  }

  /// The number of the start that is looked for, from 0.
  public let restart: Int
  /// What it has come to.
  public let stage: Stage
  /// What is maximized, per row, of the best so far, in nats; nil if nothing is known yet.
  public let meanObjective: Double?
  /// The rows that are searched: all, or a sample.
  public let rows: Int
}

/// Is told of the stages of a search for a start, on every rank.
public typealias SearchHook = (SearchReport) -> Void
