import MixtureModels

/// When and from how many starts a fit ends.
public struct FitOptions: Sendable, Equatable {
  /// The largest number of M-steps of one start.
  public var maximumIterations: Int
  /// When a fit counts as converged.
  public var convergence: Convergence
  /// How a fit goes further than its iterations do.
  public var acceleration: Acceleration
  /// The number of starts, 1 to `mostRestarts`; the best final objective wins.
  public var restarts: Int
  /// How fits rank whose components are spikes (`MixtureModel.spikes`).
  public var spikes: SpikeRank
  /// In which order the components of the result are; as the start has them where that is given.
  public var order: ComponentOrder
  /// What all random numbers derive from.
  public var seed: UInt64

  /// Each start has a state from the beginning of the fit on.
  public static let mostRestarts = 1_000_000

  /// The defaults are those of the command.
  public init(
    maximumIterations: Int = 1000, convergence: Convergence = .logLikelihood(1e-6),
    acceleration: Acceleration = .anderson, restarts: Int = 1, spikes: SpikeRank = .last,
    order: ComponentOrder = .weight, seed: UInt64 = 0
  ) {
    self.maximumIterations = maximumIterations
    self.convergence = convergence
    self.acceleration = acceleration
    self.restarts = restarts
    self.spikes = spikes
    self.order = order
    self.seed = seed
  }

  /// - Throws: `FitError.unusable` about the first that no fit can be made of.
  func requireUsable() throws {
    if maximumIterations < 0 {
      throw FitError.unusable(setting: "\(maximumIterations) iterations", expected: "0 or more")
    }
    if restarts < 1 {
      throw FitError.unusable(setting: "\(restarts) restarts", expected: "1 or more")
    }
    if restarts > Self.mostRestarts {
      throw FitError.unusable(
        setting: "\(restarts) restarts", expected: "at most \(Self.mostRestarts)")
    }
    guard convergence.tolerance >= 0, convergence.tolerance.isFinite else {
      throw FitError.unusable(
        setting: "a tolerance of \(convergence.tolerance)", expected: "a number from 0 up")
    }
  }
}

/// How fits rank that have spikes: components whose likelihood is next to unbounded.
public enum SpikeRank: String, Sendable, CaseIterable {
  /// Behind all without.
  case last
  /// As others, by what they maximize.
  case keep
}
