import Host
import Words

/// All that a fit needs to go on after an iteration as if it had never stopped.
public struct FitState<Parameters: Sendable>: Sendable {
  /// The number of the start, from 0.
  public let restart: Int
  /// The best of the starts before; nil if there was none, or none succeeded.
  public let best: Fit<Parameters>?
  /// What the last M-step gave, or the start.
  public internal(set) var parameters: Parameters
  /// The mean log-likelihood per row of every iteration of this start, in nats: each that of the
  /// parameters before its M-step.
  public internal(set) var meanLogLikelihoods: [Double] = []
  /// Whether the convergence criterion is met.
  public internal(set) var converged = false

  /// The number of M-steps of this start.
  public var iteration: Int { meanLogLikelihoods.count }

  public var place: FitPlace { FitPlace(restart: restart, iteration: iteration) }

  /// The beginning of a start.
  package init(restart: Int, best: Fit<Parameters>?, parameters: Parameters) {
    self.restart = restart
    self.best = best
    self.parameters = parameters
  }
}

/// A state of a start that a fit does not have.
public struct ForeignState: InputError, Equatable, CustomStringConvertible {
  /// The number of the start, from 0.
  let restart: Int
  /// How many starts the fit has.
  let restarts: Int

  package init(restart: Int, restarts: Int) { (self.restart, self.restarts) = (restart, restarts) }

  public var description: String {
    "the checkpoint is of start \(restart), counted from 0, of a fit of \(restarts); it is damaged or "
      + "of another fit: begin anew without \(Term.resuming), in another folder"
  }
}

extension FitState: Equatable where Parameters: Equatable {}

/// Is given, on every rank, the state after every iteration. An error it throws on any rank ends
/// the fit on all.
public typealias FitKeeper<Parameters: Sendable> = (FitState<Parameters>) throws -> Void

/// A point in a fit, in the order of time: after so many iterations of a start.
public struct FitPlace: Sendable, Comparable {
  /// The number of the start, from 0.
  public let restart: Int
  /// The number of M-steps of that start.
  public let iteration: Int

  public static func < (a: FitPlace, b: FitPlace) -> Bool {
    (a.restart, a.iteration) < (b.restart, b.iteration)
  }
}
