import Host
import MixtureModels
import Words

/// All that a fit needs to go on between two walks as if it had never stopped.
public struct FitState: Sendable, Equatable {
  /// Of each start; nil of one that has not come to its first iteration.
  public package(set) var starts: [StartState?]
  /// Of each start that is under way, the walks that it has taken since its last iteration, or since it
  /// began: it takes them again when the fit goes on. Nil of others.
  package var walks: [Int?]
  /// If a selection has added the last of the starts, a digest of what that follows from: what other fits
  /// have found (`Engine.beginOutdoneAgain`).
  package var added: UInt64?

  /// The beginning of a fit of so many starts.
  package init(starts: Int) {
    self.starts = Array(repeating: nil, count: starts)
    walks = Array(repeating: nil, count: starts)
  }

  /// Adds a start; of one that has been added before, from something else, nothing stays.
  mutating func addStart(from source: UInt64) {
    guard added != source else { return }
    let count = own.count
    starts = starts.prefix(count) + [nil]
    walks = walks.prefix(count) + [nil]
    added = source
  }

  /// The starts that have not been added.
  var own: Range<Int> { 0..<starts.count - (added == nil ? 0 : 1) }

  /// Whether nothing is to come but the log-likelihoods of what has been reached.
  public var isSettled: Bool {
    starts.allSatisfy { $0.map { $0.converged || $0.hasEnded } ?? false }
  }

  /// How far it is, all starts together.
  public var place: FitPlace {
    let begun = starts.compactMap { $0 }
    return FitPlace(
      ended: begun.count(where: \.hasEnded), iterations: begun.reduce(0) { $0 + $1.iteration })
  }

  /// The number of the start that has ended with the largest objective, without spikes if there is one such;
  /// of equal ones the first.
  func best(among numbers: Range<Int>) -> Int? {
    let ended = numbers.filter { starts[$0]?.objective != nil }
    let free = ended.filter { starts[$0]?.hasSpikes == false }
    func objective(_ start: Int) -> Double { starts[start]?.objective ?? -.infinity }
    return (free.isEmpty ? ended : free).reduce(nil) { best, start in
      objective(start) > best.map(objective) ?? -.infinity ? start : best
    }
  }
}

/// What a start of a fit has come to.
public struct StartState: Sendable, Equatable {
  /// What the last M-step gave, or the start; nil where it does not matter any more: the start has
  /// failed, or ended while another is better (that an added start is does not count).
  public internal(set) var parameters: Parameters?
  /// The mean log-likelihood per row of every iteration, in nats: each that of the parameters before its
  /// M-step.
  public internal(set) var meanLogLikelihoods: [Double] = []
  /// What the fit maximizes, per row, of the last of them, as many as its convergence is judged by.
  var meanObjectives: [Double] = []
  /// The same of the last one; nil before the first iteration.
  public var meanObjective: Double? { meanObjectives.last }
  /// What was left to gain per row after the last one (`RemainingGain`); nil if that is not known.
  public internal(set) var remaining: Double?
  /// Nil before the first iteration that it looks back upon.
  var accelerator: Accelerator?
  /// Whether the convergence criterion is met.
  public internal(set) var converged = false
  /// How it ended; nil: it is under way.
  var end: StartEnd?

  /// The number of M-steps.
  public var iteration: Int { meanLogLikelihoods.count }
  package var hasEnded: Bool { end != nil }
  /// Of the last parameters, once that is known.
  var objective: Double? {
    if case .score(let score, _) = end { score.objective } else { nil }
  }
  /// Whether it ranks behind others.
  var hasSpikes: Bool { if case .score(_, let hasSpikes) = end { hasSpikes } else { false } }

  /// The beginning of a start.
  package init(parameters: Parameters?) { self.parameters = parameters }
}

/// How a start ends.
enum StartEnd: Equatable, Sendable {
  /// By a component that could not be estimated.
  case failed
  case score(Score, hasSpikes: Bool)
}

/// A state of another number of starts than a fit has.
public struct ForeignState: InputError, Equatable, CustomStringConvertible {
  let starts: Int
  /// Those of the fit.
  let expected: Int

  package init(starts: Int, expected: Int) { (self.starts, self.expected) = (starts, expected) }

  public var description: String {
    if starts == expected { return "the checkpoint is " + CheckpointError.ofSelection }
    return
      "the checkpoint is of a fit of \(counted(starts, "start")), not of \(expected); it is damaged or of "
      + "another fit: begin anew without \(Term.resuming), in another folder"
  }
}

/// Is given, on every rank, the state before every walk that follows an iteration. An error it throws on
/// any rank ends the fit on all.
public typealias FitKeeper = (FitState) throws -> Void

/// A point in a fit, in the order of time.
public struct FitPlace: Sendable, Comparable {
  /// The number of starts that have ended.
  public let ended: Int
  /// The number of M-steps of all starts.
  public let iterations: Int

  package init(ended: Int, iterations: Int) { (self.ended, self.iterations) = (ended, iterations) }

  public static func < (a: FitPlace, b: FitPlace) -> Bool {
    (a.ended, a.iterations) < (b.ended, b.iterations)
  }
}
